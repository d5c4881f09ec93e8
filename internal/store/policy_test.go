package store

import (
	"context"
	"strings"
	"testing"
	"time"

	"firehall/internal/escalation"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/span"
)

func TestAnAlertHoldsItsVersionOfAPolicy(t *testing.T) {
	onBoth(t, func(w *world) {
		p := escalation.Policy{Name: "payments", Team: "payments", Repeat: 1, Steps: []escalation.Step{{Page: []escalation.Target{"person:ana"}, Wait: span.Duration(time.Minute)}}}
		changed := p
		changed.Repeat = 9
		var versions []id.PolicyVersion
		for _, version := range []escalation.Policy{p, changed} {
			w.do(func(ctx context.Context, tx *Tx) error {
				versions = append(versions, must(tx.AddPolicyVersion(ctx, version))(w))
				return nil
			})
		}
		w.same(p, must(w.db.PolicyVersion(w.Context(), versions[0]))(w))
		w.same(changed, must(w.db.PolicyVersion(w.Context(), versions[1]))(w))
		if _, err := w.db.PolicyVersion(w.Context(), "policy_gone"); err == nil || fault.Of(err) != nil || !strings.HasPrefix(err.Error(), "load policy version policy_gone: ") {
			w.Errorf("it says %v", err)
		}
	})
}
