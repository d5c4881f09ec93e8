package api

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/team"
)

// Person is somebody who may be paged. Addresses are there only for whom may
// see them.
type Person struct {
	Name     id.Person                `json:"name"`
	FullName string                   `json:"full_name"`
	Email    string                   `json:"email,omitempty" doc:"Only for the person, their managers and admins."`
	Zone     string                   `json:"zone"`
	Role     team.Role                `json:"role" enum:"owner,admin,responder,observer"`
	Disabled bool                     `json:"disabled"`
	Teams    []id.Team                `json:"teams" nullable:"false"`
	Manages  []id.Team                `json:"manages" nullable:"false"`
	Contacts []Contact                `json:"contacts" nullable:"false"`
	Rules    map[string][]notify.Rule `json:"rules,omitempty" doc:"By urgency, high and low."`
}

// Contact is one way to reach a person.
type Contact struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	To   string `json:"to,omitempty" doc:"Only for the person, their managers and admins."`
}

// personOf returns a person as by may see them.
func personOf(setup *store.Setup, by team.Actor, p store.Person) Person {
	teams := setup.TeamsOf(p.Name)
	out := Person{
		Name: p.Name, FullName: p.FullName, Zone: cmp.Or(p.Zone, "UTC"), Role: cmp.Or(p.Role, team.Responder), Disabled: p.Disabled,
		Teams: orEmpty(teams), Manages: orEmpty(setup.ManagedBy(p.Name)), Contacts: []Contact{}, Rules: p.Rules,
	}
	all := by.MaySeeContacts(p.Name, teams)
	if all {
		out.Email = p.Email
	}
	for _, name := range slices.Sorted(maps.Keys(p.Contacts)) {
		c := Contact{Name: name, Kind: p.Contacts[name].Kind}
		if all {
			c.To = p.Contacts[name].To
		}
		out.Contacts = append(out.Contacts, c)
	}
	return out
}

func (s *Server) people(_ context.Context, by team.Actor, in *Paging) (list[Person], error) {
	setup := s.db.Setup()
	show := func(p store.Person) Person { return personOf(setup, by, p) }
	return named(setup.People, *in, show, func(p Person) string { return string(p.Name) })
}

// PersonIn names a person.
type PersonIn struct {
	Name id.Person `path:"name" doc:"The person's name."`
}

func (s *Server) person(_ context.Context, by team.Actor, in *PersonIn) (Person, error) {
	setup := s.db.Setup()
	return personOf(setup, by, setup.People[in.Name]), missing("person", "people", in.Name, setup.People)
}

func (s *Server) disable(ctx context.Context, by team.Actor, in *PersonIn) (Person, error) {
	if err := s.act.SetDisabled(ctx, by, in.Name, true); err != nil {
		return Person{}, err
	}
	return s.person(ctx, by, in)
}

func (s *Server) enable(ctx context.Context, by team.Actor, in *PersonIn) (Person, error) {
	if err := s.act.SetDisabled(ctx, by, in.Name, false); err != nil {
		return Person{}, err
	}
	return s.person(ctx, by, in)
}

func (s *Server) deletePerson(ctx context.Context, by team.Actor, in *PersonIn) (*none, error) {
	return nil, s.act.DeletePerson(ctx, by, in.Name)
}

// Me is who asks.
type Me struct {
	Person  id.Person    `json:"person,omitempty" doc:"Absent for a token of the installation."`
	Label   string       `json:"label" doc:"How the record names a token without a person."`
	Role    team.Role    `json:"role" enum:"owner,admin,responder,observer"`
	Manages []id.Team    `json:"manages" nullable:"false"`
	Scopes  []team.Scope `json:"scopes" nullable:"false" doc:"What this token may be used for."`
}

func (s *Server) me(_ context.Context, by team.Actor, _ *struct{}) (Me, error) {
	scopes := by.Scopes
	if scopes == nil {
		scopes = team.Scopes
	}
	return Me{Person: by.Person, Label: by.Label, Role: by.Role, Manages: orEmpty(by.Manages), Scopes: scopes}, nil
}
