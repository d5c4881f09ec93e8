package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"firehall/internal/action"
	"firehall/internal/store"
	"firehall/internal/team"
)

func TestAFileIsLookedAtForThoseWhoSetUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	file := object{"setup": object{}}
	for who, want := range map[string]int{
		"owner": 200, "dee": 200, "ana": 200, // an admin, and a manager of a team
		"ben": 403, "reader": 403, "answerer": 403, "eve": 403,
	} {
		if r := w.call(who, "POST", "/lint", file); r.Code != want {
			t.Errorf("%s: got %d %s, want %d", who, r.Code, r.Body, want)
		}
		w.call(who, "GET", "/lint", nil).is(200)
	}
}

func TestAContactIsTestedFiveTimesAMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	for range 5 {
		w.call("ben", "POST", "/people/ana/contacts/hook/test", nil).is(403) // counts for nothing
		w.call("ana", "POST", "/people/ana/contacts/hook/test", nil).is(200)
	}
	r := w.call("ana", "POST", "/people/ana/contacts/hook/test", nil).is(429)
	if r.Header().Get("Retry-After") != "60" || !strings.Contains(r.Body.String(), "tested 5 times within a minute") {
		t.Errorf("%v %s", r.Header(), r.Body)
	}
	w.call("ana", "POST", "/people/ana/contacts/mail/test", nil).is(200)
	w.pass(time.Minute)
	w.call("ana", "POST", "/people/ana/contacts/hook/test", nil).is(200)
}

func TestWhoMeetsOthersIsToldToComeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	r := w.api.problem(context.Background(), "simulate", &action.TooMuch{Sentence: "two run", After: 2 * time.Second})
	if r.Status != http.StatusServiceUnavailable || r.headers.Get("Retry-After") != "2" || r.Detail != "two run" {
		t.Errorf("%+v %v", r.ErrorModel, r.headers)
	}
}

func TestOneBackupAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	w.api.scratch = filepath.Join(t.TempDir(), "backups")
	begun, err := w.api.takeBackup(t.Context(), team.Actor{Role: team.Owner, Label: "owner"}, nil) // made, and not sent yet
	if err != nil {
		t.Fatal(err)
	}
	r := w.call("owner", "POST", "/backup", nil).is(409)
	if !strings.Contains(r.Body.String(), "already") {
		t.Errorf("it says %s", r.Body)
	}
	w.call("dee", "POST", "/backup", nil).is(403)
	sent := httptest.NewRecorder()
	begun.Body(humago.NewContext(nil, httptest.NewRequest("POST", "/", nil), sent))
	if sent.Body.Len() == 0 {
		t.Error("nothing was sent")
	}
	w.call("owner", "POST", "/backup", nil).is(200)
	w.api.scratch = "/dev/null/none"
	w.call("owner", "POST", "/backup", nil).is(500)
	w.api.scratch = filepath.Join(t.TempDir(), "backups")
	w.call("owner", "POST", "/backup", nil).is(200) // one that failed stands in nobody's way
}
