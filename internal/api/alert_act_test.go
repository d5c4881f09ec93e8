package api

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// actions lists every action on an alert with a body that it takes.
func actions(other string) map[string]any {
	return map[string]any{
		"ack": nil, "resolve": nil, "escalate": nil, "unack": nil, "snooze": object{"for": "30m"}, "note": object{"text": "hm"},
		"merge": object{"into": other}, "reassign": object{"to": []string{"ben"}}, "decline": object{"note": "asleep"},
	}
}

func TestEveryActionAnswersTheAlert(t *testing.T) {
	onBoth(t, func(w *world) {
		other := w.raise("another")
		for verb, body := range actions(other) {
			n := w.raise(verb)
			a := w.call("answerer", "POST", "/alerts/"+n+"/"+verb, body).is(200).object()
			if a["id"] != n {
				w.t.Errorf("%s answers %v", verb, a)
			}
		}
	})
}

func TestWhoMayNotAct(t *testing.T) {
	onBoth(t, func(w *world) {
		n, other := w.raise("disk full"), w.raise("another")
		for verb, body := range actions(other) {
			w.call("", "POST", "/alerts/"+n+"/"+verb, body).is(401)
			w.call("reader", "POST", "/alerts/"+n+"/"+verb, body).is(403)
			w.call("eve", "POST", "/alerts/"+n+"/"+verb, body).is(403)
			w.call("answerer", "POST", "/alerts/alert_nothing/"+verb, body).is(404)
		}
		if a := w.call("reader", "GET", "/alerts/"+n, nil).object(); a["status"] != "triggered" {
			w.t.Errorf("somebody acted: %v", a)
		}
	})
}

func TestActingOnWhatIsOverIsAConflict(t *testing.T) {
	onBoth(t, func(w *world) {
		n, other := w.raise("disk full"), w.raise("another")
		w.call("answerer", "POST", "/alerts/"+n+"/resolve", nil).is(200)
		for verb, body := range actions(other) {
			if verb == "note" {
				continue // one may still write what it was
			}
			p := w.call("answerer", "POST", "/alerts/"+n+"/"+verb, body).is(409).problem()
			if !strings.Contains(p.Detail, "resolved") {
				w.t.Errorf("%s: %q", verb, p.Detail)
			}
		}
	})
}

func TestAcknowledgingTwiceIsFine(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.raise("disk full")
		for range 2 {
			a := w.call("answerer", "POST", "/alerts/"+n+"/ack", object{}).is(200).object()
			if a["status"] != "acknowledged" || a["owner"] != "ben" || a["until"] != "2026-11-20T03:30:00Z" || a["acked_at"] != "2026-11-20T03:00:00Z" {
				w.t.Errorf("after ack: %v", a)
			}
			next := a["next"].(object)
			if next["at"] != "2026-11-20T03:30:00Z" || !strings.Contains(next["what"].(string), "goes back to its policy") || fmt.Sprint(next["who"]) != "[ben ana]" {
				w.t.Errorf("next %v", next)
			}
		}
		if a := w.call("dee", "POST", "/alerts/"+n+"/ack", nil).is(200).object(); a["owner"] != "dee" {
			w.t.Errorf("taken over: %v", a)
		}
		if a := w.call("dee", "POST", "/alerts/"+n+"/unack", nil).is(200).object(); a["status"] != "triggered" || a["owner"] != nil {
			w.t.Errorf("given back: %v", a)
		}
		story := w.call("dee", "GET", "/alerts/"+n+"/timeline", nil).Body.String()
		if !strings.Contains(story, `Ben has it until 03:30:00 UTC on 20 Nov: by the API`) {
			w.t.Errorf("the record does not say how: %s", story)
		}
	})
}

func TestSnooze(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.raise("disk full")
		if a := w.call("ben", "POST", "/alerts/"+n+"/snooze", object{"for": "90m"}).is(200).object(); a["until"] != "2026-11-20T04:30:00Z" {
			w.t.Errorf("for 90 minutes: %v", a)
		}
		if a := w.call("ben", "POST", "/alerts/"+n+"/snooze", object{"until": "2026-11-20T09:00:00+01:00"}).is(200).object(); a["until"] != "2026-11-20T08:00:00Z" {
			w.t.Errorf("until nine: %v", a)
		}
		for location, body := range map[string]object{
			"for":   {"for": "soon"},
			"until": {"until": "tomorrow"},
		} {
			w.call("ben", "POST", "/alerts/"+n+"/snooze", body).is(422).at(location)
		}
		w.call("ben", "POST", "/alerts/"+n+"/snooze", object{}).is(422).at("for")
		w.call("ben", "POST", "/alerts/"+n+"/snooze", object{"for": "1m", "until": "2026-11-20T09:00:00Z"}).is(422).at("for")
		w.call("ben", "POST", "/alerts/"+n+"/snooze", object{"for": "0s"}).is(422).at("for")
		w.call("ben", "POST", "/alerts/"+n+"/snooze", object{"until": "2026-11-20T02:00:00Z"}).is(422).at("until", "in the future")
		w.call("ben", "POST", "/alerts/"+n+"/snooze", nil).is(400)
	})
}

