package web

import (
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
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
			w.Errorf("looking changed the alert; before\n%s\nafter\n%s", before, after)
		}
		w.post("/p/"+token, "do=ack")
		if w.story(n) == before {
			w.Fatal("posting changed nothing, so this test cannot fail")
		}
		w.pass(10 * time.Minute)
		acked := w.story(n)
		look()
		if after := w.story(n); after != acked {
			w.Errorf("looking extended the acknowledgement; before\n%s\nafter\n%s", acked, after)
		}
	})
}

func TestTheLinkOfAnActionLeadsToTheScreen(t *testing.T) {
	onBoth(t, func(w *world) {
		token := w.token(w.fire("disk full"), "ana")
		if a := w.send("GET", "/p/"+token+"/ack", ""); a.status != 303 || a.header.Get("Location") != "/p/"+token {
			w.Errorf("answered %d to %q", a.status, a.header.Get("Location"))
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
	onBoth(t, func(w *world) {
		for name, test := range tests {
			for _, post := range []struct{ path, form string }{{"", "do=" + test.do + "&" + test.form}, {"/" + test.do, test.form}} {
				n := w.fire(name + post.path)
				token := w.token(n, "ana")
				for range 2 { // a second tap
					if a := w.post("/p/"+token+post.path, post.form); a.status != 303 || a.header.Get("Location") != "/p/"+token {
						w.Errorf("%s: answered %d to %q: %s", name, a.status, a.header.Get("Location"), a.body)
					}
				}
				if a := w.alert(n); a.Status != test.status || a.Owner != test.owner {
					w.Errorf("%s: the alert is %s of %q, want %s of %q", name, a.Status, a.Owner, test.status, test.owner)
				}
				if got := w.count(n, test.kind); got != 1 {
					w.Errorf("%s: two taps left %d entries %q", name, got, test.kind)
				}
			}
		}
	})
}

func TestAProgramGetsJSON(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.fire("disk full")
		for range 2 {
			status, body := w.tell("/p/" + w.token(n, "ana") + "/ack")
			if status != 200 || body["status"] != "acknowledged" || body["owner"] != "ana" || body["alert"] != string(n) || body["until"] != "2026-11-20T03:37:00Z" {
				w.Errorf("answered %d %v", status, body)
			}
		}
		a := w.send("POST", "/p/"+w.token(n, "ana")+"/note", `{"text":"from a bot"}`, "Content-Type", "application/json")
		if a.status != 200 || a.header.Get("Content-Type") != "application/json" || w.count(n, "noted") != 1 {
			w.Errorf("a note in JSON was answered %d %s", a.status, a.body)
		}
		if status, body := w.tell("/p/" + w.token(n, "ana") + "/resolve"); status != 200 || body["status"] != "resolved" {
			w.Errorf("answered %d %v", status, body)
		}
		if status, body := w.tell("/p/" + w.token(n, "ana") + "/resolve"); status != 200 || body["status"] != "resolved" {
			w.Errorf("a second tap was answered %d %v", status, body)
		}
		for _, do := range []string{"ack", "escalate", "decline", "note"} {
			status, body := w.tell("/p/" + w.token(n, "ana") + "/" + do)
			if status != 409 || body["status"] != 409.0 || !strings.Contains(body["detail"].(string), "resolved") {
				w.Errorf("%s on a resolved alert was answered %d %v", do, status, body)
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
				w.Errorf("%s was answered %d: %s", do, a.status, a.body)
			}
		}
		if after := w.story(n); after != before {
			w.Errorf("it changed; before\n%s\nafter\n%s", before, after)
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
			w.Errorf("escalated %d times", got)
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
				w.Fatal("the screen does not say what it shows")
			}
			return seen
		}
		first := seen()
		w.post(path, "do=escalate&seen="+first)
		w.post(path, "do=escalate&seen="+first)
		if got := w.count(n, "escalated"); got != 1 {
			w.Fatalf("the same form escalated %d times", got)
		}
		w.post(path, "do=escalate&seen="+seen())
		if got := w.count(n, "escalated"); got != 2 {
			w.Errorf("a look between two taps makes two wishes; escalated %d times", got)
		}
		w.pass(2 * time.Minute)
		w.post(path, "do=escalate&seen="+first)
		if got := w.count(n, "escalated"); got != 2 {
			w.Errorf("a form from before escalated again after two minutes: %d times", got)
		}
	})
}

func TestALateTapDoesNotTakeItFromWhoHasIt(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.fire("disk full")
		w.pass(6 * time.Minute)
		seen, err := w.db.LastEntries(w.Context(), n, 1)
		if err != nil {
			w.Fatal(err)
		}
		w.post("/p/"+w.token(n, "ben"), "do=ack")
		for _, form := range []string{"do=decline", "do=escalate&seen=" + string(seen[0].ID)} {
			if a := w.post("/p/"+w.token(n, "ana"), form); a.status != 303 {
				w.Errorf("%s was answered %d", form, a.status)
			}
			if a := w.alert(n); a.Owner != "ben" {
				w.Errorf("after %s the alert is %s of %q", form, a.Status, a.Owner)
			}
		}
		w.post("/p/"+w.token(n, "ana"), "do=ack")
		if a := w.alert(n); a.Owner != "ana" {
			w.Errorf("who wants to take it over does; it is of %q", a.Owner)
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
			w.Errorf("the same note within a minute was written %d times", got)
		}
		w.post(path, "do=note&note=two")
		w.set(w.now.Add(2 * time.Minute))
		w.post(path, "do=note&note=one")
		if got := w.count(n, "noted"); got != 3 {
			w.Errorf("another note, and the same one later, make %d notes in all", got)
		}
		w.post(path, "do=ack&note=on+my+way")
		if a := w.alert(n); w.count(n, "noted") != 4 || a.Owner != "ana" {
			w.Errorf("a note typed before another button: %d notes, owner %q", w.count(n, "noted"), a.Owner)
		}
		a := w.post(path, "do=note&note=%20%0d%0a")
		if a.status != 422 || !strings.Contains(a.body, "A note needs some text") && !strings.Contains(a.body, "a note needs some text") {
			w.Errorf("an empty note was answered %d: %s", a.status, a.body)
		}
		a = w.post(path, "do=note&note=kept%00"+strings.Repeat("k", 100))
		if a.status != 422 || !strings.Contains(a.body, "kkk</textarea>") {
			w.Errorf("a note with NUL was answered %d, and what was typed is lost: %s", a.status, a.body)
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
			w.Errorf("it ends at %s", got)
		}
		w.pass(10 * time.Minute)
		w.post(path, "do=ack")
		if got := w.alert(n).HoldUntil; !got.Equal(start.Add(50 * time.Minute)) {
			w.Errorf("“I’m still on it” moved the end to %s", got)
		}
	})
}
