package api

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// ways returns who would be paged: "03:00 ana hook webhook".
func ways(simulation object) (out []string) {
	for _, one := range simulation["pages"].([]any) {
		p := one.(map[string]any)
		at, _ := time.Parse(time.RFC3339, p["at"].(string))
		out = append(out, fmt.Sprintf("%s %s %s %s", at.Format("15:04"), p["person"], p["contact"], p["via"]))
	}
	return out
}

// ended returns how a simulation ends.
func ended(simulation object) object { return simulation["end"].(map[string]any) }

// as fails unless a simulation pages so and ends so.
func (w *world) as(got object, how string, want ...string) {
	w.t.Helper()
	if pages := ways(got); strings.Join(pages, "\n") != strings.Join(want, "\n") || ended(got)["how"] != how {
		w.t.Errorf("it ends with %v and pages\n %s\nnot with %s and\n %s", ended(got), strings.Join(pages, "\n "), how, strings.Join(want, "\n "))
	}
}

func (w *world) simulate(who string, body object) object {
	w.t.Helper()
	return w.call(who, "POST", "/simulate", body).is(200).object()
}

// theNight is what a critical signal does at three in the morning.
var theNight = []string{
	"03:00 ana hook webhook", "03:02 ana mail email", "03:05 ben hook webhook",
	"03:15 ana hook webhook", "03:17 ana mail email", "03:20 ben hook webhook",
	"03:30 dee hook webhook", "03:45 dee hook webhook", "04:00 dee hook webhook",
}

func TestSimulate(t *testing.T) {
	onBoth(t, func(w *world) {
		got := w.simulate("reader", object{"service": "checkout", "summary": "Nobody can pay", "severity": "critical"})
		w.as(got, "fallback_repeats", theNight...)
		if a := got["alert"].(map[string]any); a["summary"] != "Nobody can pay" || a["urgency"] != "high" || a["id"] != "" || a["status"] != "triggered" {
			w.t.Errorf("the alert is %v", a)
		}
		first := got["pages"].([]any)[0].(map[string]any)
		if reason := fmt.Sprint(first["reason"]); !strings.Contains(reason, "step 1 of payments: schedule primary: ana: layer weekly") || !strings.Contains(reason, "rule 1 for high urgency") {
			w.t.Errorf("the reason is %q", reason)
		}
		if first["local"] != "2026-11-20T03:00:00Z" || first["zone"] != "Europe/Lisbon" || first["step"] != 1.0 {
			w.t.Errorf("the first page is %v", first)
		}
		if text := fmt.Sprint(ended(got)["sentence"]); !strings.Contains(text, "the fallback (Dee) is paged every 15 min until somebody answers") {
			w.t.Errorf("it ends: %s", text)
		}
		if alerts := w.call("ana", "GET", "/alerts", nil).is(200).items(); len(alerts) > 0 {
			w.t.Errorf("it has opened %v", alerts)
		}
	})
}

func TestSimulateAnotherTime(t *testing.T) {
	onBoth(t, func(w *world) {
		signal := object{"service": "checkout", "summary": "Nobody can pay", "severity": "warning", "at": "2026-11-21T23:30"} // a Saturday, in ana's zone
		got := w.simulate("ana", signal)
		if pages := ways(got); pages[0] != "09:05 ana mail email" || got["pages"].([]any)[0].(map[string]any)["at"] != "2026-11-23T09:05:00Z" {
			w.t.Errorf("low urgency pages %v", got["pages"])
		}
		if notes := fmt.Sprint(got["notes"]); !strings.Contains(notes, "Waits until 09:00:00 WET on 23 Nov: low urgency waits for working hours") {
			w.t.Errorf("the notes are %s", notes)
		}
		w.call("ana", "POST", "/schedules/primary/overrides", object{"from": "2026-12-24T20:00", "until": "2026-12-25T09:00", "person": "cy"}).is(201)
		w.call("ana", "POST", "/schedules/primary/overrides", object{"from": "2026-12-24T22:00", "until": "2026-12-24T23:00", "person": "ben"}).is(201)
		got = w.simulate("ana", object{"service": "checkout", "summary": "x", "severity": "critical", "at": "2026-12-24T22:00:00Z"})
		if pages := ways(got); pages[0] != "22:00 ben hook webhook" || !strings.Contains(fmt.Sprint(got["pages"]), "override") {
			w.t.Errorf("the override counts for nothing: %v", got["pages"])
		}
		got = w.simulate("ana", object{"service": "checkout", "summary": "x", "severity": "critical", "at": "2026-12-24T21:00:00Z"})
		if pages := ways(got); pages[0] != "21:00 ben hook webhook" || !strings.Contains(fmt.Sprint(got["notes"]), "cy has no contact") {
			w.t.Errorf("cy without a contact: %v, %v", pages, got["notes"])
		}
		w.as(w.simulate("ana", object{"service": "checkout", "summary": "x", "severity": "info"}), "urgency_none")
	})
}

func TestSimulateWithoutAMailServer(t *testing.T) {
	onBoth(t, func(w *world) {
		w.api.unsendable = map[string]string{"email": "there is no mail server: set FIREHALL_SMTP_URL"}
		got := w.simulate("ana", object{"service": "checkout", "summary": "x", "severity": "critical"})
		w.as(got, "fallback_repeats", theNight...)
		if second := got["pages"].([]any)[1].(map[string]any); second["fails"] != "there is no mail server: set FIREHALL_SMTP_URL" {
			w.t.Errorf("the mail is %v", second)
		}
	})
}

