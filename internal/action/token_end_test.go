package action_test

import (
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/fault"
	"firehall/internal/team"
)

func TestATokenMakesNoneThatOutlivesIt(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupStaff)
		ends := setupStart.Add(time.Hour)
		_, plain := w.token(setupOwner, action.TokenInput{Name: "x", Person: "ada", Scopes: []team.Scope{team.ScopeSetup}, ExpiresAt: ends})
		by, err := w.act.Authenticate(t.Context(), plain)
		if err != nil {
			t.Fatal(err)
		}
		far := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
		for name, at := range map[string]time.Time{"one that never ends": {}, "one that ends later": ends.Add(time.Second)} {
			_, _, err := w.act.MakeToken(t.Context(), by, action.TokenInput{Name: "y", Person: "ada", Scopes: []team.Scope{team.ScopeRead}, ExpiresAt: at})
			if f := fault.Of(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Path != "expires_at" {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, _, err = w.act.MakeToken(t.Context(), setupOwner, action.TokenInput{Name: "y", Person: "ada", Scopes: []team.Scope{team.ScopeRead}, ExpiresAt: far})
		if f := fault.Of(err); f == nil || f.Fields[0].Path != "expires_at" { // it has no JSON form
			t.Errorf("one that ends in the year 10000: %v", err)
		}
		w.token(by, action.TokenInput{Name: "y", Person: "ada", Scopes: []team.Scope{team.ScopeRead}, ExpiresAt: ends})
	})
}
