package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"firehall/internal/id"
	"firehall/internal/store"
)

// oursDoor is where the generic source sends.
const oursDoor = "/in/generic/0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// send sends a message through a door and runs what is due.
func (w *world) send(path string, body any) {
	w.t.Helper()
	w.call("", "POST", path, body)
	w.pass(0)
}

// newest returns the id of the alert that was opened last.
func (w *world) newest() string {
	w.t.Helper()
	return w.call("ana", "GET", "/alerts", nil).is(200).items()[0]["id"].(string)
}

// why asks and fails unless the answer holds all of these texts.
func (w *world) why(path string, texts ...string) object {
	w.t.Helper()
	r := w.call("reader", "GET", path, nil).is(200)
	for _, text := range texts {
		if !strings.Contains(fmt.Sprint(r.object()), text) {
			w.t.Errorf("%s does not say %q:\n%s", path, text, r.Body)
		}
	}
	return r.object()
}

// how asks why of the newest alert and fails unless it is so, for these reasons.
func (w *world) how(how string, texts ...string) {
	w.t.Helper()
	if got := w.why("/alerts/"+w.newest()+"/why", texts...); got["how"] != how {
		w.t.Errorf("it is %v, not %s", got, how)
	}
}

func TestWhyAnAlertPagedSomebodyOrNobody(t *testing.T) {
	onBoth(t, func(w *world) {
		w.send(oursDoor, object{"summary": "a", "severity": "critical"})
		w.how("paged", "Ana was paged, first at 03:00:00 UTC on 20 Nov 2026: step 1 of payments: schedule primary: ana: layer weekly")
		w.pass(5 * time.Minute)
		w.how("paged", "Ana and Ben were paged")
		w.send(oursDoor, object{"summary": "b", "severity": "info"})
		w.how("urgency_none", "Nobody was paged: its urgency is none: it is listed and tells nobody", `"info" is info, which at checkout means urgency none`)
		w.send(oursDoor, object{"summary": "c", "severity": "warning"})
		w.how("waits", "Nobody was paged: its urgency is low, which waits for working hours, until 09:00:00", "until:2026-11-20T09:00:00Z")
		low := w.newest()
		w.call("ana", "POST", "/alerts/"+low+"/resolve", object{}).is(200)
		w.how("resolved", "until 09:00:00 UTC on 20 Nov 2026; it was over before that, at 03:05:00 UTC")
		w.send(oursDoor, object{"summary": "d", "severity": "critical", "key": "d"})
		into := w.newest()
		w.send(oursDoor, object{"summary": "e", "severity": "info", "key": "e"})
		w.call("ana", "POST", "/alerts/"+w.newest()+"/merge", object{"into": into}).is(200)
		w.how("merged", "it was merged into "+into, "other:"+into)
		w.call("", "POST", oursDoor, object{"summary": "f", "severity": "critical"}) // nothing has run since
		w.how("due", "Nobody was paged yet: its next step is due at 03:05:00 UTC")
	})
}

func TestWhyNobodyWasFound(t *testing.T) {
	onBoth(t, func(w *world) {
		for _, name := range []string{"ana", "ben", "dee"} {
			p := w.db.Setup().People[id.Person(name)]
			p.Disabled = true
			if err := w.db.Do(w.t.Context(), func(tx *store.Tx) error { return tx.SaveDoc(w.t.Context(), store.KindPerson, name, p) }); err != nil {
				w.t.Fatal(err)
			}
		}
		w.send(oursDoor, object{"summary": "a", "severity": "critical"})
		got := w.call("owner", "GET", "/alerts", nil).is(200).items()[0]["id"].(string)
		r := w.call("owner", "GET", "/alerts/"+got+"/why", nil).is(200)
		if text := r.Body.String(); r.object()["how"] != "nobody_found" || !strings.Contains(text, "Step 2 of payments finds nobody: ben is disabled") || !strings.Contains(text, "nobody can be told") {
			w.t.Errorf("it says %s", text)
		}
	})
}

func TestTimesAreToldWhereTheReaderIs(t *testing.T) {
	onBoth(t, func(w *world) {
		w.send(oursDoor, object{"summary": "a", "severity": "warning"})
		n := w.newest()
		w.why("/alerts/"+n+"/why?zone=Asia/Tokyo", "until 18:00:00 JST on 20 Nov 2026 (09:00:00 UTC)")
		w.why("/alerts/"+n+"/timeline?zone=Asia/Tokyo", "Waits until 18:00:00 JST on 20 Nov")
		w.call("ana", "GET", "/alerts/"+n+"/why?zone=Mars", nil).is(422).at("query.zone", "Mars")
		w.why("/why?person=ana&at=2026-11-20T12:00&zone=Asia/Tokyo", "at:2026-11-20T03:00:00Z", "12:00:00 JST on 20 Nov 2026 (03:00:00 UTC)")
	})
}

