package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/team"
)

func pageOf(p id.Person) notify.Page { return notify.Page{Person: p} }

func TestOpeningChangesNothing(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.signal("ours", checkout())
		token := w.token(n, "ana")
		look := func() {
			for _, do := range []string{"", "/ack", "/resolve", "/escalate", "/decline", "/note"} {
				w.send("GET", "/p/"+token+do, "do=ack", "Content-Type", "application/x-www-form-urlencoded")
				w.send("HEAD", "/p/"+token+do, "")
				w.send("GET", "/p/"+token+do+"?do=ack", "", "Accept", "application/json")
			}
			w.send("OPTIONS", "/p/"+token, "")
			w.send("PUT", "/p/"+token+"/ack", "")
		}
		before := w.story(n)
		look()
		if after := w.story(n); after != before {
			t.Errorf("looking changed the alert; before\n%s\nafter\n%s", before, after)
		}
		w.post("/p/"+token, "do=ack")
		acked := w.story(n)
		if acked == before {
			t.Fatal("posting changed nothing, so this test cannot fail")
		}
		w.set(w.now.Add(10 * time.Minute))
		look()
		if after := w.story(n); after != acked {
			t.Errorf("looking extended the acknowledgement; before\n%s\nafter\n%s", acked, after)
		}
	})
}

func TestTheLinkOfAnActionLeadsToTheScreen(t *testing.T) {
	onBoth(t, func(w *world) {
		token := w.token(w.fire("disk full"), "ana")
		if a := w.send("GET", "/p/"+token+"/ack", ""); a.status != 303 || a.header.Get("Location") != "/p/"+token {
			t.Errorf("answered %d to %q", a.status, a.header.Get("Location"))
		}
	})
}

func TestEachAnswer(t *testing.T) {
	tests := map[string]struct {
		do, form string
		kind     string // of the entry that it leaves behind
		status   alert.Status
		owner    id.Person
	}{
		"I'm on it":      {"ack", "", "acked", alert.Acknowledged, "ana"},
		"resolve":        {"resolve", "", "resolved", alert.Resolved, ""},
		"escalate":       {"escalate", "", "escalated", alert.Triggered, ""},
		"can't take it":  {"decline", "note=On a train", "declined", alert.Triggered, ""},
		"note":           {"note", "note=It is the disk", "noted", alert.Triggered, ""},
		"note as a text": {"note", "text=It is the disk", "noted", alert.Triggered, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(w *world) {
				for _, way := range []func(n id.Alert) answer{
					func(n id.Alert) answer { return w.post("/p/"+w.token(n, "ana"), "do="+test.do+"&"+test.form) },
					func(n id.Alert) answer { return w.post("/p/"+w.token(n, "ana")+"/"+test.do, test.form) },
				} {
					n := w.fire("disk full")
					token := w.token(n, "ana")
					for range 2 { // a second tap
						if a := way(n); a.status != 303 || a.header.Get("Location") != "/p/"+token {
							t.Errorf("answered %d to %q: %s", a.status, a.header.Get("Location"), a.body)
						}
					}
					if a := w.alert(n); a.Status != test.status || a.Owner != test.owner {
						t.Errorf("the alert is %s of %q, want %s of %q", a.Status, a.Owner, test.status, test.owner)
					}
					if got := w.count(n, test.kind); got != 1 {
						t.Errorf("two taps left %d entries %q", got, test.kind)
					}
					w.post("/p/"+token, "do=resolve")
				}
			})
		})
	}
}