func TestSimulateWhatASourceSends(t *testing.T) {
	onBoth(t, func(w *world) {
		firing := object{"key": "disk", "summary": "disk full", "severity": "critical"}
		w.as(w.simulate("eve", object{"source": "ours", "signal": firing}), "fallback_repeats", theNight...)
		w.as(w.simulate("eve", object{"source": "ours", "signal": object{"key": "disk", "summary": "ok", "status": "resolved"}}), "nothing")
		broken := w.simulate("eve", object{"source": "ours", "signal": object{"summary": 5}})
		if w.as(broken, "fallback_repeats", theNight...); broken["alert"].(map[string]any)["summary"] != "Unreadable message from ours" {
			w.t.Errorf("a message that cannot be read is %v", broken["alert"])
		}
		w.call("", "POST", "/in/generic/0f1e2d3c4b5a69788796a5b4c3d2e1f0", firing)
		w.pass(0)
		open := w.call("ana", "GET", "/alerts", nil).is(200).items()[0]["id"].(string)
		again := w.simulate("eve", object{"source": "ours", "signal": firing})
		w.as(again, "folds")
		if text := fmt.Sprint(ended(again)["sentence"]); ended(again)["alert"] != open || !strings.Contains(text, "folds into "+open+", which is triggered, and pages nobody anew; that alert goes on paging by itself, next at 03:05:00 UTC") {
			w.t.Errorf("it ends: %v", ended(again))
		}
		w.as(w.simulate("eve", object{"source": "ours", "signal": object{"key": "disk", "summary": "ok", "status": "resolved"}}), "resolves")
		w.as(w.simulate("eve", object{"source": "ours", "signal": firing, "at": "2026-11-20T02:00:00Z"}), "fallback_repeats",
			"02:00 ana hook webhook", "02:02 ana mail email", "02:05 ben hook webhook", "02:15 ana hook webhook", "02:17 ana mail email",
			"02:20 ben hook webhook", "02:30 dee hook webhook", "02:45 dee hook webhook", "03:00 dee hook webhook")
		w.as(w.simulate("eve", object{"source": "pager", "signal": object{"routing_key": "x", "event_action": "resolve", "dedup_key": "disk"}}), "nothing")
		if signals := w.call("ana", "GET", "/alerts/"+open, nil).is(200).object()["signals"]; signals != 1.0 {
			w.t.Errorf("it has counted %v signals", signals)
		}
	})
}

func TestSimulateEachSignalOfAMessage(t *testing.T) {
	onBoth(t, func(w *world) {
		one := func(name, severity string) object {
			return object{"status": "firing", "labels": object{"alertname": name, "severity": severity}, "annotations": object{}, "startsAt": "2026-11-20T03:00:00Z", "fingerprint": name}
		}
		message := object{"version": "4", "groupKey": "g", "status": "firing", "receiver": "r", "groupLabels": object{}, "commonLabels": object{}, "commonAnnotations": object{}, "alerts": []any{one("a", "critical"), one("b", "info")}}
		w.as(w.simulate("ana", object{"source": "prometheus", "signal": message}), "fallback_repeats", theNight...)
		w.call("dee", "POST", "/setup/apply", object{"setup": object{"sources": object{"prometheus": object{"kind": "alertmanager", "service": "checkout", "fold": "each"}}}}).is(200)
		got := w.simulate("ana", object{"source": "prometheus", "signal": message})
		more, _ := got["more"].([]any)
		if w.as(got, "fallback_repeats", theNight...); len(more) != 1 || ended(more[0].(map[string]any))["how"] != "urgency_none" {
			w.t.Errorf("the others are %v", more)
		}
	})
}

func TestWhatCannotBeSimulated(t *testing.T) {
	onBoth(t, func(w *world) {
		tests := map[string]struct {
			body object
			says string
		}{
			"nothing":              {object{}, "name a service and a summary, or a source and a signal"},
			"no summary":           {object{"service": "checkout"}, "summary"},
			"no such service":      {object{"service": "chekout", "summary": "x"}, "there is no service"},
			"no such source":       {object{"source": "our", "signal": object{}}, "there is no source"},
			"a source alone":       {object{"source": "ours"}, "put in the signal as ours sends it"},
			"a source and a word":  {object{"source": "ours", "signal": object{}, "severity": "info"}, "leave them out"},
			"no time":              {object{"service": "checkout", "summary": "x", "at": "soon"}, "is no time"},
			"a time too far away":  {object{"service": "checkout", "summary": "x", "at": "9999-01-01T00:00:00Z"}, "too far away"},
			"a time that is twice": {object{"service": "checkout", "summary": "x", "at": "2026-10-25T01:30"}, "twice: write 2026-10-25T01:30:00+01:00 or 2026-10-25T01:30:00Z"},
		}
		for name, test := range tests {
			if r := w.call("ana", "POST", "/simulate", test.body).is(422); !strings.Contains(r.Body.String(), test.says) {
				w.t.Errorf("%s: %s", name, r.Body)
			}
		}
		w.call("", "POST", "/simulate", object{}).is(401)
	})
}
