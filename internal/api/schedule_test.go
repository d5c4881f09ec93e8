package api

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestWhoIsOnCall(t *testing.T) {
	onBoth(t, func(w *world) {
		now := w.call("reader", "GET", "/oncall", nil).is(200).items()
		if len(now) != 1 || now[0]["schedule"] != "primary" || now[0]["team"] != "payments" || fmt.Sprint(now[0]["people"]) != "[ana]" ||
			now[0]["from"] != "2026-11-16T12:00:00Z" || now[0]["until"] != "2026-11-23T12:00:00Z" || now[0]["reason"] == "" {
			w.t.Errorf("now: %v", now)
		}
		for _, at := range []string{"2026-11-24T03:00:00Z", "2026-11-24T04:00:00%2B01:00", "2026-11-24T04:00:00+01:00"} {
			if then := w.call("reader", "GET", "/oncall?at="+at, nil).is(200).items()[0]; fmt.Sprint(then["people"]) != "[ben]" {
				w.t.Errorf("at %s: %v", at, then)
			}
		}
		for _, at := range []string{"0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"} { // what is before or after it has no JSON form
			w.call("reader", "GET", "/oncall?at="+at, nil).is(422).at("query.at", "too far away")
		}
		w.call("reader", "GET", "/oncall?at=tomorrow", nil).is(422).at("query.at", "2026-11-24T03:00:00Z")
		w.call("", "GET", "/oncall", nil).is(401)
	})
}

func TestSchedules(t *testing.T) {
	onBoth(t, func(w *world) {
		all := w.call("reader", "GET", "/schedules", nil).is(200).items()
		one := w.call("reader", "GET", "/schedules/primary", nil).is(200).object()
		if len(all) != 1 || fmt.Sprint(all[0]) != fmt.Sprint(one) {
			w.t.Errorf("all %v, one %v", all, one)
		}
		rotation := one["layers"].([]any)[0].(object)["rotation"].(object)
		if one["zone"] != "Europe/Lisbon" || fmt.Sprint(rotation["members"]) != "[ana ben]" || rotation["unit"] != "week" {
			w.t.Errorf("schedule %v", one)
		}
		for _, path := range []string{"", "/shifts", "/overrides"} {
			w.call("reader", "GET", "/schedules/none"+path, nil).is(404)
			w.call("", "GET", "/schedules/primary"+path, nil).is(401)
		}
	})
}

func TestShifts(t *testing.T) {
	onBoth(t, func(w *world) {
		shifts := w.call("reader", "GET", "/schedules/primary/shifts?from=2026-11-20T00:00:00Z&to=2026-12-01T00:00", nil).is(200).items()
		got := ""
		for _, s := range shifts {
			got += fmt.Sprint(s["from"], " ", s["until"], " ", s["people"], " ", s["layer"], "\n")
		}
		const want = `2026-11-20T00:00:00Z 2026-11-23T12:00:00Z [ana] weekly
2026-11-23T12:00:00Z 2026-11-30T12:00:00Z [ben] weekly
2026-11-30T12:00:00Z 2026-12-01T00:00:00Z [ana] weekly
`
		if got != want {
			w.t.Errorf("got\n%swant\n%s", got, want)
		}
		if usual := w.call("reader", "GET", "/schedules/primary/shifts", nil).is(200).items(); len(usual) != 5 || usual[4]["until"] != "2026-12-18T03:00:00Z" {
			w.t.Errorf("four weeks from now: %v", usual)
		}
		first := w.call("reader", "GET", "/schedules/primary/shifts?limit=2", nil).is(200)
		rest := w.call("reader", "GET", "/schedules/primary/shifts?cursor="+first.object()["next_cursor"].(string), nil).is(200)
		if len(first.items()) != 2 || len(rest.items()) != 3 {
			w.t.Errorf("in parts: %s and %s", first.Body, rest.Body)
		}
		w.call("reader", "GET", "/schedules/primary/shifts?from=soon", nil).is(422).at("query.from")
		w.call("reader", "GET", "/schedules/primary/shifts?from=2026-11-20T00:00:00Z&to=2026-11-19T00:00:00Z", nil).is(422).at("query.to")
		w.call("reader", "GET", "/schedules/primary/shifts?from=2026-11-20T00:00:00Z&to=2036-11-19T00:00:00Z", nil).is(422).at("query.to")
	})
}