func TestWhyWasIWoken(t *testing.T) {
	onBoth(t, func(w *world) {
		w.send(oursDoor, object{"summary": "disk full", "severity": "critical"})
		n := w.newest()
		w.pass(2 * time.Minute)
		got := w.why("/why?person=ana&at=2026-11-20T03:07&zone=Europe/Lisbon", "Ana was told 2 things within 15 min of 03:07:00 WET on 20 Nov 2026",
			"At 03:02:00 WET on 20 Nov 2026 Ana was told by mail (email) about “disk full” on checkout: step 1 of payments: schedule primary: ana: layer weekly", "rule 2 for high urgency, 2m after the page", "kind:accepted", n)
		if told := got["told"].([]any); len(told) != 2 || told[0].(map[string]any)["at"] != "2026-11-20T03:02:00Z" {
			w.t.Errorf("the nearest is not the first: %v", told)
		}
		w.why("/why?person=ben&at=2026-11-20T03:07:00Z", "Ben was told nothing within 15 min of 03:07:00 UTC on 20 Nov 2026", "disk full", "Ana was paged, first at")
		w.why("/why?person=ana&at=2026-11-21T03:07:00Z", "Ana was told nothing", "their nearest page was made at 03:00:00", n, "schedule:primary", "ana: layer weekly, turn 1 of 2")
		if r := w.call("ana", "GET", "/why?person=nobody&at=2026-11-20T03:07:00Z", nil).is(404); !strings.Contains(r.Body.String(), `there is no person \"nobody\"; people are ana, ben`) {
			w.t.Errorf("%s", r.Body)
		}
		w.call("ana", "GET", "/why?at=2026-11-20T03:07:00Z", nil).is(422)
		w.call("ana", "GET", "/why?person=ana&source=ours", nil).is(422)
		w.call("", "GET", "/why?person=ana", nil).is(401)
		if text := w.call("reader", "GET", "/why?person=ana&at=2026-11-20T03:07:00Z", nil).is(200).Body.String(); strings.Contains(text, "hooks.example") || strings.Contains(text, "@example.com") {
			w.t.Errorf("it tells an address: %s", text)
		}
	})
}

func TestWhatBecameOfAMessage(t *testing.T) {
	onBoth(t, func(w *world) {
		w.send(oursDoor, object{"summary": "disk full", "severity": "critical", "key": "disk"})
		n := w.newest()
		w.pass(time.Minute)
		w.send(oursDoor, object{"summary": "disk full", "severity": "critical", "key": "disk"})
		w.pass(time.Minute)
		w.send(oursDoor, object{"summary": "ok", "status": "resolved", "key": "disk"})
		w.pass(time.Minute)
		w.send(oursDoor, object{"summary": "ok", "status": "resolved", "key": "disk"})
		w.pass(time.Minute)
		w.send(oursDoor, object{"summary": "all quiet", "severity": "info"})
		w.send(oursDoor, `{"summary": 5}`)
		w.send("/in/generic/ffffffffffffffffffffffffffffffff", object{"summary": "x"})
		got := w.why("/why?source=ours&at=2026-11-20T03:01:00Z", "6 messages came through ours within 15 min of 03:01:00",
			"it opened "+n+": source ours sends everything to checkout", "Ana was paged, first at 03:00:00",
			"it folded into "+n+", which was open: it was counted", "it resolved "+n,
			"it says that a problem is over of which no alert is open", "Nobody was paged: its urgency is none",
			"that cannot be read: the message cannot be read", "how:nothing", "how:folded", "how:urgency_none")
		if messages := got["messages"].([]any); len(messages) != 6 {
			w.t.Errorf("%d messages", len(messages))
		}
		w.why("/why?source=pager&at=2026-11-20T03:01:00Z", "No message came through pager within 15 min", "this node knows of none then")
		w.send("/in/pagerduty/ffffffffffffffffffffffffffffffff", object{})
		w.why("/why?source=pager&at=2026-11-20T03:01:00Z", "this node refused 1 call to /in/pagerduty then")
		w.call("ana", "GET", "/why?source=nope", nil).is(404)
	})
}

func TestWhatIsHushed(t *testing.T) {
	onBoth(t, func(w *world) {
		const door = "/in/alertmanager/00112233445566778899aabbccddeeff"
		message := object{"version": "4", "groupKey": "g", "status": "firing", "receiver": "r", "groupLabels": object{}, "commonLabels": object{}, "commonAnnotations": object{}, "alerts": []any{
			object{"status": "firing", "labels": object{"alertname": "a", "severity": "critical"}, "annotations": object{}, "startsAt": "2026-11-20T02:59:00Z", "fingerprint": "a"},
		}}
		w.send(door, message)
		n := w.newest()
		w.call("ana", "POST", "/alerts/"+n+"/resolve", object{}).is(200)
		w.pass(time.Minute)
		w.as(w.simulate("ana", object{"source": "prometheus", "signal": message}), "hushed")
		w.send(door, message)
		w.how("paged", "what its source repeats of it pages nobody until 04:00:00 UTC on 20 Nov 2026")
		w.why("/why?source=prometheus&at=2026-11-20T03:01:00Z", "how:hushed", "somebody had resolved "+n+" by hand though its source still says that it is there: until 04:00:00 UTC")
		if got := w.simulate("ana", object{"source": "prometheus", "signal": message, "at": "2026-11-20T04:00:00Z"}); len(ways(got)) == 0 || !strings.HasPrefix(got["alert"].(map[string]any)["summary"].(string), "Still firing: ") {
			w.t.Errorf("after the hush: %v", got)
		}
	})
}
