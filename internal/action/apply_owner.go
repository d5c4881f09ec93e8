package action

import (
	"maps"
	"slices"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// owners fails with Denied when somebody who is no owner changes one, or makes
// one.
func (p *planner) owners(by team.Actor) error {
	if by.Role == team.Owner {
		return nil
	}
	for _, c := range p.plan.Changes {
		n := id.Person(c.Name)
		if c.Kind == store.KindPerson && (p.cur.People[n].Role == team.Owner || p.next.People[n].Role == team.Owner) {
			return fault.New(fault.Denied, "only an owner may change an owner or make one: %s", n)
		}
	}
	return nil
}

// lastOwner notes that nobody would be an owner any more.
func (p *planner) lastOwner() {
	had := activeOwners(p.cur)
	if len(had) == 0 || len(activeOwners(p.next)) > 0 {
		return
	}
	for _, n := range had {
		p.wrong.add(personThing(n).path(), "%s is the last owner; make somebody else an owner first", n)
	}
}

func activeOwners(s *store.Setup) []id.Person {
	var out []id.Person
	for _, n := range slices.Sorted(maps.Keys(s.People)) {
		if one := s.People[n]; one.Role == team.Owner && !one.Disabled {
			out = append(out, n)
		}
	}
	return out
}
