package team

import (
	"slices"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
)

// Role says what somebody may do in the whole installation.
type Role string

// The roles. A person without one is a responder.
const (
	Owner     Role = "owner"     // all
	Admin     Role = "admin"     // all but owners
	Responder Role = "responder" // acts on alerts, own contacts, own overrides
	Observer  Role = "observer"  // reads
)

// Roles lists the roles, the mightiest first.
var Roles = []Role{Owner, Admin, Responder, Observer}

// Scope is what a token may be used for.
type Scope string

// The scopes of tokens.
const (
	ScopeRead    Scope = "read"    // read what the actor may see
	ScopeRespond Scope = "respond" // also act on alerts
	ScopeSetup   Scope = "setup"   // also change the setup
)

// Scopes lists the scopes, the smallest first.
var Scopes = []Scope{ScopeRead, ScopeRespond, ScopeSetup}

// Actor is who asks.
type Actor struct {
	Person  id.Person // "" for a token of the installation
	Label   string    // how the record names them
	Role    Role
	Manages []id.Team
	Scopes  []Scope   // what the token in use may do; nil is everything
	Until   time.Time // when the token in use ends; zero is never
}

// Firehall is the actor of what the product does by itself.
var Firehall = Actor{Label: "Firehall", Role: Owner}

func (a Actor) scoped(need Scope) bool {
	return a.Scopes == nil || slices.ContainsFunc(a.Scopes, func(s Scope) bool {
		return slices.Index(Scopes, s) >= slices.Index(Scopes, need)
	})
}

func denied(format string, args ...any) error { return fault.New(fault.Denied, format, args...) }

// MayRead fails with Denied when the actor may not read.
func (a Actor) MayRead() error {
	if !a.scoped(ScopeRead) {
		return denied("this token may not read")
	}
	return nil
}

// MayRespond fails with Denied when the actor may not act on alerts.
func (a Actor) MayRespond() error {
	if !a.scoped(ScopeRespond) {
		return denied("this token may read but not act on alerts; make one with the scope respond")
	}
	if a.Role == Observer {
		return denied("an observer reads; ask an admin for the role responder to act on alerts")
	}
	return nil
}

// MaySetup fails with Denied when the actor may not change the whole setup.
func (a Actor) MaySetup() error {
	if !a.scoped(ScopeSetup) {
		return denied("this token may not change the setup; make one with the scope setup")
	}
	if a.Role != Owner && a.Role != Admin {
		return denied("only an owner or an admin may change the setup")
	}
	return nil
}

// MayManage fails with Denied when the actor may not change the things of a
// team.
func (a Actor) MayManage(t id.Team) error {
	if slices.Contains(a.Manages, t) && a.scoped(ScopeSetup) && a.Role != Observer {
		return nil
	}
	return a.MaySetup()
}

// MayOverride fails with Denied when the actor may not put cover on a schedule
// of team t: managers may for anybody, a responder for themselves only.
func (a Actor) MayOverride(t id.Team, cover id.Person) error {
	if err := a.MayRespond(); err != nil {
		return err
	}
	if a.Role == Owner || a.Role == Admin || slices.Contains(a.Manages, t) || (a.Person != "" && cover == a.Person) {
		return nil
	}
	return denied("you may take a shift yourself; a manager of %s may give it to somebody else", t)
}

// MaySeeContacts says whether the actor may see the addresses of a person who
// is in these teams.
func (a Actor) MaySeeContacts(of id.Person, teams []id.Team) bool {
	if a.Role == Owner || a.Role == Admin || (a.Person != "" && a.Person == of) {
		return true
	}
	return slices.ContainsFunc(teams, func(t id.Team) bool { return slices.Contains(a.Manages, t) })
}
