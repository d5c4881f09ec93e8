package store

import (
	"context"
	"slices"
	"testing"

	"firehall/internal/id"
)

func TestTheClaimsOfThisRun(t *testing.T) {
	onBoth(t, func(w *world) {
		w.claim("run_other", "send_theirs")
		w.claim(w.db.Run(), "send_b", "send_a")
		w.sends(send("send_waiting", "page_1", 0))
		if got := must(w.db.OwnClaims(w.Context()))(w); !slices.Equal(got, []id.Send{"send_a", "send_b"}) {
			w.Errorf("claimed: %v", got)
		}
	})
}

func TestASendThatATimerWillLookAtIsNotStuck(t *testing.T) {
	onBoth(t, func(w *world) {
		w.sends(send("send_a", "page_1", -3), send("send_b", "page_1", -5))
		w.do(func(ctx context.Context, tx *Tx) error { // a will be looked at soon, b should have been
			return tx.SetTimers(ctx, Timer{Kind: "deliver", Ref: "send_a", DueAt: after(-2)}, Timer{Kind: "deliver", Ref: "send_b", DueAt: after(-3)})
		})
		if got := must(w.db.StuckSends(w.Context(), after(-2)))(w); !slices.Equal(got, []id.Send{"send_b"}) {
			w.Errorf("stuck: %v", got)
		}
	})
}