func TestOverrides(t *testing.T) {
	onBoth(t, func(w *world) {
		cover := object{"from": "2026-11-20T18:00", "until": "2026-11-21T09:00", "person": "ben", "replaces": "ana"}
		made := w.call("ben", "POST", "/schedules/primary/overrides", cover).is(201).object()
		if made["schedule"] != "primary" || made["from"] != "2026-11-20T18:00:00Z" || made["until"] != "2026-11-21T09:00:00Z" ||
			made["person"] != "ben" || made["replaces"] != "ana" || made["by"] != "ben" || made["kind"] != "swap" {
			w.t.Errorf("made %v", made)
		}
		if then := w.call("reader", "GET", "/oncall?at=2026-11-20T20:00:00Z", nil).items()[0]; fmt.Sprint(then["people"]) != "[ben]" || then["override"] != made["id"] {
			w.t.Errorf("in the evening: %v", then)
		}
		w.call("ben", "POST", "/schedules/primary/overrides", object{"from": "2026-11-20T18:00", "until": "2026-11-21T09:00", "person": "cy"}).is(403)
		w.call("reader", "POST", "/schedules/primary/overrides", cover).is(403)
		w.call("", "POST", "/schedules/primary/overrides", cover).is(401)
		w.call("owner", "POST", "/schedules/none/overrides", cover).is(404)
		w.call("owner", "POST", "/schedules/primary/overrides", object{"from": "2026-11-20T18:00", "until": "2026-11-20T17:00", "person": "ben"}).is(422).at("until")
		w.call("owner", "POST", "/schedules/primary/overrides", object{"from": "2026-11-20T18:00", "until": "2026-11-21T09:00", "person": "nobody"}).is(422).at("person")
		w.call("owner", "POST", "/schedules/primary/overrides", object{"until": "2026-11-21T09:00", "person": "ben"}).is(422).at("from", "needed")
		w.call("owner", "POST", "/schedules/primary/overrides", object{"from": "2027-10-31T01:30", "until": "2027-10-31T09:00", "person": "ben"}).
			is(422).at("from", "twice", "2027-10-31T01:30:00+01:00", "2027-10-31T01:30:00Z")

		all := w.call("reader", "GET", "/schedules/primary/overrides", nil).is(200).items()
		if len(all) != 1 || all[0]["id"] != made["id"] {
			w.t.Errorf("overrides %v", all)
		}
		path := "/schedules/primary/overrides/" + made["id"].(string)
		w.call("reader", "DELETE", path, nil).is(403)
		w.call("", "DELETE", path, nil).is(401)
		w.call("owner", "DELETE", "/schedules/primary/overrides/override_none", nil).is(404)
		if r := w.call("ben", "DELETE", path, nil).is(204); r.Body.Len() != 0 {
			w.t.Errorf("204 with a body: %s", r.Body)
		}
		w.call("ben", "DELETE", path, nil).is(404)

		w.call("owner", "POST", "/schedules/primary/overrides", cover).is(201)
		w.pass(48 * time.Hour)
		if left := w.call("reader", "GET", "/schedules/primary/overrides", nil).items(); len(left) != 0 {
			w.t.Errorf("one that is over is listed: %v", left)
		}
		past := w.call("reader", "GET", "/schedules/primary/overrides?past=true", nil).items()
		if len(past) != 1 {
			w.t.Fatalf("past overrides: %v", past)
		}
		w.call("owner", "DELETE", "/schedules/primary/overrides/"+past[0]["id"].(string), nil).is(409)
	})
}

func TestReadiness(t *testing.T) {
	onBoth(t, func(w *world) {
		w.call("owner", "POST", "/people/eve/disable", nil).is(200)
		w.api.unsendable = map[string]string{"email": "FIREHALL_SMTP_URL is not set"}
		got := map[string]object{}
		for _, r := range w.call("reader", "GET", "/readiness", nil).is(200).items() {
			got[fmt.Sprint(r["person"], " ", r["urgency"])] = r
		}
		untested := "nothing has arrived through hook in the last 90 days: test it"
		tests := map[string]struct {
			arrives bool
			via     string
			missing string
		}{
			"ana high": {true, "[map[contact:hook kind:webhook]]", "[" + untested + " nothing can be sent by mail: FIREHALL_SMTP_URL is not set]"},
			"ana low":  {false, "[]", "[nothing can be sent by mail: FIREHALL_SMTP_URL is not set]"},
			"ben high": {true, "[map[contact:hook kind:webhook]]", "[there are no rules for high urgency: all contacts are tried at once " + untested + "]"},
			"cy high":  {false, "[]", "[cy has no contact]"},
		}
		for name, want := range tests {
			r := got[name]
			if r["arrives"] != want.arrives || fmt.Sprint(r["via"]) != want.via || fmt.Sprint(r["missing"]) != want.missing {
				w.t.Errorf("%s: %v, want %+v", name, r, want)
			}
		}
		if len(got) != 8 {
			w.t.Errorf("%d lines, want those of four people: an observer whom nothing names is not paged", len(got))
		}
		w.api.unsendable = nil
		for _, r := range w.call("reader", "GET", "/readiness", nil).items() {
			if r["person"] == "ana" && r["urgency"] == "low" && !strings.HasSuffix(fmt.Sprint(r["missing"]), " the first contact is tried only 5m after the page]") {
				w.t.Errorf("ana at low urgency: %v", r)
			}
		}
		w.call("", "GET", "/readiness", nil).is(401)
	})
}
