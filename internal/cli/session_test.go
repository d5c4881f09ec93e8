package cli

import (
	"context"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"firehall/internal/app"
	"firehall/internal/channel"
	"firehall/internal/config"
	"firehall/internal/engine"
	"firehall/internal/pgtest"
)

const bootstrap = "the-bootstrap-token"

// session is somebody at the command line, with a server inside the test.
type session struct {
	t   *testing.T
	url string
	dir string
	env map[string]string
}

// onBoth runs a test against a server on SQLite and one on PostgreSQL.
func onBoth(t *testing.T, test func(s *session)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(newSession(t, ""))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(newSession(t, pgtest.URL(t)))
	})
}

// told swallows what would go out.
type told chan struct{}

func (c told) Send(context.Context, channel.Contact, channel.Notice) channel.Outcome {
	return channel.Outcome{Status: channel.Accepted, Words: "200 OK"}
}

// newSession starts a server whose clock stands still on a Friday at three in
// the morning.
func newSession(t *testing.T, database string) *session {
	t.Helper()
	dir := t.TempDir()
	a, err := app.Start(t.Context(), app.Options{
		Config: config.Config{
			Data: dir, SecretKeyFile: filepath.Join(dir, config.SecretKeyName), Listen: "127.0.0.1:0", DatabaseURL: database,
			BootstrapToken: bootstrap, PublicURL: "https://firehall.example", AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		},
		Now:    func() time.Time { return time.Date(2026, 11, 20, 3, 7, 0, 0, time.UTC) },
		Log:    slog.New(slog.DiscardHandler),
		Sender: func(*channel.Set) engine.Sender { return make(told) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close(context.Background()) })
	return &session{t: t, url: a.URL(), dir: t.TempDir(), env: map[string]string{"ANA_HOOK_SECRET": "hush-hush-hush"}}
}

// run types a command; "$DIR" stands for the session's folder, and words in
// 'quotes' stay together.
func (s *session) run(line string) (code int, out, err string) {
	s.t.Helper()
	var args []string
	for _, word := range regexp.MustCompile(`'[^']*'|\S+`).FindAllString(strings.ReplaceAll(line, "$DIR", s.dir), -1) {
		args = append(args, strings.Trim(word, "'"))
	}
	if args[0] != "version" && !strings.Contains(line, "--token") {
		args = append(args, "--token", bootstrap)
	}
	w := World{Env: func(name string) (string, bool) {
		value, ok := s.env[name]
		return value, ok
	}}
	code, said := run(s.t, w, append(args, "--url", s.url)...)
	return code, said.out.String(), said.err.String()
}

// expect types a command and fails unless it ends with code; it returns what
// was printed.
func (s *session) expect(code int, line string, says ...string) string {
	s.t.Helper()
	got, out, errs := s.run(line)
	if got != code {
		s.t.Errorf("%s: code %d, want %d\n%s%s", line, got, code, out, errs)
	}
	for _, text := range says {
		if !strings.Contains(out+errs, text) {
			s.t.Errorf("%s: it does not say %q:\n%s%s", line, text, out, errs)
		}
	}
	return out
}

// write puts a file into the session's folder.
func (s *session) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// scrubbed stands the same text where ids and keys differ from run to run.
func scrubbed(text string) string {
	text = regexp.MustCompile(`\b(alert|page|send|override|message)_[0-9a-v]{26}`).ReplaceAllString(text, "${1}_…")
	text = regexp.MustCompile(`http://127.0.0.1:[0-9]+/in/(\w+)/[0-9a-zA-Z_-]{32,}`).ReplaceAllString(text, "http://…/in/$1/…")
	return regexp.MustCompile(`(key|secret): [0-9a-zA-Z_-]{32,}`).ReplaceAllString(text, "$1: …")
}

const teamFile = `installation: {fallback: ["person:ana"]}
people:
  ana:
    name: Ana Reis
    email: ana@example.com
    zone: Europe/Lisbon
    role: admin
    contacts:
      hook: {kind: webhook, to: "http://127.0.0.1:9900/ana", secret: {env: ANA_HOOK_SECRET}}
      mail: {kind: email, to: ana@example.com}
    rules:
      high: [{via: [hook]}, {via: [mail], after: 2m}]
      low: [{via: [mail]}]
  ben:
    name: Ben Okafor
    contacts:
      hook: {kind: webhook, to: "http://127.0.0.1:9900/ben"}
teams:
  payments: {name: Payments, managers: [ana], members: [ana, ben]}
schedules:
  primary:
    team: payments
    zone: Europe/Lisbon
    layers:
      - name: weekly
        rotation: {unit: week, every: 1, start: 2026-11-16T09:00, members: [ana, ben]}
policies:
  payments:
    team: payments
    steps:
      - {page: ["schedule:primary"], wait: 5m}
      - {page: ["person:ben"], wait: 10m}
    repeat: 2
    ack_timeout: 30m
services:
  checkout: {team: payments, policy: payments, description: Takes the money}
sources:
  ours: {kind: generic, service: checkout}
`
