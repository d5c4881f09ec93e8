package store

import (
	"context"
	"errors"
	"slices"
	"testing"
)

func TestASavepointUndoesWhatFailedInIt(t *testing.T) {
	onBoth(t, func(w *world) {
		w.do(func(ctx context.Context, tx *Tx) error {
			if err := put(ctx, tx, "a", "1"); err != nil {
				return err
			}
			err := tx.Savepoint(ctx, func() error {
				if err := put(ctx, tx, "b", "1"); err != nil {
					return err
				}
				if err := tx.Savepoint(ctx, func() error { return put(ctx, tx, "c", "1") }); err != nil { // one in another
					return err
				}
				return errUndo
			})
			if !errors.Is(err, errUndo) {
				w.Errorf("it failed with %v", err)
			}
			return tx.Savepoint(ctx, func() error {
				inner := tx.Savepoint(ctx, func() error {
					_ = put(ctx, tx, "d", "1")
					return errUndo
				})
				if !errors.Is(inner, errUndo) {
					w.Errorf("the inner one failed with %v", inner)
				}
				return put(ctx, tx, "e", "1")
			})
		})
		w.facts("a", "e")
	})
}

func TestASavepointSavesATransactionFromAFailedStatement(t *testing.T) {
	onBoth(t, func(w *world) {
		w.do(func(ctx context.Context, tx *Tx) error {
			err := tx.Savepoint(ctx, func() error {
				_ = put(ctx, tx, "b", "1")
				_, err := tx.on.ExecContext(ctx, "INSERT INTO nowhere VALUES (1)")
				return err
			})
			if err == nil {
				w.Error("it did not fail")
			}
			return put(ctx, tx, "a", "1")
		})
		w.facts("a")
	})
}

// What a savepoint undoes must not be announced either.
func TestASavepointThatIsUndoneAnnouncesNothing(t *testing.T) {
	onBoth(t, func(w *world) {
		var done []string
		before := w.db.Setup().Version
		w.do(func(ctx context.Context, tx *Tx) error {
			tx.After(func() { done = append(done, "kept") })
			_ = tx.Savepoint(ctx, func() error {
				tx.After(func() { done = append(done, "undone") })
				if err := tx.SetTimers(ctx, Timer{Kind: "k", Ref: "r", DueAt: start}); err != nil {
					return err
				}
				if err := tx.SaveDoc(ctx, KindTeam, "gone", Team{}); err != nil {
					return err
				}
				if s := must(tx.Setup(ctx))(w); len(s.Teams) != 1 {
					w.Errorf("inside, the setup has %v", s.Teams)
				}
				return errUndo
			})
			if s := must(tx.Setup(ctx))(w); len(s.Teams) > 0 {
				w.Errorf("the setup has %v", s.Teams)
			}
			return nil
		})
		select {
		case <-w.db.Wakes():
			w.Error("it wakes the engine for a timer that is not there")
		default:
		}
		if !slices.Equal(done, []string{"kept"}) || w.db.Setup().Version != before {
			w.Errorf("done: %q; the setup's version went from %d to %d", done, before, w.db.Setup().Version)
		}
		w.do(func(ctx context.Context, tx *Tx) error { // a change after one that was undone counts
			_ = tx.Savepoint(ctx, func() error { return errors.Join(tx.SaveDoc(ctx, KindTeam, "gone", Team{}), errUndo) })
			return tx.SaveDoc(ctx, KindTeam, "payments", Team{})
		})
		if s := w.db.Setup(); s.Version != before+1 || len(s.Teams) != 1 {
			w.Errorf("version %d, teams %v", s.Version, s.Teams)
		}
	})
}
