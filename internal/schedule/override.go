package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
)

// Kind says what an override does to who is on call.
type Kind string

// The kinds of override.
const (
	Swap        Kind = "swap"         // Add takes the place of Remove; alone, Add joins and Remove leaves
	ReplaceAll  Kind = "replace_all"  // Users are on call instead of everyone
	FixedWindow Kind = "fixed_window" // Shifts alone say who is on call; the rest of it is a gap
)

// Override changes who is on call on one schedule for a while. It is never
// part of the setup. Swaps apply one after another in the order in which they
// were made, each to the result of the one before; the ReplaceAll made last
// beats them; the FixedWindow made last beats all.
type Override struct {
	ID        id.Override  `json:"id"`
	Schedule  id.Schedule  `json:"schedule"`
	Kind      Kind         `json:"kind"`
	From      time.Time    `json:"from"`
	Until     time.Time    `json:"until"` // not inside
	Remove    id.Person    `json:"remove,omitempty"`
	Add       id.Person    `json:"add,omitempty"`
	Users     []id.Person  `json:"users,omitempty"`
	Shifts    []FixedShift `json:"shifts,omitempty"`
	CreatedAt time.Time    `json:"created_at"`
	By        id.Person    `json:"by,omitempty"` // who made it; "": a token without a person
}

// FixedShift is one person's time in a FixedWindow.
type FixedShift struct {
	Person id.Person `json:"person"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"` // not inside
}

// Limits of an override.
const (
	maxOverrideFor    = 366 * 24 * time.Hour
	maxOverridePeople = 20
	maxFixedShifts    = 1000
)

// Cover returns the override by which person is on call from one time until
// another: in the place of replaces, or of everyone when replaces is empty.
// The caller adds the rest of its fields.
func Cover(person, replaces id.Person, from, until time.Time) Override {
	if replaces == "" {
		return Override{Kind: ReplaceAll, Users: []id.Person{person}, From: from, Until: until}
	}
	return Override{Kind: Swap, Remove: replaces, Add: person, From: from, Until: until}
}

// ValidateOverride says what is wrong with an override, next to its fields. It
// does not know whether its people exist.
func ValidateOverride(o Override) []fault.Field {
	var found []fault.Field
	p := problems{found: &found}
	switch {
	case o.From.IsZero():
		p.add("from", "say when it begins")
	case o.Until.IsZero():
		p.add("until", "say when it ends")
	case !o.From.Before(o.Until):
		p.add("until", "it ends before it begins: name a time after %s", o.From.Format(time.RFC3339))
	case o.Until.Sub(o.From) > maxOverrideFor:
		p.add("until", "an override lasts at most 366 days: change the rotation, or make several")
	}
	switch o.Kind {
	case Swap:
		if o.Add == "" && o.Remove == "" {
			p.add("add", "name who joins, who leaves, or both")
		} else if o.Add == o.Remove {
			p.add("add", "%s cannot take their own place: name somebody else", o.Add)
		}
	case ReplaceAll:
		if n := len(o.Users); n == 0 || n > maxOverridePeople || slices.Contains(o.Users, "") {
			p.add("users", "name 1 to %d people who are on call", maxOverridePeople)
		}
	case FixedWindow:
		o.validateShifts(p)
	default:
		p.add("kind", "%.40q is no kind of override: use swap, replace_all or fixed_window", o.Kind)
	}
	return found
}

func (o Override) validateShifts(p problems) {
	if len(o.Shifts) > maxFixedShifts {
		p.add("shifts", "a fixed window has at most %d shifts: make several", maxFixedShifts)
		return
	}
	for i, s := range o.Shifts {
		at := p.at("shifts[%d]", i)
		if s.Person == "" {
			at.add("person", "name who is on call")
		}
		if !s.From.Before(s.Until) {
			at.add("until", "the shift ends before it begins: name a time after %s", s.From.Format(time.RFC3339))
		} else if s.From.Before(o.From) || s.Until.After(o.Until) {
			at.add("from", "the shift is not inside the window from %s until %s", o.From.Format(time.RFC3339), o.Until.Format(time.RFC3339))
		}
	}
}

// words say what the override does, for a reason.
func (o *Override) words() string {
	by := "an override"
	if o.By != "" {
		by += " by " + string(o.By)
	}
	switch {
	case o.Kind == FixedWindow:
		return by + " with fixed shifts"
	case o.Kind == ReplaceAll:
		return by + " in place of everyone"
	case o.Remove == "":
		return fmt.Sprintf("%s, %s joins", by, o.Add)
	case o.Add == "":
		return fmt.Sprintf("%s, %s leaves", by, o.Remove)
	}
	return fmt.Sprintf("%s, %s in place of %s", by, o.Add, o.Remove)
}

// inOrder returns the overrides in the order in which they were made; those
// made at the same instant by id, else as they came.
func inOrder(overrides []Override) []Override {
	out := slices.Clone(overrides)
	slices.SortStableFunc(out, func(a, b Override) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// swap applies o to people without changing them, and says whether it changed
// anything.
func (o *Override) swap(people []id.Person) ([]id.Person, bool) {
	i := slices.Index(people, o.Remove)
	switch {
	case o.Remove == "" && o.Add == "":
		return people, false
	case o.Remove == "":
		joined := join(slices.Clip(people), o.Add)
		return joined, len(joined) != len(people)
	case i < 0:
		return people, false
	case o.Add == "" || slices.Contains(people, o.Add):
		return slices.Concat(people[:i], people[i+1:]), true
	}
	out := slices.Clone(people)
	out[i] = o.Add
	return out, true
}

// join adds person to the end of people unless they are there.
func join(people []id.Person, person id.Person) []id.Person {
	if slices.Contains(people, person) {
		return people
	}
	return append(people, person)
}
