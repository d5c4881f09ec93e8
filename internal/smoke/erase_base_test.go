package smoke

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/id"
	"firehall/internal/schedule"
	"firehall/internal/store"
	"firehall/internal/team"
)

// support is somebody whose name and addresses others have too.
const support = `{
  "people": {
    "ana": {"name": "Ana", "contacts": {"desk": {"kind": "email", "to": "desk@example.com"}, "room": {"kind": "slack", "to": "https://hooks.slack.com/services/T0/B0/one"}}},
    "support": {"name": "Sue Port", "contacts": {"desk": {"kind": "email", "to": "desk@example.com"}, "room": {"kind": "slack", "to": "https://hooks.slack.com/services/T0/B0/two"}}}
  },
  "teams": {"support": {"name": "support", "members": ["ana", "support"]}},
  "policies": {"support": {"team": "support", "steps": [{"page": ["person:ana"], "wait": "5m"}]}},
  "services": {"desk": {"team": "support", "policy": "support", "description": "ask support"}}
}`

// What a file says of others and of things that share a name or an address
// with somebody erased stays as it is.
func TestWhatOnlyLooksLikeSomebodyErasedStays(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		by := team.Actor{Label: "file", Role: team.Owner}
		if _, err := w.act.Apply(t.Context(), by, json.RawMessage(support), action.ApplyOptions{}); err != nil {
			t.Fatal(err)
		}
		before, err := w.db.Bases(t.Context(), "file")
		if err != nil {
			t.Fatal(err)
		}
		as := w.erase("support", "")
		after, err := w.db.Bases(t.Context(), "file")
		if err != nil || len(after) != len(before)-1 {
			t.Fatalf("left are %d of %d, %v", len(after), len(before), err)
		}
		for thing, base := range after {
			want := before[thing].Form
			if thing.Kind == store.KindTeam {
				want = strings.Replace(want, `"ana","support"`, `"ana","`+string(as)+`"`, 1)
			}
			if !sameJSON(t, base.Form, want) {
				t.Errorf("%v says %s, expected %s", thing, base.Form, want)
			}
		}
	})
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var out [2]string
	for i, text := range []string{a, b} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = string(again)
	}
	return out[0] == out[1]
}

func TestANamesakeBeginsWithoutWhatTheOneBeforeApplied(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.evening()
		if bases, err := w.db.Bases(t.Context(), "cy"); err != nil || len(bases) == 0 {
			t.Fatalf("cy applied nothing: %v", err)
		}
		w.erase("cy", "ben")
		if bases, err := w.db.Bases(t.Context(), "cy"); err != nil || len(bases) > 0 {
			t.Errorf("left is what they applied: %v, %v", bases, err)
		}
	})
}

// An alert that is given back is paged by the overrides of the successor, not
// by those of who is gone.
func TestAnAlertGivenBackByErasingGoesToTheSuccessor(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.do(func(tx *store.Tx) error {
			o := schedule.Cover("cy", "ana", start.Add(-time.Hour), start.Add(4*time.Hour))
			o.ID, o.Schedule, o.CreatedAt = id.Override(tx.NewID(id.PrefixOverride)), "primary", tx.Now
			return tx.AddOverride(t.Context(), o)
		})
		n := w.signal("disk full")
		w.ack("cy", n)
		w.told = nil
		w.erase("cy", "dee")
		w.expect("dee hook: page disk full")
	})
}
