package action

import (
	"context"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/team"
)

// PlacesOf lists where a person stands: rotations, steps, fallbacks and
// overrides that are not over. A successor takes over those when the person is
// erased. It fails with Denied and with NotFound.
func (act *Actions) PlacesOf(ctx context.Context, by team.Actor, n id.Person) ([]fault.Field, error) {
	if err := by.MaySetup(); err != nil {
		return nil, err
	}
	setup, err := act.DB.FreshSetup(ctx)
	if err != nil {
		return nil, err
	}
	if _, ok := setup.People[n]; !ok {
		return nil, Missing("person", "people", n, setup.People)
	}
	p := newPlanner(act, setup, act.DB.Now())
	p.stands(n)
	if f := fault.Of(p.wrong.fault("")); f != nil {
		return f.Fields, nil
	}
	return nil, nil
}
