package action_test

import (
	"testing"

	"firehall/internal/action"
	"firehall/internal/fault"
)

// FuzzTheSetupFile: whatever comes is planned or refused with a fault, and
// what is planned applies, and then changes nothing more.
func FuzzTheSetupFile(f *testing.F) {
	f.Add([]byte(setupJSON(f, setupGood)))
	f.Add([]byte(setupJSON(f, setupRota)))
	f.Add([]byte(setupJSON(f, setupRead(f, "design.yaml"))))
	for _, bad := range setupBad {
		f.Add([]byte(setupJSON(f, bad.file)))
	}
	w := newSetupWorld(f, setupSQLite(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := w.act.Apply(t.Context(), setupOwner, []byte(`{"installation":{}}`), action.ApplyOptions{Prune: true}); err != nil {
			t.Fatal(err)
		}
		plan, err := w.act.Apply(t.Context(), setupOwner, file, action.ApplyOptions{DryRun: true})
		if err != nil {
			if fault.Of(err) == nil {
				t.Fatalf("no fault: %v", err)
			}
			return
		}
		for _, one := range plan.Changes {
			if one.Kind == "people" && setupOwnerMade(one) {
				return // could not be pruned again
			}
		}
		if _, err := w.act.Apply(t.Context(), setupOwner, file, action.ApplyOptions{}); err != nil {
			t.Fatalf("planned but refused: %v", err)
		}
		again, err := w.act.Apply(t.Context(), setupOwner, file, action.ApplyOptions{})
		if err != nil || len(again.Changes) > 0 {
			t.Fatalf("the second time: %+v, %v", again.Changes, err)
		}
	})
}

func setupOwnerMade(c action.Change) bool {
	for _, f := range c.Fields {
		if f.Path == "role" && f.New == "owner" {
			return true
		}
	}
	return false
}