func TestAProgramGetsJSON(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.fire("disk full")
		for range 2 {
			status, body := w.tell("/p/" + w.token(n, "ana") + "/ack")
			if status != 200 || body["status"] != "acknowledged" || body["owner"] != "ana" || body["alert"] != string(n) || body["until"] != "2026-11-20T03:37:00Z" {
				t.Errorf("answered %d %v", status, body)
			}
		}
		a := w.send("POST", "/p/"+w.token(n, "ana")+"/note", `{"text":"from a bot"}`, "Content-Type", "application/json")
		if a.status != 200 || a.header.Get("Content-Type") != "application/json" || w.count(n, "noted") != 1 {
			t.Errorf("a note in JSON was answered %d %s", a.status, a.body)
		}
		if status, body := w.tell("/p/" + w.token(n, "ana") + "/resolve"); status != 200 || body["status"] != "resolved" {
			t.Errorf("answered %d %v", status, body)
		}
		if status, body := w.tell("/p/" + w.token(n, "ana") + "/resolve"); status != 200 || body["status"] != "resolved" {
			t.Errorf("a second tap was answered %d %v", status, body)
		}
		for _, do := range []string{"ack", "escalate", "decline", "note"} {
			status, body := w.tell("/p/" + w.token(n, "ana") + "/" + do)
			if status != 409 || body["status"] != 409.0 || !strings.Contains(body["detail"].(string), "resolved") {
				t.Errorf("%s on a resolved alert was answered %d %v", do, status, body)
			}
		}
	})
}

func TestActingOnWhatSomebodyElseResolved(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.fire("disk full")
		w.pass(6 * time.Minute)
		w.post("/p/"+w.token(n, "ben"), "do=resolve")
		before := w.story(n)
		for _, do := range []string{"ack", "resolve", "escalate", "decline", "note"} {
			a := w.post("/p/"+w.token(n, "ana"), "do="+do+"&note=typed+text")
			if a.status != 409 || !strings.Contains(a.body, "Nothing was changed. Ben resolved it at 03:13.") {
				t.Errorf("%s was answered %d: %s", do, a.status, a.body)
			}
		}
		if after := w.story(n); after != before {
			t.Errorf("it changed; before\n%s\nafter\n%s", before, after)
		}
	})
}

func TestTwoTapsAtOnceEscalateOnce(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.fire("disk full")
		path := "/p/" + w.token(n, "ana")
		var both sync.WaitGroup
		for range 4 {
			both.Go(func() {
				r := httptest.NewRequestWithContext(w.Context(), "POST", path+"/escalate", nil)
				w.mux.ServeHTTP(httptest.NewRecorder(), r)
			})
		}
		both.Wait()
		if got := w.count(n, "escalated"); got != 1 {
			t.Errorf("escalated %d times", got)
		}
	})
}

func TestEscalatingAgainAfterLookingIsAnotherWish(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.fire("disk full")
		path := "/p/" + w.token(n, "ana")
		seen := func() string {
			_, rest, _ := strings.Cut(w.open(w.token(n, "ana")).body, `name="seen" value="`)
			seen, _, ok := strings.Cut(rest, `"`)
			if !ok {
				t.Fatal("the screen does not say what it shows")
			}
			return seen
		}
		first := seen()
		w.post(path, "do=escalate&seen="+first)
		w.post(path, "do=escalate&seen="+first)
		if got := w.count(n, "escalated"); got != 1 {
			t.Fatalf("the same form escalated %d times", got)
		}
		w.post(path, "do=escalate&seen="+seen())
		if got := w.count(n, "escalated"); got != 2 {
			t.Errorf("a look between two taps makes two wishes; escalated %d times", got)
		}
		w.pass(2 * time.Minute)
		w.post(path, "do=escalate&seen="+first)
		if got := w.count(n, "escalated"); got != 2 {
			t.Errorf("a form from before escalated again after two minutes: %d times", got)
		}
	})
}

func TestALateTapDoesNotTakeItFromWhoHasIt(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.fire("disk full")
		w.pass(6 * time.Minute)
		seen, err := w.db.LastEntries(w.Context(), n, 1)
		if err != nil {
			t.Fatal(err)
		}
		w.post("/p/"+w.token(n, "ben"), "do=ack")
		for _, form := range []string{"do=decline", "do=escalate&seen=" + string(seen[0].ID)} {
			if a := w.post("/p/"+w.token(n, "ana"), form); a.status != 303 {
				t.Errorf("%s was answered %d", form, a.status)
			}
			if a := w.alert(n); a.Owner != "ben" {
				t.Errorf("after %s the alert is %s of %q", form, a.Status, a.Owner)
			}
		}
		w.post("/p/"+w.token(n, "ana"), "do=ack")
		if a := w.alert(n); a.Owner != "ana" {
			t.Errorf("who wants to take it over does; it is of %q", a.Owner)
		}
	})
}