func TestNote(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.raise("disk full")
		w.call("ben", "POST", "/alerts/"+n+"/note", object{"text": ""}).is(422).at("text")
		w.call("ben", "POST", "/alerts/"+n+"/note", object{"text": "a\x00b"}).is(422).at("text")
		w.call("ben", "POST", "/alerts/"+n+"/note", object{"text": strings.Repeat("x", 10001)}).is(422).at("text")
		w.call("ben", "POST", "/alerts/"+n+"/note", object{"text": "hm", "extra": 1}).is(422).at("extra")
		w.call("ben", "POST", "/alerts/"+n+"/note", object{"text": "second disk is fine"}).is(200)
		if story := w.call("ben", "GET", "/alerts/"+n+"/timeline", nil).Body.String(); !strings.Contains(story, `"text":"second disk is fine"`) {
			w.t.Errorf("timeline %s", story)
		}
	})
}

func TestMerge(t *testing.T) {
	onBoth(t, func(w *world) {
		n, into := w.raise("disk full"), w.raise("database down")
		if a := w.call("ben", "POST", "/alerts/"+n+"/merge", object{"into": into}).is(200).object(); a["status"] != "suppressed" || a["merged_into"] != into {
			w.t.Errorf("merged: %v", a)
		}
		w.call("ben", "POST", "/alerts/"+into+"/merge", object{"into": into}).is(422).at("into")
		w.call("ben", "POST", "/alerts/"+into+"/merge", object{"into": "alert_nothing"}).is(404)
		w.call("ben", "POST", "/alerts/"+n+"/ack", nil).is(409)
	})
}

func TestReassign(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.raise("disk full")
		for _, to := range []string{"ben", "person:ben", "schedule:primary"} {
			w.call("dee", "POST", "/alerts/"+n+"/reassign", object{"to": []string{to}}).is(200)
		}
		w.call("dee", "POST", "/alerts/"+n+"/reassign", object{"to": []string{"ben", "nobody"}}).is(422).at("to[1]")
		w.call("dee", "POST", "/alerts/"+n+"/reassign", object{"to": []string{"schedule:none"}}).is(422).at("to[0]")
		w.call("dee", "POST", "/alerts/"+n+"/reassign", object{"to": []string{"team:payments"}}).is(422).at("to[0]")
		w.call("dee", "POST", "/alerts/"+n+"/reassign", object{"to": []string{"cy"}}).is(422).at("to", "cy has no contact")
		w.call("dee", "POST", "/alerts/"+n+"/reassign", object{"to": []string{}}).is(422).at("to")
		w.call("dee", "POST", "/alerts/"+n+"/reassign", object{"to": nil}).is(422).at("to")
		w.pass(0)
		people := map[any]int{}
		for _, p := range w.call("dee", "GET", "/alerts/"+n+"/pages", nil).items() {
			people[p["person"]]++
		}
		if people["ben"] != 2 {
			w.t.Errorf("paged %v, want ben twice", people)
		}
	})
}

func TestEscalateAndDeclineHandOnAtOnce(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.raise("disk full")
		w.pass(0)
		w.call("ana", "POST", "/alerts/"+n+"/escalate", nil).is(200)
		w.pass(0)
		if pages := w.call("ana", "GET", "/alerts/"+n+"/pages", nil).items(); len(pages) != 2 || pages[1]["person"] != "ben" {
			w.t.Errorf("after escalate: %v", pages)
		}
		w.call("ben", "POST", "/alerts/"+n+"/decline", object{"note": "in a tunnel"}).is(200)
		w.pass(time.Second)
		if pages := w.call("ana", "GET", "/alerts/"+n+"/pages", nil).items(); len(pages) != 3 || pages[2]["person"] != "ana" {
			w.t.Errorf("after decline: %v", pages)
		}
		w.call("dee", "POST", "/alerts/"+n+"/decline", object{"note": "a\x00b"}).is(422)
	})
}
