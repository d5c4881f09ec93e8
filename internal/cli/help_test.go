package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firehall/internal/config"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// said is what a command printed.
type said struct{ out, err bytes.Buffer }

// run runs a command without a server.
func run(t *testing.T, w World, args ...string) (code int, s *said) {
	t.Helper()
	s = &said{}
	w.Stdin, w.Stdout, w.Stderr = strings.NewReader(""), &s.out, &s.err
	if w.Env == nil {
		w.Env = os.LookupEnv
	}
	w.Now = func() time.Time { return time.Date(2026, 11, 20, 3, 10, 0, 0, time.UTC) }
	w.Zone, w.Version = time.UTC, "1.2.3"
	return Run(t.Context(), args, w), s
}

// everyCommand lists the commands as they are typed.
var everyCommand = strings.Split("serve,demo,apply,plan,export,erase,audit,who,alerts,why,simulate,ack,resolve,escalate,snooze,note,page,override,lint,readiness,doctor,health,schedule,schedule check,backup,restore,resume,move-database,version", ",")

func TestHelp(t *testing.T) {
	t.Setenv("FIREHALL_BOOTSTRAP_TOKEN", "hush-hush-hush-hush")
	t.Setenv("FIREHALL_TOKEN", "hush-hush-hush-hush")
	t.Setenv("COLUMNS", "100")
	for _, command := range append([]string{""}, everyCommand...) {
		name := strings.ReplaceAll(strings.TrimSpace("firehall "+command), " ", "_")
		code, s := run(t, World{}, append(strings.Fields(command), "--help")...)
		if code != Done || s.err.Len() > 0 {
			t.Errorf("%s: code %d, %s", name, code, &s.err)
		}
		text := s.out.String()
		if strings.Contains(text, "hush") {
			t.Errorf("%s tells a secret", name)
		}
		if command != "" && command != "schedule" && !strings.Contains(text, "Example:") {
			t.Errorf("%s gives no example", name)
		}
		golden(t, filepath.Join("testdata", name+".txt"), text)
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s", path, diff)
	}
}

func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.yaml")
	if err := os.WriteFile(bad, []byte("people:\n  ana:\n    email: {env: NO_SUCH_VARIABLE}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	serve := func(err error) World {
		return World{Serve: func(context.Context, config.Config) error { return err }}
	}
	tests := map[string]struct {
		world World
		args  string
		code  int
		says  string // on stderr; "" is nothing
	}{
		"version":                 {World{}, "version", Done, ""},
		"no command":              {World{}, "", Usage, `Run "firehall --help" to see how it is used.`},
		"an unknown command":      {World{}, "sreve", Usage, `unexpected argument sreve, did you mean "serve"?`},
		"an unknown flag":         {World{}, "ack --loud alert_1", Usage, `Run "firehall ack --help" to see how it is used.`},
		"nothing to acknowledge":  {World{}, "ack", Usage, `expected "<alert>"`},
		"a file without its flag": {World{}, "apply team.yaml", Usage, "unexpected argument team.yaml; did you mean -f team.yaml?"},
		"a folder to restore":     {World{}, "restore " + dir, Usage, dir + " is a folder; name a file in it"},
		"no folder for a backup":  {World{}, "backup --to " + dir + "/none/", Usage, "there is no folder " + dir + "/none"},
		"no file":                 {World{}, "apply", Usage, "missing flags: --file=FILE|DIR"},
		"a snooze without an end": {World{}, "snooze alert_1", Usage, "missing flags: --for=DURATION or --until=TIME"},
		"a snooze with two ends":  {World{}, "snooze alert_1 --for 1h --until x", Usage, "--for and --until can't be used together"},
		"a wrong setting":         {serve(nil), "serve --listen 8080", Usage, `firehall: FIREHALL_LISTEN (--listen): "8080" is not an address to listen on; write one like :8080`},
		"a setting that fails":    {serve(config.Problems{{Variable: "FIREHALL_SMTP_URL", Flag: "smtp-url", Sentence: "no"}}), "serve", Usage, "FIREHALL_SMTP_URL (--smtp-url): no"},
		"a server that fails":     {serve(errors.New("the port is taken")), "serve", Refused, "firehall: the port is taken"},
		"a server that ends":      {serve(nil), "serve", Done, ""},
		"a file that is not there": {
			World{}, "apply -f " + filepath.Join(dir, "no.yaml"), Refused, "no.yaml cannot be read: no such file or directory",
		},
		"a mistake in a file": {World{}, "plan -f " + bad, Refused, bad + ":3: people.ana.email: the environment variable NO_SUCH_VARIABLE is not set"},
		"no server's address": {World{}, "who --url localhost", Refused, `"localhost" is not the address of a server`},
		"no server":           {World{}, "who --url http://127.0.0.1:1", Refused, "no server answers at http://127.0.0.1:1"},
		"no cases":            {World{}, "schedule check " + bad, Refused, "the file is no oncall-schedule-case/1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			code, s := run(t, test.world, strings.Fields(test.args)...)
			if code != test.code {
				t.Errorf("code %d, want %d", code, test.code)
			}
			if !strings.Contains(s.err.String(), test.says) || (test.says == "") != (s.err.Len() == 0) {
				t.Errorf("it says %s", &s.err)
			}
		})
	}
}

func TestScheduleCheckPrintsALineForEachCase(t *testing.T) {
	const cases = `{"format": "oncall-schedule-case/1", "cases": [
		{"id": "right", "schedule": {"time_zone": "UTC", "layers": [{"name": "l", "users": ["ana"]}]},
		 "query": {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"},
		 "expect": {"intervals": [{"user": "ana", "start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}]}},
		{"id": "wrong", "schedule": {"time_zone": "UTC", "layers": [{"name": "l", "users": ["ana"]}]},
		 "query": {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"},
		 "expect": {"intervals": []}}]}`
	path := filepath.Join(t.TempDir(), "cases.json")
	if err := os.WriteFile(path, []byte(cases), 0o600); err != nil {
		t.Fatal(err)
	}
	code, s := run(t, World{}, "schedule", "check", path)
	const line = `"intervals":[{"user":"ana","start":"2026-01-01T00:00:00Z","end":"2026-01-02T00:00:00Z"}],"gaps":[]}` + "\n"
	if want := `{"id":"right",` + line + `{"id":"wrong",` + line; s.out.String() != want {
		t.Errorf("got %s", &s.out)
	}
	if code != Refused || !strings.Contains(s.err.String(), "wrong: interval 0: ") || !strings.Contains(s.err.String(), "1 of 2 cases differ") {
		t.Errorf("code %d: %s", code, &s.err)
	}
}
