package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"firehall/internal/lint"
)

// found returns the codes of an answer of lint, each with the thing's name.
func found(r replied) string {
	var out []string
	for _, f := range r.is(200).items() {
		out = append(out, strings.TrimSpace(fmt.Sprint(f["code"], " ", f["name"])))
	}
	return strings.Join(out, ", ")
}

func TestLintSaysWhatWillHurt(t *testing.T) {
	onBoth(t, func(w *world) {
		w.api.node = func() *lint.Node { return &lint.Node{PublicURL: "http://firehall.example", Mail: true} }
		all := w.call("reader", "GET", "/lint", nil).is(200)
		for _, f := range []string{"person-no-contact cy", "same-person-twice payments", "contact-untested ana"} {
			if !strings.Contains(found(all), f) {
				w.t.Errorf("no %s in %s", f, found(all))
			}
		}
		if got := found(w.call("reader", "GET", "/lint?level=warning", nil)); got != "public-url-not-https <nil>" {
			w.t.Errorf("warnings: %s", got)
		}
		if o := all.object(); o["errors"] != 0.0 || o["warnings"] != 1.0 || o["notes"] == 0.0 {
			w.t.Errorf("counted: %v %v %v", o["errors"], o["warnings"], o["notes"])
		}
		w.call("reader", "GET", "/lint?level=bad", nil).is(422)
		w.call("", "GET", "/lint", nil).is(401)
	})
}

func TestLintLooksAtAFileAndWritesNothing(t *testing.T) {
	onBoth(t, func(w *world) {
		before := w.call("owner", "GET", "/setup/export", nil).is(200).Body.String()
		file := object{"setup": object{"people": object{"ben": object{"name": "Ben Okoro"}}}}
		got := found(w.call("ana", "POST", "/lint?level=error", file))
		if got != "person-no-contact ben" {
			w.t.Errorf("with a ben whom nothing reaches: %s", got)
		}
		if after := w.call("owner", "GET", "/setup/export", nil).is(200).Body.String(); after != before {
			w.t.Errorf("it wrote: %s", after)
		}
		bad := w.call("ana", "POST", "/lint", object{"setup": object{"people": object{"ben": object{"name": "Ben", "zone": "Nowhere"}}}}).is(422)
		if !strings.Contains(bad.Body.String(), `"location":"people.ben.zone"`) {
			w.t.Errorf("a mistake: %s", bad.Body)
		}
		dee := object{"people": object{"dee": object{"name": "Dee Lee", "contacts": object{"hook": object{"kind": "webhook", "to": "https://hooks.example/dee"}}}}}
		for prune, want := range map[bool]bool{false: true, true: false} {
			got := found(w.call("ana", "POST", "/lint", object{"setup": dee, "prune": prune}))
			if strings.Contains(got, "person-no-contact cy") != want {
				w.t.Errorf("pruned is %v: %s", prune, got)
			}
		}
	})
}

func TestAContactThatWorkedIsProven(t *testing.T) {
	onBoth(t, func(w *world) {
		w.raise("disk full")
		w.pass(time.Minute)
		w.pass(3 * time.Minute)
		if got := found(w.call("reader", "GET", "/lint", nil)); strings.Contains(got, "contact-untested ana") || !strings.Contains(got, "contact-untested dee") {
			w.t.Errorf("ana was told by hook and mail, dee by nothing: %s", got)
		}
		for _, r := range w.call("reader", "GET", "/readiness", nil).is(200).items() {
			via, proven := fmt.Sprint(r["via"]), r["person"] == "ana"
			if r["urgency"] == "high" && strings.Contains(via, "arrived_at:2026-11-20T03:0") != proven {
				w.t.Errorf("%v: %s", r["person"], via)
			}
		}
	})
}

func TestASourceIsUsedWhenAMessageComes(t *testing.T) {
	onBoth(t, func(w *world) {
		w.pass(20 * 24 * time.Hour)
		if r := w.call("", "POST", "/in/generic/0f1e2d3c4b5a69788796a5b4c3d2e1f0", object{"summary": "disk full", "severity": "info"}); r.Code != 202 {
			w.t.Fatalf("the message was answered %d", r.Code)
		}
		w.pass(15 * 24 * time.Hour)
		got := found(w.call("reader", "GET", "/lint?level=warning", nil))
		for source, silent := range map[string]bool{"ours": false, "pager": true, "prometheus": true} {
			if strings.Contains(got, "source-unused "+source) != silent {
				w.t.Errorf("%s is silent: want %v, found %s", source, silent, got)
			}
		}
	})
}
