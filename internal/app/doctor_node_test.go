package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"firehall/internal/doctor"
	"firehall/internal/store"
	"firehall/internal/team"
)

// of returns what was found by a check.
func of(list []doctor.Diagnosis, check string) (out []doctor.Diagnosis) {
	for _, f := range list {
		if f.Check == check {
			out = append(out, f)
		}
	}
	return out
}

func TestADoctorsVisit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.opts.Config.PublicURL = "http://127.0.0.1:1"
		w.start()
		w.setup(strings.Replace(small, `"fallback"`, `"heartbeat_url": "http://127.0.0.1:1/hush-hush", "fallback"`, 1))
		r := w.Doctor(t.Context())
		if r.PublicURL != w.opts.Config.PublicURL || r.Version != "1.2.3" || !r.BeganAt.Equal(w.clock()) || !r.EndedAt.Equal(w.clock()) {
			t.Errorf("got %+v", r)
		}
		kind := "SQLite answers"
		if w.db.Postgres() {
			kind = "PostgreSQL "
		}
		for check, want := range map[string]struct {
			level doctor.Level
			says  string
		}{
			"keys":           {doctor.OK, "is the database's"},
			"backups":        {doctor.Warning, "there is no backup yet"},
			"certificate":    {doctor.OK, "speaks no TLS"},
			"public address": {doctor.Warning, ""},
			"mail":           {doctor.OK, ""},
			"heartbeat":      {doctor.OK, "sends its first within a minute"},
			"queues":         {doctor.OK, "work is done in time"},
			"restore":        {doctor.OK, ""},
		} {
			finds(t, check, of(r.Items, check), want.level, want.says)
		}
		if got := of(r.Items, "database"); len(got) == 0 || !strings.HasPrefix(got[0].Sentence, kind) {
			t.Errorf("the database: %+v", got)
		}
		if got := of(r.Items, "disk"); len(got) < 2 || !strings.Contains(got[len(got)-1].Sentence, "0 messages are kept, 0 KiB of 2048 MiB") {
			t.Errorf("the disk: %+v", got)
		}
	})
}

func TestADoctorsVisitFindsFaults(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.opts.Retain = Retention{For: time.Hour, Bytes: 10}
		w.start()
		w.setup(strings.Replace(small, `"fallback"`, `"heartbeat_url": "http://127.0.0.1:1/hush-hush", "backup": {"every": "1h", "keep": 0}, "fallback"`, 1))
		w.haltEngine()
		w.post(`{"summary":"disk full","severity":"critical"}`)
		w.beat.tick(t.Context())
		w.pass(2 * time.Minute)
		err := w.db.Do(t.Context(), func(tx *store.Tx) error {
			return tx.AddToken(t.Context(), store.Token{ID: "token_1", Hash: "h", Name: "ops", Role: team.Owner, Scopes: []team.Scope{team.ScopeSetup}, CreatedAt: tx.Now})
		})
		if err != nil {
			t.Fatal(err)
		}
		r := w.Doctor(t.Context())
		for check, want := range map[string]struct {
			level doctor.Level
			says  string
		}{
			"keys":           {doctor.Warning, "FIREHALL_BOOTSTRAP_TOKEN is still set"},
			"backups":        {doctor.Warning, "keeps none"},
			"public address": {doctor.Warning, "FIREHALL_PUBLIC_URL is not set"},
			"heartbeat":      {doctor.Problem, "not sent: the connection was refused"},
			"queues":         {doctor.Problem, "timers are stuck"},
		} {
			finds(t, check, of(r.Items, check), want.level, want.says)
		}
		if got := of(r.Items, "disk"); !strings.Contains(got[len(got)-1].Sentence, "deleted before their fourteen days") {
			t.Errorf("the disk: %+v", got)
		}
	})
}

func TestADoctorsVisitToADeadDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	w.haltEngine()
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	r := w.Doctor(t.Context())
	finds(t, "queues", of(r.Items, "queues"), doctor.Warning, "the database does not answer")
	finds(t, "setup", of(r.Items, "setup"), doctor.Warning, "the database does not answer")
}

func TestHealthzProvesWhichInstallationAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ask := func(query string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		w.server.Handler.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/healthz"+query, nil))
		return rec
	}
	r := w.Doctor(t.Context())
	if got := ask("?nonce=" + r.Nonce).Header().Get(doctor.ProofHeader); got != r.Proof || !strings.HasPrefix(got, r.Nonce+".") {
		t.Errorf("the proof is %q, want %q", got, r.Proof)
	}
	if got := ask("?nonce=another").Header().Get(doctor.ProofHeader); got == "" || strings.TrimPrefix(got, "another") == strings.TrimPrefix(r.Proof, r.Nonce) {
		t.Errorf("another nonce has the proof %q", got)
	}
	for _, query := range []string{"", "?nonce=", "?nonce=a.b", "?nonce=%0a", "?nonce=" + strings.Repeat("a", 65)} {
		if got := ask(query); got.Header().Get(doctor.ProofHeader) != "" || got.Body.String() != "ok\n" {
			t.Errorf("%s: %v %s", query, got.Header(), got.Body)
		}
	}
	other := newWorld(t).start()
	if r.Proof == other.proof(r.Nonce) {
		t.Error("another installation has the same proof")
	}
	if got := ask("?drip=1").Body.String(); got != "ok\nok\n" {
		t.Errorf("in parts: %q", got)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	rec := httptest.NewRecorder()
	w.server.Handler.ServeHTTP(rec, httptest.NewRequestWithContext(over, http.MethodGet, "/healthz?drip=1", nil))
	if rec.Body.String() != "ok\n" {
		t.Errorf("who has gone is still answered %q", rec.Body)
	}
}

func TestADoctorWithoutANode(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.start()
		w.setup(small)
		c := w.opts.Config
		running := Doctor(t.Context(), c)
		if err := w.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		stopped := Doctor(t.Context(), c)
		if c.DatabaseURL == "" {
			finds(t, "a node runs", of(running, "node"), doctor.Warning, "a node works with "+c.Data)
			finds(t, "none runs", of(stopped, "node"), doctor.Warning, "no node works with "+c.Data)
		}
		for _, found := range [][]doctor.Diagnosis{running, stopped} {
			finds(t, "keys", of(found, "keys"), doctor.OK, "is the database's")
			finds(t, "restore", of(found, "restore"), doctor.OK, "")
			finds(t, "backups", of(found, "backups"), doctor.Warning, "no backup yet")
			if got := of(found, "database"); len(got) < 2 || got[0].Level == doctor.Problem || !strings.Contains(got[1].Sentence, "up to date") {
				t.Errorf("the database: %+v", got)
			}
		}
		c.SMTPURL = "smtp://127.0.0.1:1?from=a@example.com"
		finds(t, "mail", of(Doctor(t.Context(), c), "mail"), doctor.Problem, "127.0.0.1:1 cannot be used: the connection was refused")
		c.Data, c.DatabaseURL = t.TempDir(), ""
		finds(t, "another folder", of(Doctor(t.Context(), c), "database"), doctor.Problem, "there is no database in")
		c.DatabaseURL = "postgres://fh:hush-hush@127.0.0.1:1/fh"
		finds(t, "no PostgreSQL", of(Doctor(t.Context(), c), "database"), doctor.Problem, "the database does not answer")
	})
}