func TestNotes(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.fire("disk full")
		path := "/p/" + w.token(n, "ana")
		w.post(path, "do=note&note=one")
		w.set(w.now.Add(59 * time.Second))
		w.post(path, "do=note&note=one")
		if got := w.count(n, "noted"); got != 1 {
			t.Errorf("the same note within a minute was written %d times", got)
		}
		w.post(path, "do=note&note=two")
		w.set(w.now.Add(2 * time.Minute))
		w.post(path, "do=note&note=one")
		if got := w.count(n, "noted"); got != 3 {
			t.Errorf("another note, and the same one later, make %d notes in all", got)
		}
		w.post(path, "do=ack&note=on+my+way")
		if a := w.alert(n); w.count(n, "noted") != 4 || a.Owner != "ana" {
			t.Errorf("a note typed before another button: %d notes, owner %q", w.count(n, "noted"), a.Owner)
		}
		a := w.post(path, "do=note&note=%20%0d%0a")
		if a.status != 422 || !strings.Contains(a.body, "A note needs some text") && !strings.Contains(a.body, "a note needs some text") {
			t.Errorf("an empty note was answered %d: %s", a.status, a.body)
		}
		a = w.post(path, "do=note&note=kept%00"+strings.Repeat("k", 100))
		if a.status != 422 || !strings.Contains(a.body, "kkk</textarea>") {
			t.Errorf("a note with NUL was answered %d, and what was typed is lost: %s", a.status, a.body)
		}
	})
}

func TestANoteExtendsAnAcknowledgement(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.fire("disk full")
		path := "/p/" + w.token(n, "ana")
		w.post(path, "do=ack")
		w.pass(10 * time.Minute)
		w.post(path, "do=note&note=still+looking")
		if got := w.alert(n).HoldUntil; !got.Equal(start.Add(40 * time.Minute)) {
			t.Errorf("it ends at %s", got)
		}
		w.pass(10 * time.Minute)
		w.post(path, "do=ack")
		if got := w.alert(n).HoldUntil; !got.Equal(start.Add(50 * time.Minute)) {
			t.Errorf("“I’m still on it” moved the end to %s", got)
		}
	})
}

func TestWhoMayUseALink(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.fire("disk full")
		token := w.token(n, "ana")
		other, err := newBox(1)
		if err != nil {
			t.Fatal(err)
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
					t.Errorf("%s: answered %d", name, a.status)
				}
				if a.status != 303 && !strings.Contains(a.body, test.says) {
					t.Errorf("%s: does not say %q: %s", name, test.says, a.body)
				}
			}
		}
		if got := w.count(n, "noted"); got != 1 {
			t.Errorf("%d notes were written", got)
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
				t.Errorf("answered %d: %s", a.status, a.body)
			}
		}
		if after := w.story(n); after != before {
			t.Error("it changed something")
		}
		w.person("ana", func(p *store.Person) { p.Disabled = false })
		if a := w.post("/p/"+token, "do=ack"); a.status != 303 || w.alert(n).Owner != "ana" {
			t.Errorf("enabled again, the link answers %d", a.status)
		}
		w.do(func(tx *store.Tx) error { return tx.DeleteDoc(w.Context(), store.KindPerson, "ana") })
		if a := w.open(token); a.status != 403 || !strings.Contains(a.body, "not in Firehall any more") {
			t.Errorf("somebody gone is answered %d: %s", a.status, a.body)
		}
	})
}

func TestAnObserverWhoWasPagedMayAnswer(t *testing.T) {
	onBoth(t, func(w *world) {
		w.person("ana", func(p *store.Person) { p.Role = team.Observer })
		n := w.fire("disk full")
		if a := w.post("/p/"+w.token(n, "ana"), "do=ack"); a.status != 303 || w.alert(n).Owner != "ana" {
			t.Errorf("answered %d", a.status)
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
				t.Errorf("answered %d: %s", a.status, a.body)
			}
		}
	})
}

