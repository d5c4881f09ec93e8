package action

import (
	"context"
	"slices"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/schedule"
	"firehall/internal/store"
	"firehall/internal/team"
)

// OverrideInput is an override as somebody asks for it.
type OverrideInput struct {
	Schedule string
	From     string    // RFC 3339, or local in the schedule's zone
	Until    string    // likewise; not inside
	Person   id.Person // who is on call
	Replaces id.Person // in whose place; "" is everybody's
}

// AddOverride puts somebody on call on a schedule for a while, at once. One
// that began before now begins now: the past is a record. It fails with
// NotFound when there is no such schedule, with Denied, and with Invalid and
// the fields that are wrong; of a local time that happens twice or never it
// lists the two choices.
func (act *Actions) AddOverride(ctx context.Context, by team.Actor, in OverrideInput) (out schedule.Override, err error) {
	err = act.DB.Do(ctx, func(tx *store.Tx) error {
		setup, err := tx.LockSetup(ctx)
		if err != nil {
			return err
		}
		s, ok := setup.Schedules[id.Schedule(in.Schedule)]
		if !ok {
			return Missing("schedule", "schedules", id.Schedule(in.Schedule), setup.Schedules)
		}
		if err := by.MayOverride(s.Team, in.Person); err != nil {
			return err
		}
		if out, err = overrideOf(setup, s, in, tx.Now); err != nil {
			return err
		}
		out.ID, out.CreatedAt, out.By = id.Override(tx.NewID(id.PrefixOverride)), tx.Now, by.Person
		if err := tx.AddOverride(ctx, out); err != nil {
			return err
		}
		return tx.Audit(ctx, overrideDeed(by, "override.create", out))
	})
	return out, err
}

// overrideOf returns what somebody asks for as an override without an id.
func overrideOf(setup *store.Setup, s schedule.Schedule, in OverrideInput, now time.Time) (schedule.Override, error) {
	var wrong problems
	from := timeAt(&wrong, "from", s.Zone, in.From)
	until := timeAt(&wrong, "until", s.Zone, in.Until)
	here(&wrong, "person", setup, in.Person)
	if in.Replaces != "" {
		here(&wrong, "replaces", setup, in.Replaces)
	}
	if setup.People[in.Person].Disabled {
		wrong.add("person", "%s is disabled and never on call; name somebody else", in.Person)
	}
	if !until.IsZero() && !until.After(now) {
		wrong.add("until", "this is over already, and the past is a record; name a time to come")
	}
	if from.Before(now) && !from.IsZero() {
		from = now
	}
	o := schedule.Cover(in.Person, in.Replaces, from, until)
	o.Schedule = s.Name
	for _, f := range schedule.ValidateOverride(o) {
		if f.Path == "add" || f.Path == "users" {
			f.Path = "person"
		}
		wrong.add(f.Path, "%s", f.Sentence)
	}
	return o, wrong.fault("the override cannot be made")
}

// timeAt reads a time that somebody typed.
func timeAt(wrong *problems, path, zone, text string) time.Time {
	if text == "" {
		return time.Time{} // ValidateOverride says so
	}
	t, err := schedule.ParseLocal(zone, text)
	if err != nil {
		wrong.add(path, "%s", err)
	}
	return t
}

// here notes somebody who is not there.
func here(wrong *problems, path string, setup *store.Setup, n id.Person) {
	if _, ok := setup.People[n]; ok {
		return
	}
	if n == "" {
		wrong.add(path, "name who it is")
		return
	}
	wrong.add(path, "there is no person %.80q; %s", string(n), listed("people", string(n), setup.People))
}

// DeleteOverride takes an override back. What it did until now stays on the
// record. It may be done by who may make it, who made it and who carries it.
// It fails with NotFound, Denied, and with Conflict when it is over.
func (act *Actions) DeleteOverride(ctx context.Context, by team.Actor, name id.Schedule, n id.Override) error {
	return act.DB.Do(ctx, func(tx *store.Tx) error {
		setup, err := tx.LockSetup(ctx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(setup.Overrides[name], func(o schedule.Override) bool { return o.ID == n })
		if at < 0 {
			return fault.New(fault.NotFound, "there is no override %.64s on a schedule %.64s", n, name)
		}
		o := setup.Overrides[name][at]
		if err := mayTakeBack(by, setup.Schedules[name].Team, o); err != nil {
			return err
		}
		if !o.Until.After(tx.Now) {
			return fault.New(fault.Conflict, "this override is over, and the past is a record")
		}
		if err := tx.DeleteOverride(ctx, n); err != nil {
			return err
		}
		if err := keepPast(ctx, tx, o); err != nil {
			return err
		}
		return tx.Audit(ctx, overrideDeed(by, "override.delete", o))
	})
}

// keepPast keeps what an override that is taken back has done until now.
func keepPast(ctx context.Context, tx *store.Tx, o schedule.Override) error {
	if !o.From.Before(tx.Now) {
		return nil
	}
	o.ID, o.Until = id.Override(tx.NewID(id.PrefixOverride)), tx.Now
	o.Shifts = slices.Clone(o.Shifts)
	for i := range o.Shifts {
		if o.Shifts[i].Until.After(o.Until) {
			o.Shifts[i].Until = o.Until
		}
	}
	o.Shifts = slices.DeleteFunc(o.Shifts, func(s schedule.FixedShift) bool { return !s.From.Before(s.Until) })
	return tx.AddOverride(ctx, o)
}

func mayTakeBack(by team.Actor, t id.Team, o schedule.Override) error {
	cover := by.Person
	if by.Person != o.By && !slices.Contains(coverOf(o), by.Person) {
		cover = "" // somebody else's
	}
	return by.MayOverride(t, cover)
}

// coverOf returns who is on call by an override.
func coverOf(o schedule.Override) []id.Person {
	out := slices.Clone(o.Users)
	if o.Add != "" {
		out = append(out, o.Add)
	}
	for _, s := range o.Shifts {
		out = append(out, s.Person)
	}
	return out
}

func overrideDeed(by team.Actor, action string, o schedule.Override) store.Deed {
	return store.Deed{Actor: label(by), Action: action, Target: string(o.Schedule), Doc: map[string]any{
		"id": o.ID, "from": o.From, "until": o.Until, "people": coverOf(o), "replaces": o.Remove,
	}}
}
