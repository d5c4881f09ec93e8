package cli

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firehall/internal/app"
	"firehall/internal/channel"
	"firehall/internal/config"
	"firehall/internal/doctor"
	"firehall/internal/engine"
	"firehall/internal/pgtest"
)

// ward is a server for the doctor to visit, whose public address leads to it.
type ward struct {
	app  *app.App
	url  string
	data string
}

func newWard(t *testing.T, change func(*app.Options)) *ward {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &ward{url: "http://" + l.Addr().String(), data: t.TempDir()}
	o := app.Options{
		Config: config.Config{
			Data: w.data, SecretKeyFile: filepath.Join(w.data, config.SecretKeyName), Listen: "127.0.0.1:0", BootstrapToken: bootstrap, PublicURL: w.url,
			AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		},
		Version: "1.2.3", Listener: l, Log: slog.New(slog.DiscardHandler),
		Now:    func() time.Time { return time.Date(2026, 11, 20, 3, 10, 0, 0, time.UTC) },
		Sender: func(*channel.Set) engine.Sender { return make(told) },
	}
	if change != nil {
		change(&o)
	}
	if w.app, err = app.Start(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.app.Close(context.Background()) })
	s := &session{t: t, url: w.url, dir: t.TempDir()}
	s.write("team.yaml", strings.Replace(lintFile, "fri, sat]", "fri, sat, sun]", 1))
	s.expect(Done, "apply -f $DIR/team.yaml")
	return w
}

// visit calls the doctor and fails unless it ends with code and says texts.
func visit(t *testing.T, code int, args string, says ...string) string {
	t.Helper()
	got, s := run(t, World{Offline: Offline{Doctor: app.Doctor}}, append([]string{"doctor"}, strings.Fields(args)...)...)
	out := s.out.String() + s.err.String()
	if got != code {
		t.Errorf("doctor %s: code %d, want %d\n%s", args, got, code, out)
	}
	for _, text := range says {
		if !strings.Contains(out, text) {
			t.Errorf("doctor %s does not say %q:\n%s", args, text, out)
		}
	}
	for _, secret := range []string{bootstrap, "hush"} {
		if strings.Contains(out, secret) {
			t.Errorf("doctor %s tells a secret:\n%s", args, out)
		}
	}
	return out
}

func TestTheDoctorVisitsAServer(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		w := newWard(t, nil)
		visit(t, Done, "--token "+bootstrap+" --url "+w.url, "server: "+w.url+" answers: Firehall 1.2.3.",
			"clock: the clocks of this machine and the server agree.", "public address: "+w.url+" reaches this installation from this machine.",
			"public address: "+w.url+" reaches this installation from the server itself.", "database: SQLite answers", "people: nothing proves", "\nno problems, ")
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		w := newWard(t, func(o *app.Options) { o.Config.DatabaseURL = pgtest.URL(t) + "&synchronous_commit=off" })
		visit(t, Refused, "--token "+bootstrap+" --url "+w.url, "database: PostgreSQL", "problem  database: synchronous_commit of PostgreSQL is off",
			"To mend it: ALTER SYSTEM SET synchronous_commit = on")
	})
}

func TestTheDoctorFindsFaultsFromWhereItStands(t *testing.T) {
	t.Parallel()
	late := newWard(t, func(o *app.Options) {
		o.Now = func() time.Time { return time.Date(2026, 11, 20, 3, 9, 0, 0, time.UTC) }
		o.Version = "1.0.0"
	})
	visit(t, Refused, "--token "+bootstrap+" --url "+late.url, "clock: the clock of this machine is 1m0s ahead of that of the server", "Firehall 1.0.0, and this program is 1.2.3")
	stray := newWard(t, func(o *app.Options) { o.Config.PublicURL = late.url })
	visit(t, Refused, "--token "+bootstrap+" --url "+stray.url, "another Firehall answers at "+late.url)
	lost := newWard(t, func(o *app.Options) { o.Config.PublicURL = "http://127.0.0.1:1" })
	visit(t, Refused, "--token "+bootstrap+" --url "+lost.url, "problem  public address: http://127.0.0.1:1 cannot be reached from this machine: the connection was refused",
		"warning  public address: http://127.0.0.1:1 cannot be reached from the server itself")
}

func TestTheDoctorOfAServerThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	w := newWard(t, nil)
	dead := "--url http://127.0.0.1:1 --token " + bootstrap
	visit(t, Refused, dead+" --data "+t.TempDir(), "problem  server: no server answers at http://127.0.0.1:1", "systemctl status firehall", "there is no database in")
	visit(t, Refused, dead+" --data "+w.data, "no server answers", "warning  node: a node works with "+w.data, "database: the tables are up to date", "keys: the secret key in")
	visit(t, Done, "--offline --data "+w.data, "a node works with")
	_ = w.app.Close(context.Background())
	visit(t, Done, "--offline --data "+w.data, "warning  node: no node works with "+w.data)
	visit(t, Refused, dead+" --database-url postgres://fh:hush@127.0.0.1:1/fh --data "+w.data, "database: the database does not answer")
	visit(t, Refused, dead+" --database-url mysql://fh:hush@127.0.0.1:1/fh", "settings: FIREHALL_DATABASE_URL")
	visit(t, Refused, "--url nonsense", "is not the address of a server")
}

func TestTheDoctorOfAServerThatRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		says   string
	}{
		"no token":  {401, "does not let you ask"},
		"no admin":  {403, "put an owner's or admin's API token into FIREHALL_TOKEN"},
		"another":   {404, "knows no doctor"},
		"it failed": {500, "answers 500"},
	}
	for _, test := range tests {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(test.status) }))
		visit(t, Refused, "--token "+bootstrap+" --data "+t.TempDir()+" --url "+server.URL, test.says)
		server.Close()
	}
}

func TestWhatTheDoctorPrints(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 3, 10, 0, 0, time.UTC)
	report := doctor.Report{BeganAt: now, EndedAt: now, Version: "1.2.3", Items: []doctor.Diagnosis{
		{Check: "database", Level: doctor.OK, Sentence: "SQLite answers in 40µs and holds 120 KiB"},
		{Check: "disk", Level: doctor.Problem, Sentence: "the data folder /data has 20 MiB free of 40 GiB: once it is full messages are answered 503", Mend: "make room"},
		{Check: "mail", Level: doctor.Warning, Sentence: "the certificate \x1b[31mof the mail server expires", Mend: "renew it"},
		{Check: "mail", Level: doctor.Warning, Sentence: "the certificate \x1b[31mof the mail server expires", Mend: "renew it"},
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(report)
	}))
	defer server.Close()
	out := visit(t, Refused, "--token "+bootstrap+" --url "+server.URL)
	golden(t, "testdata/doctor.txt", strings.ReplaceAll(out, server.URL, "http://SERVER"))
	var got examination
	if err := json.Unmarshal([]byte(visit(t, Refused, "--json --token "+bootstrap+" --url "+server.URL)), &got); err != nil || got.Problems != 1 || got.Warnings != 1 || len(got.Items) != 5 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	w := newWard(t, nil)
	listen := strings.TrimPrefix(w.url, "http://")
	try := func(code int, args ...string) {
		t.Helper()
		if got, s := run(t, World{}, append([]string{"health"}, args...)...); got != code {
			t.Errorf("health %q: code %d, %s", args, got, &s.err)
		}
	}
	try(Done, "--listen", listen)
	try(Done, "--listen", strings.Replace(listen, "127.0.0.1", "", 1))
	try(Done, "--listen", strings.Replace(listen, "127.0.0.1", "0.0.0.0", 1))
	try(Refused, "--listen", listen, "--tls-cert-file", "cert.pem")
	try(Refused, "--listen", "127.0.0.1:1")
	try(Refused, "--listen", "8080")
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer secure.Close()
	try(Done, "--listen", strings.TrimPrefix(secure.URL, "https://"), "--tls-cert-file", "cert.pem")
	sick := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer sick.Close()
	try(Refused, "--listen", strings.TrimPrefix(sick.URL, "http://"))
}
