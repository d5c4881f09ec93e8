package action_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

const setupStaff = `
people:
  olga: {name: Olga, role: owner}
  ada: {name: Ada, role: admin}
  ana: {name: Ana}
  ben: {name: Ben, role: observer}
teams: {t: {managers: [ana], members: [ben]}}`

func (w *setupWorld) token(by team.Actor, in action.TokenInput) (store.Token, string) {
	w.t.Helper()
	made, plain, err := w.act.MakeToken(w.t.Context(), by, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return made, plain
}

func (w *setupWorld) refused(plain string) {
	w.t.Helper()
	if got, err := w.act.Authenticate(w.t.Context(), plain); !errors.Is(err, action.ErrNoToken) {
		w.t.Errorf("got %+v, %v", got, err)
	}
}

func TestATokenActsAsItsPersonOrTheInstallation(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupStaff)
		respond := []team.Scope{team.ScopeRespond}
		_, ana := w.token(setupOwner, action.TokenInput{Name: "laptop", Person: "ana", Scopes: respond})
		_, ci := w.token(setupOwner, action.TokenInput{Name: "ci", Role: team.Admin, Scopes: []team.Scope{team.ScopeSetup}})
		got, err := w.act.Authenticate(t.Context(), ana)
		if err != nil {
			t.Fatal(err)
		}
		setupEqual(t, got, team.Actor{Person: "ana", Label: "token laptop", Role: team.Responder, Manages: []id.Team{"t"}, Scopes: respond})
		if got, err = w.act.Authenticate(t.Context(), ci); err != nil {
			t.Fatal(err)
		}
		setupEqual(t, got, team.Actor{Label: "token ci", Role: team.Admin, Scopes: []team.Scope{team.ScopeSetup}})
		all, err := w.db.Tokens(t.Context())
		if err != nil || strings.Contains(all[0].Hash, ana) || !strings.HasPrefix(ana, "fh_") {
			t.Errorf("got %+v, %v", all, err)
		}
		setupEqual(t, all[0].UsedAt, setupStart)
	})
}

func TestATokenThatIsOfNoUseIsRefused(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupStaff)
		in := action.TokenInput{Name: "x", Person: "ana", Scopes: []team.Scope{team.ScopeRead}, ExpiresAt: setupStart.Add(time.Hour)}
		kept, plain := w.token(setupOwner, in)
		for name, other := range map[string]string{"none": "", "unknown": "fh_" + strings.Repeat("a", 43), "its hash": kept.Hash, "no token": "ana", "in capitals": strings.ToUpper(plain)} {
			t.Run(name, func(*testing.T) { w.refused(other) })
		}
		if _, err := w.act.Authenticate(t.Context(), plain); err != nil {
			t.Fatal(err)
		}
		if err := w.act.SetDisabled(t.Context(), setupOwner, "ana", true); err != nil {
			t.Fatal(err)
		}
		w.refused(plain)
		if err := w.act.SetDisabled(t.Context(), setupOwner, "ana", false); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Hour - time.Second)
		if _, err := w.act.Authenticate(t.Context(), plain); err != nil {
			t.Fatalf("a second before it expires: %v", err)
		}
		w.pass(time.Second)
		w.refused(plain)
	})
}

func TestARevokedTokenIsRefusedAtOnce(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupStaff)
		kept, plain := w.token(setupOwner, action.TokenInput{Name: "x", Person: "ana", Scopes: []team.Scope{team.ScopeRead}})
		_, other := w.token(setupOwner, action.TokenInput{Name: "y", Person: "ana", Scopes: []team.Scope{team.ScopeRead}})
		if err := w.act.RevokeToken(t.Context(), team.Actor{Person: "ben", Role: team.Responder}, kept.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else's: got %v", err)
		}
		if err := w.act.RevokeToken(t.Context(), team.Actor{Person: "ana", Role: team.Responder}, kept.ID); err != nil {
			t.Fatal(err)
		}
		w.refused(plain)
		if _, err := w.act.Authenticate(t.Context(), other); err != nil {
			t.Errorf("the other one: %v", err)
		}
		if err := w.act.RevokeToken(t.Context(), setupOwner, kept.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a second time: got %v", err)
		}
		setupEqual(t, w.audited()[1:], []string{"a test token.create " + string(kept.ID), "a test token.create " + w.newest(), "ana token.revoke " + string(kept.ID)})
	})
}

func (w *setupWorld) newest() string {
	w.t.Helper()
	all, err := w.db.Tokens(w.t.Context())
	if err != nil || len(all) == 0 {
		w.t.Fatal(all, err)
	}
	return string(all[len(all)-1].ID)
}

