package action

import (
	"fmt"
	"strings"
	"time"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/timeline"
)

// search finds the people of steps, by the setup and at a time.
type search struct {
	setup   *store.Setup
	policy  escalation.Policy
	alert   alert.Alert
	at      time.Time
	why     string    // in front of every reason
	without id.Person // whom nothing finds
	asked   bool      // a person asked: low urgency does not wait
	also    id.Person // to be paged besides those of the decision; "" is nobody
	alsoWhy string
}

// asked is somebody to page and why.
type asked struct {
	person id.Person
	step   int
	reason string
	until  time.Time // when somebody else is on call there; zero when nobody is, or for who is named
}

// byInstallation is the step of a page to the installation's fallback, after a
// policy's own was of no use.
const byInstallation = -1

// find returns the people of some steps, and a line for the timeline about each
// step that finds nobody.
func (s search) find(due []escalation.Due) (people []asked, missed []timeline.Entry) {
	for _, d := range due {
		targets, name := d.Targets, fmt.Sprintf("step %d of %s", d.Step, s.policy.Name)
		if d.Step == 0 {
			name = "fallback of " + string(s.policy.Name)
			if len(targets) == 0 {
				targets, name = s.setup.Installation.Fallback, "fallback of the installation"
			}
		}
		found, missing := s.resolve(targets, d.Step, name)
		if len(found) == 0 {
			missed = append(missed, nobody(s.alert.ID, d.Step, name, missing))
		}
		people = append(people, found...)
	}
	return people, missed
}

// nobody is a line of the timeline: what was looked for found nobody, and why.
func nobody(n id.Alert, step int, name string, missing []string) timeline.Entry {
	if len(missing) == 0 {
		missing = []string{"it names nobody"}
	}
	return timeline.Entry{Alert: n, Kind: timeline.Nobody, Step: step, Reason: name + " finds nobody: " + strings.Join(missing, "; ")}
}

// resolve returns the reachable people of some targets, and why others are not.
func (s search) resolve(targets []escalation.Target, step int, name string) (found []asked, missing []string) {
	for _, t := range targets {
		people, why, until := s.peopleOf(t)
		if len(people) == 0 {
			missing = append(missing, why)
		}
		for _, n := range people {
			if bar := s.reachable(n); bar != "" {
				missing = append(missing, bar)
				continue
			}
			found = append(found, asked{n, step, joinReasons(s.why, name+": "+why), until})
		}
	}
	return found, missing
}

// peopleOf returns who a target means then, why, and until when.
func (s search) peopleOf(t escalation.Target) (people []id.Person, why string, until time.Time) {
	kind, name, _ := t.Split()
	if kind == escalation.PersonTarget {
		return []id.Person{id.Person(name)}, "named in it", until
	}
	plan, err := s.setup.Plan(id.Schedule(name))
	if err != nil {
		return nil, fmt.Sprintf("schedule %s: %s", name, err), until
	}
	answer := plan.OnCall(s.at)
	return answer.People, "schedule " + name + ": " + answer.Reason, answer.Until
}

// reachable returns why a person cannot be paged; "" when they can.
func (s search) reachable(n id.Person) string {
	person, ok := s.setup.People[n]
	switch {
	case n == s.without:
		return string(n) + " has declined"
	case !ok:
		return string(n) + " is not there any more"
	case person.Disabled:
		return string(n) + " is disabled"
	case len(person.Contacts) == 0:
		return string(n) + " has no contact"
	}
	return ""
}

// hold returns until when a page of low urgency waits: the first opening of
// the working hours of anyone in it, or a handoff before that, after which
// somebody who works may be on call; zero when somebody works then.
func (s search) hold(people []asked) (first time.Time) {
	for _, a := range people {
		again := s.opensAt(a.person)
		if !again.After(s.at) {
			return time.Time{}
		}
		if a.until.After(s.at) && a.until.Before(again) {
			again = a.until
		}
		if first.IsZero() || again.Before(first) {
			first = again
		}
	}
	return first
}

// opensAt returns when the alert may page a person: at once, or for low urgency
// when they work.
func (s search) opensAt(n id.Person) time.Time {
	if s.alert.Urgency != alert.Low || s.asked {
		return s.at
	}
	return s.setup.OpensAt(s.lane(), n, s.at)
}

// lane is whose timers those of the alert are: its service's team.
func (s search) lane() id.Team { return s.setup.LaneOf(s.alert.Service) }
