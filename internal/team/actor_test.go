package team

import (
	"fmt"
	"testing"

	"firehall/internal/fault"
	"firehall/internal/id"
)

// Who may what: one line a role, one column an action. "own" is for oneself.
func TestWhatEachRoleMayDo(t *testing.T) {
	actions := []struct {
		name string
		ask  func(Actor) error
	}{
		{"read", Actor.MayRead},
		{"respond", Actor.MayRespond},
		{"set up", Actor.MaySetup},
		{"manage payments", func(a Actor) error { return a.MayManage("payments") }},
		{"manage search", func(a Actor) error { return a.MayManage("search") }},
		{"take a shift", func(a Actor) error { return a.MayOverride("payments", "ana") }},
		{"give a shift of payments", func(a Actor) error { return a.MayOverride("payments", "ben") }},
		{"give a shift of search", func(a Actor) error { return a.MayOverride("search", "ben") }},
	}
	manager := []id.Team{"payments"}
	tests := map[string]struct {
		role    Role
		manages []id.Team
		may     string // one letter an action: y or n
	}{
		"an owner":               {Owner, nil, "yyyyyyyy"},
		"an admin":               {Admin, nil, "yyyyyyyy"},
		"a manager":              {Responder, manager, "yynynyyn"},
		"a manager of no role":   {"", manager, "yynynyyn"},
		"a responder":            {Responder, nil, "yynnnynn"},
		"somebody of no role":    {"", nil, "yynnnynn"},
		"an observer":            {Observer, nil, "ynnnnnnn"},
		"an observing manager":   {Observer, manager, "ynnnnnnn"},
		"an admin and a manager": {Admin, manager, "yyyyyyyy"},
	}
	// What a token may do besides: its scope cuts the line above.
	scopes := map[string]struct {
		scopes []Scope
		may    string
	}{
		"signed in":                {nil, "yyyyyyyy"},
		"by a token to set up":     {[]Scope{ScopeSetup}, "yyyyyyyy"},
		"by a token to respond":    {[]Scope{ScopeRespond}, "yynnnyyy"},
		"by a token to read":       {[]Scope{ScopeRead}, "ynnnnnnn"},
		"by a token of two scopes": {[]Scope{ScopeRead, ScopeRespond}, "yynnnyyy"},
		"by a token of no scope":   {[]Scope{}, "nnnnnnnn"},
		"by a token of a new one":  {[]Scope{"all"}, "nnnnnnnn"},
	}
	for who, test := range tests {
		for how, scope := range scopes {
			for i, action := range actions {
				t.Run(fmt.Sprint(who, " ", how, ": ", action.name), func(t *testing.T) {
					err := action.ask(Actor{Person: "ana", Role: test.role, Manages: test.manages, Scopes: scope.scopes})
					if want := test.may[i] == 'y' && scope.may[i] == 'y'; want != (err == nil) {
						t.Errorf("%v", err)
					}
					if err != nil && (!fault.Is(err, fault.Denied) || len(err.Error()) < 20) {
						t.Errorf("it says %v", err)
					}
				})
			}
		}
	}
}

func TestARefusalSaysWhatToDo(t *testing.T) {
	respond := Actor{Person: "ana", Role: Owner, Scopes: []Scope{ScopeRead}}
	tests := map[string]struct {
		err  error
		want string
	}{
		"a token for less than reading": {Actor{Role: Owner, Scopes: []Scope{}}.MayRead(), "this token may not read"},
		"a token to read":               {respond.MayRespond(), "this token may read but not act on alerts; make one with the scope respond"},
		"an observer":                   {Actor{Role: Observer}.MayRespond(), "an observer reads; ask an admin for the role responder to act on alerts"},
		"a token that is no setup's":    {respond.MaySetup(), "this token may not change the setup; make one with the scope setup"},
		"a responder's setup":           {Actor{Role: Responder}.MaySetup(), "only an owner or an admin may change the setup"},
		"somebody else's shift":         {Actor{Person: "ana"}.MayOverride("payments", "ben"), "you may take a shift yourself; a manager of payments may give it to somebody else"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.err == nil || test.err.Error() != test.want {
				t.Errorf("it says %v", test.err)
			}
		})
	}
}

func TestATokenOfTheInstallationIsNobodysOwn(t *testing.T) {
	token := Actor{Label: "ci", Role: Responder, Scopes: []Scope{ScopeSetup}}
	if err := token.MayOverride("payments", ""); err == nil {
		t.Error("it takes a shift for nobody")
	}
	if token.MaySeeContacts("", nil) {
		t.Error("it sees the contacts of nobody")
	}
	token.Role = Admin
	if err := token.MayOverride("payments", "ben"); err != nil {
		t.Error(err)
	}
}

func TestWhatTheProductDoesByItselfIsNeverRefused(t *testing.T) {
	for _, err := range []error{Firehall.MayRead(), Firehall.MayRespond(), Firehall.MaySetup(), Firehall.MayManage("t"), Firehall.MayOverride("t", "ana")} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestWhoSeesTheAddressesOfAPerson(t *testing.T) {
	tests := map[string]struct {
		actor Actor
		want  bool
	}{
		"they themselves":           {Actor{Person: "ben", Role: Responder}, true},
		"they, who observe":         {Actor{Person: "ben", Role: Observer}, true},
		"an owner":                  {Actor{Person: "ana", Role: Owner}, true},
		"an admin":                  {Actor{Person: "ana", Role: Admin}, true},
		"a manager of a team":       {Actor{Person: "ana", Role: Responder, Manages: []id.Team{"x", "search"}}, true},
		"a manager of another team": {Actor{Person: "ana", Role: Responder, Manages: []id.Team{"x"}}, false},
		"a responder":               {Actor{Person: "ana", Role: Responder}, false},
		"an observer":               {Actor{Person: "ana", Role: Observer}, false},
		"a token of no person":      {Actor{Role: Responder}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.actor.MaySeeContacts("ben", []id.Team{"payments", "search"}); got != test.want {
				t.Errorf("sees them: %v", got)
			}
		})
	}
	if (Actor{Person: "ana", Manages: []id.Team{"search"}}).MaySeeContacts("cy", nil) {
		t.Error("a manager sees those of somebody in no team")
	}
}
