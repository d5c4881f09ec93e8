package store

import (
	"context"
	"testing"
	"time"

	"firehall/internal/notify"
)

var push = notify.Contact{Kind: "ntfy", To: "https://ntfy.example/ana-7f3a"}

// prove keeps what became of calls of ana's push, in one transaction.
func (w *world) prove(list ...Proof) {
	w.Helper()
	w.do(func(ctx context.Context, tx *Tx) error {
		for _, p := range list {
			if p.Contact == "" {
				p.ContactName = ContactName{"ana", "push"}
			}
			if p.Mark == "" {
				p.Mark = push.Mark()
			}
			if err := tx.Prove(ctx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *world) proof(c notify.Contact) ContactProof {
	w.Helper()
	all, err := w.db.ContactProofs(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return all.Of("ana", "push", c)
}

func TestWhatIsKnownOfAContact(t *testing.T) {
	onBoth(t, func(w *world) {
		if got := w.proof(push); got != (ContactProof{}) || got.Works() {
			t.Errorf("of one that was never called: %+v", got)
		}
		first := w.clock.Now()
		w.prove(Proof{Arrived: true})
		w.clock.set(w.clock.Now().Add(2 * time.Hour))
		w.prove(Proof{Why: "403 Forbidden"})
		if got := w.proof(push); !got.DeliveredAt.Equal(first) || !got.FailedAt.Equal(w.clock.Now()) || got.Why != "403 Forbidden" || got.Works() || !got.TestedAt.IsZero() {
			t.Errorf("after a failure: %+v", got)
		}
		w.clock.set(w.clock.Now().Add(time.Second))
		w.prove(Proof{Arrived: true, Test: true})
		if got := w.proof(push); !got.TestedAt.Equal(w.clock.Now()) || !got.DeliveredAt.Equal(w.clock.Now()) || !got.Works() {
			t.Errorf("after a test: %+v", got)
		}
	})
}

func TestTheSameProofIsNotWrittenAgainWithinTenMinutes(t *testing.T) {
	onBoth(t, func(w *world) {
		first := w.clock.Now()
		w.prove(Proof{Arrived: true})
		w.clock.set(w.clock.Now().Add(9 * time.Minute))
		w.prove(Proof{Arrived: true})
		if got := w.proof(push).DeliveredAt; !got.Equal(first) {
			t.Errorf("it was written again after 9 min: %s", got)
		}
		w.clock.set(w.clock.Now().Add(time.Minute))
		w.prove(Proof{Arrived: true})
		if got := w.proof(push).DeliveredAt; !got.Equal(w.clock.Now()) {
			t.Errorf("after ten minutes it is %s still", got)
		}
	})
}

func TestAnotherAddressIsNotProven(t *testing.T) {
	onBoth(t, func(w *world) {
		moved := push
		moved.To = "https://ntfy.example/ana-typo"
		w.prove(Proof{Arrived: true, Test: true})
		if got := w.proof(moved); got != (ContactProof{}) {
			t.Errorf("the new address is known for %+v", got)
		}
		w.prove(Proof{Mark: moved.Mark(), Why: "404 Not Found"})
		if got := w.proof(moved); !got.TestedAt.IsZero() || got.FailedAt.IsZero() {
			t.Errorf("the new address has what the old one had: %+v", got)
		}
	})
}

func TestOneTransactionMayProveAContactTwice(t *testing.T) {
	onBoth(t, func(w *world) {
		w.prove(Proof{Why: "503"}, Proof{ContactName: ContactName{"ana", "mail"}, Arrived: true}, Proof{Arrived: true})
		if got := w.proof(push); !got.Works() {
			t.Errorf("the last does not count: %+v", got)
		}
		w.do(func(ctx context.Context, tx *Tx) error { return tx.ForgetProofs(ctx, "ana") })
		if got := w.proof(push); got != (ContactProof{}) {
			t.Errorf("it is not forgotten: %+v", got)
		}
	})
}