func TestATokenOfSomebodyDeletedDoesNotComeBackWithTheirName(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupStaff)
		read := []team.Scope{team.ScopeRead}
		_, ben := w.token(setupOwner, action.TokenInput{Name: "x", Person: "ben", Scopes: read})
		_, ana := w.token(setupOwner, action.TokenInput{Name: "y", Person: "ana", Scopes: read})
		if err := w.act.DeletePerson(t.Context(), setupOwner, "ben"); err != nil {
			t.Fatal(err)
		}
		w.refused(ben)
		w.apply(`people: {olga: {name: Olga, role: owner}}`, action.ApplyOptions{Prune: true})
		w.refused(ana)
		w.apply(setupStaff)
		w.refused(ben)
		w.refused(ana)
	})
}

func TestNobodyMakesATokenThatMayMoreThanThey(t *testing.T) {
	all := []team.Scope{team.ScopeSetup}
	tests := map[string]struct {
		by team.Actor
		in action.TokenInput
		ok bool
	}{
		"one's own":                            {team.Actor{Person: "ana", Role: team.Responder}, action.TokenInput{Person: "ana", Scopes: all}, true},
		"an observer's own":                    {team.Actor{Person: "ben", Role: team.Observer}, action.TokenInput{Person: "ben", Scopes: all}, true},
		"a responder for another":              {team.Actor{Person: "ana", Role: team.Responder}, action.TokenInput{Person: "ben", Scopes: all}, false},
		"a responder for the installation":     {team.Actor{Person: "ana", Role: team.Responder}, action.TokenInput{Role: team.Observer, Scopes: all}, false},
		"an admin for another":                 {team.Actor{Person: "ada", Role: team.Admin}, action.TokenInput{Person: "ana", Scopes: all}, true},
		"an admin for the installation":        {team.Actor{Person: "ada", Role: team.Admin}, action.TokenInput{Role: team.Admin, Scopes: all}, true},
		"an admin for an owner":                {team.Actor{Person: "ada", Role: team.Admin}, action.TokenInput{Person: "olga", Scopes: all}, false},
		"an admin for an owner's installation": {team.Actor{Person: "ada", Role: team.Admin}, action.TokenInput{Role: team.Owner, Scopes: all}, false},
		"an owner for the installation":        {team.Actor{Person: "olga", Role: team.Owner}, action.TokenInput{Role: team.Owner, Scopes: all}, true},
		"a token to read, one's own":           {team.Actor{Person: "ana", Role: team.Responder, Scopes: []team.Scope{team.ScopeRead}}, action.TokenInput{Person: "ana", Scopes: []team.Scope{team.ScopeRead}}, false},
		"an admin's token to respond":          {team.Actor{Person: "ada", Role: team.Admin, Scopes: []team.Scope{team.ScopeRespond}}, action.TokenInput{Person: "ana", Scopes: []team.Scope{team.ScopeRead}}, false},
	}
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupStaff)
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				test.in.Name = "x"
				_, _, err := w.act.MakeToken(t.Context(), test.by, test.in)
				if test.ok != (err == nil) || (!test.ok && !fault.Is(err, fault.Denied)) {
					t.Errorf("got %v", err)
				}
			})
		}
	})
}

func TestABadTokenIsRefusedAtItsField(t *testing.T) {
	read := []team.Scope{team.ScopeRead}
	tests := map[string]struct {
		in      action.TokenInput
		problem string
	}{
		"no name":        {action.TokenInput{Person: "ana", Scopes: read}, "name: say in 1 to 100 bytes, on one line, what the token is for"},
		"no scope":       {action.TokenInput{Name: "x", Person: "ana"}, "scopes: name at least one scope; there are read, respond and setup"},
		"no such scope":  {action.TokenInput{Name: "x", Person: "ana", Scopes: []team.Scope{"all"}}, `scopes[0]: "all" is not a scope; there are read, respond and setup`},
		"no such person": {action.TokenInput{Name: "x", Person: "bob", Scopes: read}, `person: there is no person "bob"; people are ada, ana, ben, olga`},
		"no role":        {action.TokenInput{Name: "x", Scopes: read}, "role: a token without a person needs a role; there are owner, admin, responder and observer"},
		"both":           {action.TokenInput{Name: "x", Person: "ana", Role: team.Admin, Scopes: read}, "role: a token of a person has their role; leave this out"},
		"over":           {action.TokenInput{Name: "x", Person: "ana", Scopes: read, ExpiresAt: setupStart}, "expires_at: this is over already; name a time to come, or leave it out"},
	}
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupStaff)
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				_, _, err := w.act.MakeToken(t.Context(), setupOwner, test.in)
				if got := setupProblems(t, err); !slices.Equal(got, []string{test.problem}) {
					t.Errorf("got %q", got)
				}
			})
		}
	})
}
