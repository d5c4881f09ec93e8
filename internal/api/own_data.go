package api

import (
	"context"
	"encoding/json"

	"firehall/internal/action"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/team"
)

// myExport returns everything that is kept about who asks.
func (s *Server) myExport(ctx context.Context, by team.Actor, _ *struct{}) (*streamed, error) {
	return s.ownData(ctx, by, by.Person)
}

// personExport returns everything that is kept about a person.
func (s *Server) personExport(ctx context.Context, by team.Actor, in *PersonIn) (*streamed, error) {
	return s.ownData(ctx, by, in.Name)
}

func (s *Server) ownData(ctx context.Context, by team.Actor, n id.Person) (*streamed, error) {
	data, err := s.act.OwnData(ctx, by, n)
	if err != nil {
		return nil, err
	}
	return jsonOf(data)
}

// eraseIn says who is erased and who takes over from them.
type eraseIn struct {
	PersonIn
	Body struct {
		Successor id.Person `json:"successor,omitempty" doc:"Takes over their turns, steps, fallbacks and overrides first."`
		DryRun    bool      `json:"dry_run,omitempty" doc:"Only list where they stand."`
	}
}

// Erased is somebody who is no more.
type Erased struct {
	As     id.Person    `json:"as,omitempty" doc:"What the record calls them from now on; absent when nobody was erased."`
	Places []ErasePlace `json:"places" nullable:"false" doc:"Where they stood; a successor has taken these over."`
}

// ErasePlace is a place that somebody holds.
type ErasePlace struct {
	Path     string `json:"path" example:"policies.payments.steps[0]" doc:"In the setup file."`
	Sentence string `json:"sentence" example:"step 1 of the policy pages them"`
}

func (s *Server) erase(ctx context.Context, by team.Actor, in *eraseIn) (Erased, error) {
	out := Erased{Places: []ErasePlace{}}
	places, err := s.act.PlacesOf(ctx, by, in.Name)
	if err != nil && (in.Body.DryRun || !fault.Is(err, fault.NotFound)) { // one who is not there may have been erased in part
		return out, err
	}
	for _, one := range places {
		out.Places = append(out.Places, ErasePlace{one.Path, one.Sentence})
	}
	if !in.Body.DryRun {
		out.As, err = s.act.ErasePerson(ctx, by, in.Name, in.Body.Successor)
	}
	return out, err
}

// ThingIn names one thing of the setup.
type ThingIn struct {
	Kind string `path:"kind" enum:"installation,people,teams,schedules,policies,services,sources" doc:"As in the setup file."`
	Name string `path:"name" doc:"Its lasting name; installation for the installation."`
}

// putIn is one thing of the setup as the setup file has it.
type putIn struct {
	ThingIn
	DryRun bool `query:"dry_run" doc:"Say what would change, and change nothing."`
	Body   json.RawMessage
}

func (s *Server) putThing(ctx context.Context, by team.Actor, in *putIn) (action.Plan, error) {
	return s.act.PutThing(ctx, by, in.Kind, in.Name, in.Body, in.DryRun)
}

func (s *Server) deleteThing(ctx context.Context, by team.Actor, in *ThingIn) (action.Plan, error) {
	return s.act.DeleteThing(ctx, by, in.Kind, in.Name)
}
