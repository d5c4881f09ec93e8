package action

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"firehall/internal/escalation"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/schedule"
	"firehall/internal/store"
)

// successor fails with Invalid when somebody cannot take over from another.
func (p *planner) successor(n, by id.Person) error {
	one, ok := p.cur.People[by]
	switch {
	case by == "":
		return nil
	case by == n:
		return fault.At("successor", "%s cannot take over from themselves; name somebody else", n)
	case !ok:
		return fault.At("successor", "there is no person %.64q; %s", string(by), listed("people", string(by), p.cur.People))
	case one.Disabled:
		return fault.At("successor", "%s is disabled and would never be paged; name somebody else", by)
	}
	return nil
}

// stands notes every place that somebody holds: rotations, steps, fallbacks
// and overrides that are not over.
func (p *planner) stands(n id.Person) {
	me := escalation.Target(escalation.PersonTarget + ":" + string(n))
	if slices.Contains(p.cur.Installation.Fallback, me) {
		p.wrong.add(store.KindInstallation+".fallback", "they are in the fallback of the installation")
	}
	for _, name := range slices.Sorted(maps.Keys(p.cur.Schedules)) {
		at := thing{store.KindSchedule, string(name)}.path()
		for i, l := range p.cur.Schedules[name].Layers() {
			if layerNames(l, n) {
				p.wrong.add(indexed(dotted(at, "layers"), i), "they take turns in layer %s", l.Name)
			}
		}
		for _, o := range p.cur.Overrides[name] {
			if o.Until.After(p.now) && slices.Contains(coverOf(o), n) {
				p.wrong.add(at, "they cover %s by an override until %s", name, moment(o.Until, p.cur.Schedules[name].Zone))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.cur.Policies)) {
		one, at := p.cur.Policies[name], thing{store.KindPolicy, string(name)}.path()
		for i, step := range one.Steps {
			if slices.Contains(step.Page, me) {
				p.wrong.add(indexed(dotted(at, "steps"), i), "step %d of the policy pages them", i+1)
			}
		}
		if slices.Contains(one.Fallback, me) {
			p.wrong.add(dotted(at, "fallback"), "they are in the fallback of the policy")
		}
	}
}

// succeed puts a successor into every place that somebody holds, and takes
// them out of their teams.
func (p *planner) succeed(n, successor id.Person) error {
	for name, t := range p.cur.Teams {
		t.Managers, t.Members = without(t.Managers, n), without(t.Members, n)
		p.next.Teams[name] = t
	}
	if err := each(p.next.Teams, p.changeTeam); err != nil {
		return err
	}
	if successor == "" {
		return nil
	}
	p.next.Installation.Fallback = targetsWith(p.cur.Installation.Fallback, n, successor)
	if err := p.changeInstallation(); err != nil {
		return err
	}
	err := each(p.cur.Schedules, func(name id.Schedule, s schedule.Schedule) error {
		layers := s.Layers()
		if !slices.ContainsFunc(layers, func(l schedule.Layer) bool { return layerNames(l, n) }) {
			return nil
		}
		for i := range layers {
			layers[i] = layerWith(layers[i], n, successor)
		}
		s.Revisions = []schedule.Revision{{Layers: layers}}
		return p.changeSchedule(name, s)
	})
	if err != nil {
		return err
	}
	for name, list := range p.cur.Overrides {
		p.next.Overrides[name] = slices.Clone(list)
		for i, o := range list {
			if o.Until.After(p.now) {
				p.next.Overrides[name][i] = overrideWith(o, n, successor)
			}
		}
	}
	return each(p.cur.Policies, func(name id.Policy, one store.Policy) error {
		next := one.Policy
		next.Fallback = targetsWith(one.Fallback, n, successor)
		next.Steps = slices.Clone(one.Steps)
		for i := range next.Steps {
			next.Steps[i].Page = targetsWith(next.Steps[i].Page, n, successor)
		}
		p.next.Policies[name] = store.Policy{Policy: next}
		return p.changePolicy(name, next)
	})
}

// passOverrides writes the overrides that a successor takes over.
func (p *planner) passOverrides(ctx context.Context, tx *store.Tx, n, successor id.Person) error {
	if successor == "" {
		return nil
	}
	for name, list := range p.cur.Overrides {
		for i, o := range list {
			if o.Until.After(p.now) && overrideNames(o, n) {
				if err := tx.ReplaceOverride(ctx, p.next.Overrides[name][i]); err != nil {
					return fmt.Errorf("hand over override %s: %w", o.ID, err)
				}
			}
		}
	}
	return nil
}

func targetsWith(list []escalation.Target, n, successor id.Person) []escalation.Target {
	var out []escalation.Target
	for _, t := range list {
		if t == escalation.Target(escalation.PersonTarget+":"+string(n)) {
			t = escalation.Target(escalation.PersonTarget + ":" + string(successor))
		}
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// peopleWith returns a list with somebody in the place of another, once.
func peopleWith[L ~[]id.Person](list L, n, successor id.Person) L {
	if !slices.Contains(list, n) {
		return list
	}
	out := L{}
	for _, one := range list {
		if one == n {
			one = successor
		}
		if !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}

func layerNames(l schedule.Layer, n id.Person) bool {
	if slices.Contains(l.Users, n) {
		return true
	}
	return l.Rotation != nil && slices.ContainsFunc(l.Rotation.Members, func(t schedule.Turn) bool { return slices.Contains(t, n) })
}

func revisionNames(r schedule.Revision, n id.Person) bool {
	return slices.ContainsFunc(r.Layers, func(l schedule.Layer) bool { return layerNames(l, n) })
}

// layerWith returns a layer with somebody in the place of another.
func layerWith(l schedule.Layer, n, successor id.Person) schedule.Layer {
	l.Users = peopleWith(l.Users, n, successor)
	if l.Rotation == nil {
		return l
	}
	r := *l.Rotation
	r.Members = slices.Clone(r.Members)
	for i := range r.Members {
		r.Members[i] = peopleWith(r.Members[i], n, successor)
	}
	l.Rotation = &r
	return l
}

func overrideNames(o schedule.Override, n id.Person) bool {
	return o.Remove == n || slices.Contains(coverOf(o), n)
}

// overrideWith returns an override with somebody in the place of another.
func overrideWith(o schedule.Override, n, successor id.Person) schedule.Override {
	if o.Remove == n {
		o.Remove = successor
	}
	if o.Add == n {
		o.Add = successor
	}
	o.Users = peopleWith(o.Users, n, successor)
	o.Shifts = slices.Clone(o.Shifts)
	for i := range o.Shifts {
		if o.Shifts[i].Person == n {
			o.Shifts[i].Person = successor
		}
	}
	return o
}