func TestPostsThatCannotBeRead(t *testing.T) {
	form, js := "application/x-www-form-urlencoded", "application/json"
	tests := map[string]struct {
		path, kind, body string
		status           int
	}{
		"a body at the limit":             {"/note", form, "note=" + strings.Repeat("x", 9000), 303},
		"a body over the limit":           {"/note", form, "note=" + strings.Repeat("x", maxOrder), 413},
		"a huge body that nobody reads":   {"/ack", "image/png", strings.Repeat("x", maxOrder+1), 413},
		"a note that is too long":         {"/note", form, "note=" + strings.Repeat("x", 10001), 422},
		"nothing to do":                   {"", form, "note=x", 422},
		"something that does not exist":   {"", form, "do=delete", 422},
		"a path that does not exist":      {"/delete", form, "", 404},
		"the path wins over the body":     {"/ack", form, "do=resolve", 303},
		"a form that is none":             {"/ack", form, "note=%zz", 400},
		"JSON that is none":               {"/ack", js, "{", 400},
		"JSON of another shape":           {"/ack", js, `{"note":7}`, 400},
		"JSON with more than we know":     {"/ack", js, `{"note":"x","user":{"name":"bot"}}`, 200},
		"a body of another kind is none":  {"/ack", "text/plain", "whatever", 303},
		"an entry that is none is no one": {"/escalate", form, "seen=zzzz", 303},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(w *world) {
				n := w.fire("disk full")
				a := w.send("POST", "/p/"+w.token(n, "ana")+test.path, test.body, "Content-Type", test.kind)
				if a.status != test.status {
					t.Errorf("answered %d, want %d: %s", a.status, test.status, a.body)
				}
				if test.kind == js && test.status >= 400 && a.header.Get("Content-Type") != "application/problem+json" {
					t.Errorf("a program is answered %s", a.header.Get("Content-Type"))
				}
			})
		})
	}
}

func TestEveryAnswerIsKeptByNobody(t *testing.T) {
	onBoth(t, func(w *world) {
		token := w.token(w.fire("disk full"), "ana")
		for name, a := range map[string]answer{
			"the screen": w.open(token), "a forged link": w.open("x"), "an action": w.post("/p/"+token, "do=note&note=x"),
			"a program": w.send("POST", "/p/"+token+"/ack", "", "Accept", "application/json"), "another method": w.send("DELETE", "/p/"+token, ""),
			"home": w.send("GET", "/", ""), "nothing": w.send("GET", "/x", ""), "below nothing": w.send("GET", "/p/", ""),
		} {
			for header, want := range map[string]string{
				"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
				"X-Frame-Options": "DENY", "X-Robots-Tag": "noindex, nofollow, noarchive",
			} {
				if got := a.header.Get(header); got != want {
					t.Errorf("%s: %s is %q", name, header, got)
				}
			}
			policy := a.header.Get("Content-Security-Policy")
			for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
				if !strings.Contains(policy, part) {
					t.Errorf("%s: the policy %q does not say %s", name, policy, part)
				}
			}
			if a.header.Get("Set-Cookie") != "" {
				t.Errorf("%s: sets a cookie", name)
			}
		}
	})
}

func TestTheScreenIsOneRequest(t *testing.T) {
	onBoth(t, func(w *world) {
		page := w.open(w.token(w.signal("prometheus", targets(4, 0)), "ana")).body
		for _, outside := range []string{"<script", " src=", "@import", "url(", "http-equiv", `style="`, "onclick"} {
			if strings.Contains(page, outside) {
				t.Errorf("the screen says %s", outside)
			}
		}
		if got := strings.Count(page, "<link"); got != 1 || !strings.Contains(page, `<link rel="icon" href="data:,">`) {
			t.Errorf("the screen has %d links to fetch", got)
		}
	})
}

func TestHeadAnswersAsGetWithoutABody(t *testing.T) {
	onBoth(t, func(w *world) {
		server := httptest.NewServer(w.mux)
		defer server.Close()
		url := server.URL + "/p/" + w.token(w.fire("disk full"), "ana")
		r, err := http.NewRequestWithContext(w.Context(), http.MethodHead, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		if answer.StatusCode != 200 || answer.ContentLength < 5000 {
			t.Errorf("answered %s with a length of %d", answer.Status, answer.ContentLength)
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
