package store

import (
	"context"
	"testing"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/team"
)

func TestATokenIsFoundByItsHash(t *testing.T) {
	onBoth(t, func(w *world) {
		ana := Token{
			ID: "token_1", Hash: "hash 1", Name: "laptop", Person: "ana", Scopes: []team.Scope{team.ScopeRead, team.ScopeRespond},
			CreatedAt: start, CreatedBy: "ana", ExpiresAt: after(60),
		}
		ci := Token{ID: "token_2", Hash: "hash 2", Name: "ci", Role: team.Admin, Scopes: []team.Scope{team.ScopeSetup}, CreatedAt: after(1), CreatedBy: "ben"}
		w.do(func(ctx context.Context, tx *Tx) error {
			if err := tx.AddToken(ctx, ci); err != nil {
				return err
			}
			return tx.AddToken(ctx, ana)
		})
		w.same(ana, must(w.db.TokenByHash(w.Context(), "hash 1"))(w))
		w.same(ci, must(w.db.TokenByHash(w.Context(), "hash 2"))(w))
		w.same([]Token{ana, ci}, must(w.db.Tokens(w.Context()))(w))
		if _, err := w.db.TokenByHash(w.Context(), "hash 3"); !fault.Is(err, fault.NotFound) || err.Error() != "there is no such token" {
			w.Errorf("it says %v", err)
		}
		drop := func(n id.Token) error {
			return w.db.Do(w.Context(), func(tx *Tx) error { return tx.DeleteToken(w.Context(), n) })
		}
		if err := drop("token_1"); err != nil {
			w.Error(err)
		}
		if err := drop("token_1"); !fault.Is(err, fault.NotFound) || err.Error() != "there is no token token_1" {
			w.Errorf("it says %v", err)
		}
		w.same([]Token{ci}, must(w.db.Tokens(w.Context()))(w))
	})
}

func TestTwoTokensNeverHaveTheSameHash(t *testing.T) {
	onBoth(t, func(w *world) {
		for _, n := range []id.Token{"token_1", "token_2"} {
			err := w.db.Do(w.Context(), func(tx *Tx) error { return tx.AddToken(w.Context(), Token{ID: n, Hash: "same", Scopes: team.Scopes}) })
			if (err == nil) != (n == "token_1") {
				w.Errorf("%s: %v", n, err)
			}
		}
	})
}

// Nil scopes are those of somebody who is signed in: everything.
func TestATokenWithoutScopesMayNothing(t *testing.T) {
	onBoth(t, func(w *world) {
		w.do(func(ctx context.Context, tx *Tx) error {
			return tx.AddToken(ctx, Token{ID: "token_1", Hash: "h", Role: team.Owner})
		})
		got := must(w.db.TokenByHash(w.Context(), "h"))(w)
		if err := (team.Actor{Role: got.Role, Scopes: got.Scopes}).MayRead(); err == nil {
			w.Errorf("with the scopes %#v it may read", got.Scopes)
		}
	})
}

func TestTheUseOfATokenIsNotedOnceAMinute(t *testing.T) {
	onBoth(t, func(w *world) {
		w.do(func(ctx context.Context, tx *Tx) error {
			return tx.AddToken(ctx, Token{ID: "token_1", Hash: "h", Scopes: team.Scopes})
		})
		use := func(at, noted time.Time) {
			w.Helper()
			w.clock.set(at)
			w.do(func(ctx context.Context, tx *Tx) error { return tx.UseToken(ctx, "token_1") })
			if got := must(w.db.TokenByHash(w.Context(), "h"))(w).UsedAt; !got.Equal(noted) {
				w.Errorf("used at %s it says %s", at, got)
			}
		}
		if got := must(w.db.TokenByHash(w.Context(), "h"))(w).UsedAt; !got.IsZero() {
			w.Errorf("never used, it says %s", got)
		}
		use(start, start)
		use(start.Add(59*time.Second), start)
		use(start.Add(60*time.Second), start)
		use(start.Add(61*time.Second), start.Add(61*time.Second))
		w.do(func(ctx context.Context, tx *Tx) error { return tx.UseToken(ctx, "token_gone") })
	})
}
