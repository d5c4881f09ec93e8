package escalation

import (
	"fmt"
	"time"
)

// FallbackEvery is how often the fallback is paged until somebody answers.
const FallbackEvery = 15 * time.Minute

// State is where the escalation of one alert stands.
type State struct {
	Step   int       // the step that comes next, 0 is the first
	Round  int       // how often all the steps have run
	Last   int       // the step paged last; -1 is none, len(Steps) is the fallback
	NextAt time.Time // when something is due; zero is never
}

// Decision is what an escalation does now. Due is empty when it waits.
type Decision struct {
	Due    []Due // the steps to page together, in order
	State  State // what to keep
	Reason string
}

// Due is one step to page.
type Due struct {
	Step    int // 1 is the first; 0 is the fallback
	Targets []Target
}

// FallbackReached says whether the fallback is what came last.
func (p Policy) FallbackReached(s State) bool { return s.Last >= len(p.Steps) }

// Next decides what the escalation of one alert does at now.
//
// Woken late, it pages together the steps that should have been paged by now,
// each once. When the rounds are spent it pages the fallback, again every
// FallbackEvery: an escalation never ends in silence. The wait counts from now.
func Next(p Policy, s State, now time.Time) Decision {
	if s.NextAt.IsZero() || now.Before(s.NextAt) {
		return Decision{State: s, Reason: "the next step is not due"}
	}
	planned, late := s.NextAt, 0
	var due []Due
	for s.Round <= p.Repeat && len(p.Steps) > 0 && !now.Before(planned) {
		step := p.Steps[s.Step]
		due = add(due, Due{Step: s.Step + 1, Targets: step.Page})
		s.Last, s.NextAt = s.Step, now.Add(step.Wait.Std())
		planned = planned.Add(step.Wait.Std())
		s.Step, s.Round = p.after(s.Step, s.Round)
		late++
	}
	if !now.Before(planned) || len(due) == 0 {
		due = append(due, Due{Targets: p.Fallback})
		s.Last, s.NextAt = len(p.Steps), now.Add(FallbackEvery)
	}
	return Decision{Due: due, State: s, Reason: p.reason(due, late)}
}

// Start returns where an escalation begins: its first step is due at now.
func Start(now time.Time) State { return State{Last: -1, NextAt: now} }

// Again returns s with what was paged last due once more at now; with the first
// step due when nothing was.
func (p Policy) Again(s State, now time.Time) State {
	s.NextAt = now
	if s.Last < 0 || p.FallbackReached(s) {
		return s
	}
	if s.Step == 0 { // the last step of a round
		s.Round--
	}
	s.Step = s.Last
	return s
}

// OneByHand pages the next step now, though it is not due yet.
func OneByHand(p Policy, s State, now time.Time) Decision {
	s.NextAt = now
	return Next(p, s, now)
}

// WaitOf returns how long the step that was paged last gives people to answer.
func (p Policy) WaitOf(s State) time.Duration {
	if s.Last >= 0 && s.Last < len(p.Steps) {
		return p.Steps[s.Last].Wait.Std()
	}
	return FallbackEvery
}

func (p Policy) after(step, round int) (nextStep, nextRound int) {
	if step+1 < len(p.Steps) {
		return step + 1, round
	}
	return 0, round + 1
}

func (p Policy) reason(due []Due, late int) string {
	last := due[len(due)-1]
	switch {
	case last.Step == 0 && late == 0:
		return "every step has been paged and nobody has answered: the fallback, again every 15 min"
	case len(due) > 1:
		return fmt.Sprintf("%d steps should have been paged by now: all of them together", len(due))
	}
	return fmt.Sprintf("step %d of %s", last.Step, p.Name)
}

func add(due []Due, d Due) []Due {
	for _, have := range due {
		if have.Step == d.Step {
			return due
		}
	}
	return append(due, d)
}
