package schedule

import (
	"encoding/json"
	"slices"
	"time"
)

// Revise returns s with other layers, which take effect at the next handoff:
// whoever is on call now stays until their turn ends, then the order goes on
// with whoever follows them in the new order. A new s.Zone, set by the caller,
// takes effect in the same way.
//
// Each changed layer waits for its own handoff, so the change may take several
// revisions. Layers of one name are the same layer, and so are a renamed one and
// the one in its place. A new layer begins at once, or when the shift that is on
// now ends if it would change that. A layer without turns changes when its
// window closes or, always open, at once; who is in its new rotation keeps the
// turn that is on.
//
// The first layers hold since ever. Layers equal to the newest revision's
// change nothing. Revisions that are not in effect at now are dropped; earlier
// ones stay as they are. Revise fails as Compile does.
func Revise(s Schedule, layers []Layer, now time.Time) (Schedule, error) {
	target := plain(layers)
	if len(s.Revisions) == 0 || s.isNewest(target) {
		return s.first(target), nil
	}
	past := s.upTo(now)
	s.Revisions = past
	if len(past) == 0 || s.isNewest(target) {
		return s.first(target), nil
	}
	v, err := newReviser(s, target, now)
	if err != nil {
		return Schedule{}, err
	}
	return s.with(v.revisions()...), nil
}

// ReviseAt returns s with other layers from one time on, exactly as they are
// written: whoever is on call may change at that time. The first layers hold
// since ever, and layers equal to those in effect then change nothing.
// Revisions from that time on are dropped.
func ReviseAt(s Schedule, layers []Layer, at time.Time) Schedule {
	target := plain(layers)
	past := s.upTo(at)
	s.Revisions = past
	if len(past) == 0 || s.isNewest(target) {
		return s.first(target)
	}
	return s.with(Revision{From: at.UTC(), Zone: s.Zone, Layers: target})
}

// with returns s with later revisions, in a list of its own. The first of them
// takes the place of one that begins at the same time.
func (s Schedule) with(later ...Revision) Schedule {
	past := s.Revisions
	if past[len(past)-1].From.Equal(later[0].From) {
		past = past[:len(past)-1]
	}
	s.Revisions = slices.Concat(past, later)
	return s
}

// first returns s with its first revision, if it has none.
func (s Schedule) first(layers []Layer) Schedule {
	if len(s.Revisions) == 0 {
		s.Revisions = []Revision{{Zone: s.Zone, Layers: layers}}
	}
	return s
}

// upTo returns the revisions that begin at or before t.
func (s Schedule) upTo(t time.Time) []Revision {
	n := len(s.Revisions)
	for n > 0 && s.Revisions[n-1].From.After(t) {
		n--
	}
	return s.Revisions[:n]
}

// isNewest says whether the newest revision has these layers in the zone of s.
func (s Schedule) isNewest(layers []Layer) bool {
	newest := s.Revisions[len(s.Revisions)-1]
	return s.zoneOf(newest) == s.Zone &&
		slices.EqualFunc(newest.Layers, layers, func(a, b Layer) bool { return a.equal(b) })
}

// equal says whether two layers are the same in the setup file.
func (l Layer) equal(o Layer) bool {
	a, errA := json.Marshal(l.Plain())
	b, errB := json.Marshal(o.Plain())
	return errA == nil && errB == nil && string(a) == string(b)
}
