package action

import (
	"context"
	"slices"

	"firehall/internal/id"
	"firehall/internal/schedule"
	"firehall/internal/store"
	"firehall/internal/team"
)

// SetDisabled disables a person, who is then never on call, never paged and
// cannot sign in, or enables them again. What they have acknowledged goes back
// to its policy. It fails with Invalid and the list of
// what that would leave open: where they are on call now, in a policy's step
// or a fallback, or the last owner; with NotFound, and with Denied.
func (act *Actions) SetDisabled(ctx context.Context, by team.Actor, n id.Person, off bool) error {
	action := "person.enable"
	if off {
		action = "person.disable"
	}
	return act.onPerson(ctx, by, n, action, func(p *planner) error {
		was := p.cur.People[n]
		will := was
		will.Disabled = off
		will = will.After(was, p.now)
		p.next.People[n] = will
		if _, err := p.change(personThing(n), personFile(was), personFile(will), nil, will); err != nil || !off {
			return err
		}
		return p.left(string(n) + " cannot be disabled: it would leave this open")
	})
}

// DeletePerson deletes a person and their tokens, and takes them out of their
// teams and rotations, whose order goes on. It fails as SetDisabled does, and
// where nobody else takes turns or they are to cover for somebody.
func (act *Actions) DeletePerson(ctx context.Context, by team.Actor, n id.Person) error {
	return act.onPerson(ctx, by, n, "person.delete", func(p *planner) error {
		delete(p.next.People, n)
		p.deletes = []thing{personThing(n)}
		p.changeDeleted()
		for name, t := range p.cur.Teams {
			t.Managers, t.Members = without(t.Managers, n), without(t.Members, n)
			p.next.Teams[name] = t
		}
		if err := each(p.next.Teams, p.changeTeam); err != nil {
			return err
		}
		err := each(p.cur.Schedules, func(name id.Schedule, s schedule.Schedule) error { return p.withoutTurns(name, s, n) })
		if err != nil {
			return err
		}
		return p.left(string(n) + " cannot be deleted: it would leave this open")
	})
}

// onPerson changes a person in one transaction.
func (act *Actions) onPerson(ctx context.Context, by team.Actor, n id.Person, action string, fn func(*planner) error) error {
	if err := by.MaySetup(); err != nil {
		return err
	}
	return act.DB.Do(ctx, func(tx *store.Tx) error {
		setup, err := tx.LockSetup(ctx)
		if err != nil {
			return err
		}
		if _, ok := setup.People[n]; !ok {
			return Missing("person", "people", n, setup.People)
		}
		p := newPlanner(act, setup, tx.Now)
		if p.bases, err = tx.Bases(ctx, label(by)); err != nil {
			return err
		}
		if err := fn(p); err != nil {
			return err
		}
		if err := p.owners(by); err != nil {
			return err
		}
		if err := p.write(ctx, tx, by, action, string(n)); err != nil {
			return err
		}
		return p.remember(ctx, tx, label(by))
	})
}

// left fails with Invalid when the change would leave something open.
func (p *planner) left(sentence string) error {
	p.safety()
	return p.wrong.fault(sentence)
}

// withoutTurns takes somebody out of a schedule on which they are not on call
// now.
func (p *planner) withoutTurns(name id.Schedule, s schedule.Schedule, n id.Person) error {
	p.onCall(name)
	if !slices.Contains(s.People(p.now), n) {
		return nil
	}
	layers := s.Layers()
	for i := range layers {
		layers[i] = layerWithout(layers[i], n)
		alone := schedule.Schedule{Revisions: []schedule.Revision{{Layers: layers[i : i+1]}}}
		if len(alone.People(p.now)) == 0 {
			p.wrong.add(thing{store.KindSchedule, string(name)}.path(), "%s alone is on call in layer %s of %s; put somebody else there first", n, layers[i].Name, name)
			return nil
		}
	}
	s.Revisions = []schedule.Revision{{Layers: layers}}
	return p.changeSchedule(name, s)
}

func layerWithout(l schedule.Layer, n id.Person) schedule.Layer {
	l.Users = without(l.Users, n)
	if l.Rotation == nil {
		return l
	}
	r := *l.Rotation
	r.Members = nil
	for _, turn := range l.Rotation.Members {
		if rest := without(turn, n); len(rest) > 0 || len(turn) == 0 {
			r.Members = append(r.Members, rest)
		}
	}
	l.Rotation = &r
	return l
}

func without(list []id.Person, n id.Person) []id.Person {
	return slices.DeleteFunc(slices.Clone(list), func(o id.Person) bool { return o == n })
}
