package api

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAnAlertIsRaised(t *testing.T) {
	onBoth(t, func(w *world) {
		a := w.call("ben", "POST", "/alerts", object{
			"service": "checkout", "summary": "Nobody can pay", "key": "pay", "severity": "critical", "details": object{"region": "eu"},
		}).is(201).object()
		for name, want := range (object{
			"key": "pay", "service": "checkout", "summary": "Nobody can pay", "severity": "critical", "urgency": "high", "status": "triggered",
			"owner": nil, "signals": 1.0, "opened_at": "2026-11-20T03:00:00Z", "policy": "payments",
			"url": "https://firehall.example/alerts/" + a["id"].(string),
		}) {
			if got, there := a[name]; !there || got != want {
				w.t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		next := a["next"].(object)
		if next["at"] != "2026-11-20T03:00:00Z" || next["what"] != "pages step 1" || fmt.Sprint(next["who"]) != "[ana]" {
			w.t.Errorf("next is %v", next)
		}
		if a["details"].(object)["region"] != "eu" {
			w.t.Errorf("details %v", a["details"])
		}
		again := w.call("ben", "POST", "/alerts", object{"service": "checkout", "summary": "Still nobody", "key": "pay"}).is(200).object()
		if again["id"] != a["id"] || again["signals"] != 2.0 || again["summary"] != "Still nobody" {
			w.t.Errorf("the second of its key: %v", again)
		}
		w.call("ben", "POST", "/alerts/"+a["id"].(string)+"/resolve", nil).is(200)
		if next := w.call("ben", "POST", "/alerts", object{"service": "checkout", "summary": "x", "key": "pay"}).is(201).object(); next["id"] == a["id"] {
			w.t.Error("an alert after a resolve must be a new one")
		}
		calm := w.call("ben", "POST", "/alerts", object{"service": "checkout", "summary": "x", "severity": "critical", "urgency": "none"}).is(201).object()
		if calm["urgency"] != "none" || calm["next"] != nil || len(calm["key"].(string)) != 32 {
			w.t.Errorf("of urgency none: %v", calm)
		}
		first := w.call("ben", "GET", "/alerts/"+calm["id"].(string)+"/timeline", nil).is(200).items()[0]
		if first["kind"] != "opened" || first["by"] != "ben" || !strings.Contains(first["sentence"].(string), "Opened by Ben: raised by hand") {
			w.t.Errorf("the timeline begins with %v", first)
		}
	})
}

func TestAnAlertThatCannotBeRaised(t *testing.T) {
	onBoth(t, func(w *world) {
		good := func(change object) object {
			body := object{"service": "checkout", "summary": "x"}
			for name, value := range change {
				body[name] = value
			}
			return body
		}
		w.call("ben", "POST", "/alerts", good(object{"service": "chekout"})).is(422).at("service", "there is no service \"chekout\"")
		w.call("ben", "POST", "/alerts", good(object{"summary": "  "})).is(422).at("summary", "a text is needed")
		w.call("ben", "POST", "/alerts", good(object{"severity": "awful"})).is(422).at("severity")
		w.call("ben", "POST", "/alerts", good(object{"urgency": "now"})).is(422).at("urgency")
		w.call("ben", "POST", "/alerts", good(object{"summary": 7})).is(422).at("summary", "this has to be a text")
		w.call("ben", "POST", "/alerts", good(object{"sevrity": "critical"})).is(422).at("sevrity", "there is no such field")
		w.call("ben", "POST", "/alerts", object{"service": "checkout"}).is(422).at("summary", "this is needed")
		w.call("ben", "POST", "/alerts", `{"service":`).is(400)
		w.call("ben", "POST", "/alerts", "").is(400)
		w.call("ben", "POST", "/alerts", good(object{"details": object{"x": strings.Repeat("x", 1<<20)}})).is(413)
		w.call("reader", "POST", "/alerts", good(nil)).is(403)
		w.call("eve", "POST", "/alerts", good(nil)).is(403)
		w.call("", "POST", "/alerts", good(nil)).is(401)
		if n := len(w.call("ben", "GET", "/alerts", nil).items()); n != 0 {
			w.t.Errorf("%d alerts, want none", n)
		}
	})
}

func TestWhatCurlSendsWithoutATypeIsTaken(t *testing.T) {
	onBoth(t, func(w *world) {
		w.call("ben", "POST", "/alerts", `{"service":"checkout","summary":"x"}`, "Content-Type", "application/x-www-form-urlencoded").is(201)
		w.call("ben", "POST", "/alerts", `{"service":"checkout","summary":"x"}`, "Content-Type", "").is(201)
		w.call("ben", "POST", "/alerts", `{"service":"checkout","summary":"x"}`, "Content-Type", "application/json; charset=utf-8", "Accept", "text/html").is(201)
	})
}

func TestTheListOfAlerts(t *testing.T) {
	onBoth(t, func(w *world) {
		var ids []string
		for i := range 7 {
			w.pass(time.Second)
			ids = append([]string{w.raise(fmt.Sprintf("disk %d full", i))}, ids...)
		}
		w.call("ben", "POST", "/alerts/"+ids[0]+"/resolve", nil).is(200)
		w.call("ben", "POST", "/alerts/"+ids[1]+"/ack", nil).is(200)
		lists := map[string][]string{
			"/alerts":                 ids,
			"/alerts?status=open":     ids[1:],
			"/alerts?status=resolved": ids[:1],
			"/alerts?status=resolved,%20acknowledged":    ids[:2],
			"/alerts?status=open,triggered&q=DISK%203":   ids[3:4],
			"/alerts?service=checkout&limit=2":           ids[:2],
			"/alerts?service=nothing":                    nil,
			"/alerts?status=suppressed":                  nil,
			"/alerts?status=open&service=checkout&q=nix": nil,
		}
		for path, want := range lists {
			var got []string
			for _, a := range w.call("reader", "GET", path, nil).is(200).items() {
				got = append(got, a["id"].(string))
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				w.t.Errorf("%s: got %v, want %v", path, got, want)
			}
		}
		var all []string
		cursor, parts := "", 0
		for {
			part := w.call("reader", "GET", "/alerts?limit=3&cursor="+cursor, nil).is(200)
			for _, a := range part.items() {
				all = append(all, a["id"].(string))
			}
			parts++
			next, more := part.object()["next_cursor"].(string)
			if !more {
				break
			}
			cursor = next
		}
		if fmt.Sprint(all) != fmt.Sprint(ids) || parts != 3 {
			w.t.Errorf("in %d parts: %v, want %v", parts, all, ids)
		}
		w.call("reader", "GET", "/alerts?limit=501", nil).is(422).at("query.limit")
		w.call("reader", "GET", "/alerts?limit=0", nil).is(422).at("query.limit")
		w.call("reader", "GET", "/alerts?limit=many", nil).is(422).at("query.limit")
		w.call("reader", "GET", "/alerts?status=opne", nil).is(422).at("query.status", "opne")
		w.call("reader", "GET", "/alerts?cursor=xyz", nil).is(422).at("query.cursor")
		w.call("reader", "GET", "/alerts?state=open", nil).is(422).at("query.state", "there is no such parameter")
		w.call("reader", "GET", "/alerts?service=%00", nil).is(422)
		w.call("reader", "GET", "/alerts?service=%ff", nil).is(422)
		w.call("", "GET", "/alerts", nil).is(401)
	})
}

func TestOneAlert(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.raise("disk full")
		if a := w.call("reader", "GET", "/alerts/"+n, nil).is(200).object(); a["id"] != n || a["owner"] != nil {
			w.t.Errorf("got %v", a)
		}
		for _, path := range []string{"", "/timeline", "/pages", "/sends", "/members"} {
			w.call("reader", "GET", "/alerts/alert_nothing"+path, nil).is(404)
			w.call("", "GET", "/alerts/"+n+path, nil).is(401)
		}
		w.call("reader", "GET", "/alerts/%00", nil).is(422)
	})
}

