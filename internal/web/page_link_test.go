package web

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/team"
)

func TestWhoMayUseALink(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.fire("disk full")
		token := w.token(n, "ana")
		other, err := newBox(1)
		if err != nil {
			w.Fatal(err)
		}
		gone := w.box.PageToken(id.Page(id.At(id.PrefixPage, start)))
		tests := map[string]struct {
			token  string
			status int
			says   string
		}{
			"the person":                      {token, 200, "I’m on it"},
			"a link that lost its end":        {token[:40], 404, "cut short"},
			"a link with another end":         {token[:48] + flip(token[48]), 404, "cut short"},
			"a link of another key":           {other.PageToken(w.pageID(n, "ana")), 404, "cut short"},
			"a link of a page that is gone":   {gone, 404, "cut short"},
			"a page's id without a signature": {strings.TrimPrefix(string(w.pageID(n, "ana")), id.PrefixPage), 404, "cut short"},
			"a path out of here":              {"..%2f..%2fetc", 404, "cut short"},
		}
		for name, test := range tests {
			for _, a := range []answer{w.open(test.token), w.post("/p/"+test.token, "do=note&note="+urlEscaped(name))} {
				if a.status != test.status && !(test.status == 200 && a.status == 303) {
					w.Errorf("%s: answered %d", name, a.status)
				}
				if a.status != 303 && !strings.Contains(a.body, test.says) {
					w.Errorf("%s: does not say %q: %s", name, test.says, a.body)
				}
			}
		}
		if got := w.count(n, "noted"); got != 1 {
			w.Errorf("%d notes were written", got)
		}
	})
}

func TestADisabledPersonsLinkDoesNothing(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.fire("disk full")
		token := w.token(n, "ana")
		w.person("ana", func(p *store.Person) { p.Disabled = true })
		before := w.story(n)
		for _, a := range []answer{w.open(token), w.post("/p/"+token, "do=ack")} {
			if a.status != 403 || !strings.Contains(a.body, "who is disabled") {
				w.Errorf("answered %d: %s", a.status, a.body)
			}
		}
		if after := w.story(n); after != before {
			w.Error("it changed something")
		}
		w.person("ana", func(p *store.Person) { p.Disabled = false })
		if a := w.post("/p/"+token, "do=ack"); a.status != 303 || w.alert(n).Owner != "ana" {
			w.Errorf("enabled again, the link answers %d", a.status)
		}
		w.do(func(tx *store.Tx) error { return tx.DeleteDoc(w.Context(), store.KindPerson, "ana") })
		if a := w.open(token); a.status != 403 || !strings.Contains(a.body, "not in Firehall any more") {
			w.Errorf("somebody gone is answered %d: %s", a.status, a.body)
		}
	})
}

func TestAnObserverWhoWasPagedMayAnswer(t *testing.T) {
	onBoth(t, func(w *world) {
		w.person("ana", func(p *store.Person) { p.Role = team.Observer })
		n := w.fire("disk full")
		if a := w.post("/p/"+w.token(n, "ana"), "do=ack"); a.status != 303 || w.alert(n).Owner != "ana" {
			w.Errorf("answered %d", a.status)
		}
	})
}

func TestHowLongALinkHolds(t *testing.T) {
	day := 24 * time.Hour
	tests := map[string]struct {
		resolved time.Duration // after the page; 0 is never
		now      time.Duration
		holds    bool
	}{
		"a month, while nobody resolved it":     {0, 30 * day, true},
		"a week, when it was resolved at once":  {time.Minute, 7*day - time.Second, true},
		"and no longer":                         {time.Minute, 7 * day, false},
		"a day after a late end":                {20 * day, 21*day - time.Second, true},
		"and no longer than that":               {20 * day, 21 * day, false},
		"what is later of the two, just before": {6*day + time.Hour, 7*day + 59*time.Minute, true},
		"what is later of the two":              {6*day + time.Hour, 7*day + time.Hour, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := alert.Alert{Status: alert.Triggered}
			if test.resolved > 0 {
				a = alert.Alert{Status: alert.Resolved, ResolvedAt: start.Add(test.resolved)}
			}
			if got := !ended(notify.Page{CreatedAt: start}, a, start.Add(test.now)); got != test.holds {
				t.Errorf("it holds: %t, want %t", got, test.holds)
			}
		})
	}
}

func TestALinkThatHasEnded(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.fire("disk full")
		token := w.token(n, "ana")
		w.post("/p/"+token, "do=resolve")
		w.pass(8 * 24 * time.Hour)
		for _, a := range []answer{w.open(token), w.post("/p/"+token, "do=ack")} {
			if a.status != 410 || !strings.Contains(a.body, "Sign in") || strings.Contains(a.body, "disk full") {
				w.Errorf("answered %d: %s", a.status, a.body)
			}
		}
	})
}

func TestATokenIsNeverLogged(t *testing.T) {
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	token := w.token(w.fire("disk full"), "ana")
	w.act.Close()
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/p/"+token+"/ack", nil)
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, r)
	if rec.Code != 500 || !strings.Contains(rec.Body.String(), "Try again") {
		t.Errorf("answered %d: %s", rec.Code, rec.Body)
	}
	if log := w.log.String(); !strings.Contains(log, "a request failed") || strings.Contains(log, token[:20]) {
		t.Errorf("the log says %q", log)
	}
}
