package lint

import (
	"fmt"

	"firehall/internal/id"
	"firehall/internal/schedule"
)

// Bounds of one look, so that no setup makes it long.
const (
	mostPieces    = 20_000    // of one schedule, in the time that is looked at
	mostAllPieces = 200_000   // of all schedules
	mostSteps     = 5_000_000 // through courses
)

// effort is how much a look has done, and whether it has ended.
type effort struct {
	pieces int
	steps  int
	cut    bool // what is looked at now is not seen whole
	ended  func() error
	err    error
}

// over says whether the look has ended early.
func (l *look) over() bool {
	if l.effort.err == nil {
		l.effort.err = l.effort.ended()
	}
	return l.effort.err != nil
}

// whole looks at one part. What it finds counts only when all of it could be
// seen; otherwise a note tells what was not looked at.
func (l *look) whole(at place, what string, part func()) {
	had := len(l.found)
	l.effort.cut = false
	part()
	if !l.effort.cut {
		return
	}
	l.found = l.found[:had]
	why, mend := "who is on call there changes too often", "let turns and windows be hours, not minutes"
	if l.effort.pieces >= mostAllPieces || l.effort.steps >= mostSteps {
		why, mend = "who is on call changes too often in all the schedules of this setup together", "let turns and windows be hours, not minutes, beginning with the schedules that are named in such notes"
	}
	l.add(Note, "not-looked-at", at, fmt.Sprintf("the rest of %s was not looked at: %s", what, why), mend)
}

// shiftsIn returns the shifts of a plan, none when they are too many.
func (l *look) shiftsIn(plan *schedule.Plan) []schedule.Shift {
	left := min(mostPieces, mostAllPieces-l.effort.pieces)
	if left <= 0 || l.over() {
		l.effort.cut = true
		return nil
	}
	list, pieces := plan.ShiftsWithin(l.from, l.until, left)
	l.effort.pieces += min(pieces, left)
	l.effort.cut = l.effort.cut || pieces > left
	return list
}

// shiftsOf returns the shifts of a schedule, as paging finds them; none of one
// that is not seen whole.
func (l *look) shiftsOf(name id.Schedule) []schedule.Shift {
	list, ok := l.shifts[name]
	switch {
	case ok:
		return list
	case l.hidden[name]:
		l.effort.cut = true
		return nil
	}
	if plan, err := l.setup.Plan(name); err == nil {
		was := l.effort.cut
		l.effort.cut = false
		if list = l.shiftsIn(plan); l.effort.cut {
			l.hidden[name] = true
			return nil
		}
		l.effort.cut = was
	}
	l.shifts[name] = list
	return list
}

// walked counts steps through courses, and says whether there may be more.
func (l *look) walked(n int) bool {
	l.effort.steps += n
	if l.effort.steps >= mostSteps || l.effort.err != nil {
		l.effort.cut = true
	}
	return l.effort.steps < mostSteps && l.effort.err == nil
}