func TestTheTimelineTellsEverythingAndTheReceipts(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.raise("disk full")
		w.pass(0)
		w.call("ben", "POST", "/alerts/"+n+"/note", object{"text": "on it"}).is(200)
		w.pass(6 * time.Minute)
		var kinds, whole []string
		for _, e := range w.call("reader", "GET", "/alerts/"+n+"/timeline", nil).is(200).items() {
			kinds, whole = append(kinds, e["kind"].(string)), append(whole, e["sentence"].(string))
			if e["id"] == "" || e["at"] == "" || e["sentence"] == "" {
				w.t.Errorf("entry %v", e)
			}
		}
		story := strings.Join(whole, "\n")
		for _, want := range []string{"Opened by", "Paged Ana", "Will tell Ana by hook", "accepted on attempt 1", "Ben wrote a note", "Paged Ben"} {
			if !strings.Contains(story, want) {
				w.t.Errorf("the timeline lacks %q:\n%s", want, story)
			}
		}
		var parts []string
		for cursor := ""; ; {
			part := w.call("reader", "GET", "/alerts/"+n+"/timeline?limit=2&cursor="+cursor, nil).is(200)
			for _, e := range part.items() {
				parts = append(parts, e["kind"].(string))
			}
			next, more := part.object()["next_cursor"].(string)
			if cursor = next; !more {
				break
			}
		}
		if fmt.Sprint(parts) != fmt.Sprint(kinds) {
			w.t.Errorf("in parts: %v, want %v", parts, kinds)
		}
		pages := w.call("reader", "GET", "/alerts/"+n+"/pages", nil).is(200).items()
		if len(pages) != 2 || pages[0]["person"] != "ana" || pages[0]["step"] != 1.0 || pages[1]["person"] != "ben" || pages[0]["urgency"] != "high" {
			w.t.Fatalf("pages %v", pages)
		}
		hook := pages[0]["sends"].([]any)[0].(object)
		receipts := hook["receipts"].([]any)
		if hook["contact"] != "hook" || hook["status"] != "accepted" || hook["attempts"] != 1.0 || len(receipts) != 1 ||
			receipts[0].(object)["kind"] != "accepted" || receipts[0].(object)["reason"] != "200 OK" {
			w.t.Errorf("the first send is %v", hook)
		}
		sends := w.call("reader", "GET", "/alerts/"+n+"/sends", nil).is(200)
		if len(sends.items()) != 3 || strings.Contains(sends.Body.String(), "hooks.example") {
			w.t.Errorf("sends, of which none may show an address: %s", sends.Body)
		}
	})
}

func TestAGroupShowsItsMembers(t *testing.T) {
	onBoth(t, func(w *world) {
		const group = `{"version":"4","groupKey":"g","status":"firing","alerts":[
			{"status":"firing","labels":{"alertname":"DiskFull","instance":"a","severity":"critical"},"startsAt":"2026-11-20T02:00:00Z","fingerprint":"f1"},
			{"status":"resolved","labels":{"alertname":"DiskFull","instance":"b"},"startsAt":"2026-11-20T02:00:00Z","endsAt":"2026-11-20T02:30:00Z","fingerprint":"f2"}]}`
		w.call("", "POST", "/in/alertmanager/00112233445566778899aabbccddeeff", group)
		a := w.call("reader", "GET", "/alerts", nil).is(200).items()[0]
		if a["members"] != 2.0 || a["firing"] != 1.0 || a["source"] != "prometheus" {
			w.t.Errorf("alert %v", a)
		}
		members := w.call("reader", "GET", "/alerts/"+a["id"].(string)+"/members", nil).is(200).items()
		if len(members) != 2 || members[0]["key"] != "f1" || members[0]["firing"] != true || members[1]["firing"] != false {
			w.t.Errorf("members %v", members)
		}
	})
}

func TestAMessageAsItCame(t *testing.T) {
	onBoth(t, func(w *world) {
		const sent = `{"summary":"<script>alert(1)</script>"}`
		var got struct{ Message string }
		w.call("", "POST", "/in/generic/0f1e2d3c4b5a69788796a5b4c3d2e1f0", sent).into(&got)
		r := w.call("answerer", "GET", "/messages/"+got.Message, nil).is(200)
		h := r.Header()
		if r.Body.String() != sent || h.Get("Content-Type") != "application/octet-stream" || h.Get("Content-Disposition") != "attachment" ||
			h.Get("Firehall-Source") != "ours" || h.Get("Firehall-Size") != fmt.Sprint(len(sent)) {
			w.t.Errorf("got %s with %v", r.Body, h)
		}
		w.call("reader", "GET", "/messages/"+got.Message, nil).is(403)
		w.call("eve", "GET", "/messages/"+got.Message, nil).is(403)
		w.call("", "GET", "/messages/"+got.Message, nil).is(401)
		w.call("answerer", "GET", "/messages/message_nothing", nil).is(404)
	})
}
