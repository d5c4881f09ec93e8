package action

import (
	"slices"
	"time"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/timeline"
)

// course is what an escalation does when its time has come.
type course struct {
	state  escalation.State // where the alert then stands
	people []asked          // to be paged now
	notes  []timeline.Entry // for the record, beside the pages
	silent bool             // nobody at all can be told
}

// note keeps entries for the record, of those that say the same one.
func (c *course) note(entries ...timeline.Entry) {
	for _, e := range entries {
		if !slices.Contains(c.notes, e) {
			c.notes = append(c.notes, e)
		}
	}
}

// found keeps what a search found nobody by, and returns whom it found.
func (c *course) found(people []asked, missed []timeline.Entry) []asked {
	c.note(missed...)
	return people
}

// decide says what the escalation of the alert does now. A step that finds
// nobody goes on at once; with nobody anywhere the record says so and it is
// tried again when the fallback comes round. Both those who page and those who
// foretell ask it.
func (s search) decide() course {
	c := course{}
	d := escalation.Next(s.policy, stateOf(s.alert), s.at)
	if len(d.Due) > 1 {
		s.why = joinReasons(s.why, d.Reason)
	}
	also := s.besides(&c)
	people := c.found(s.find(d.Due))
	for len(people) == 0 && !s.policy.FallbackReached(d.State) {
		d = escalation.OneByHand(s.policy, d.State, s.at)
		people = c.found(s.find(d.Due))
	}
	if len(people) == 0 {
		people = s.lastResort(&c, len(also) > 0)
	}
	c.state, c.people = d.State, slices.Concat(also, people)
	if until := s.hold(c.people); !until.IsZero() {
		c.wait(s.alert, also, until)
	}
	return c
}

// wait plans the same for when working hours begin. Who is paged besides is
// paged now: their sends wait for their own hours.
func (c *course) wait(a alert.Alert, also []asked, until time.Time) {
	c.state, c.people = stateOf(a), also
	c.state.NextAt = until
	c.note(timeline.Entry{Alert: a.ID, Kind: timeline.Held, Until: until, Reason: "low urgency waits for working hours"})
}

// besides returns who is paged besides those of the decision; why they cannot
// be is put on the record.
func (s search) besides(c *course) []asked {
	if s.also == "" {
		return nil
	}
	if bar := s.reachable(s.also); bar != "" {
		c.note(nobody(s.alert.ID, 0, "who had it", []string{bar}))
		return nil
	}
	return []asked{{person: s.also, reason: s.alsoWhy}}
}

// lastResort returns the installation's fallback when a policy's own found
// nobody, and says so when then nobody at all is told.
func (s search) lastResort(c *course, othersTold bool) []asked {
	var found []asked
	var missing []string
	if len(s.policy.Fallback) > 0 {
		found, missing = s.resolve(s.setup.Installation.Fallback, byInstallation, "fallback of the installation")
	}
	if len(found) == 0 && !othersTold {
		c.note(nobody(s.alert.ID, 0, "installation", append(missing, "nobody can be told; set a fallback for the installation")))
		c.silent = true
	}
	return found
}

// pagesFor returns the pages of people, each person once, as the next paging of
// the alert; their ids are empty. It leaves out whose working hours one of the
// earlier sends of the alert waits for: they are told once.
func (s search) pagesFor(people []asked, earlier ...[]notify.Send) []notify.Page {
	var pages []notify.Page
	var seen []id.Person
	for _, a := range people {
		if slices.Contains(seen, a.person) || s.waitsAlready(a.person, earlier...) {
			continue
		}
		seen = append(seen, a.person)
		pages = append(pages, s.pageOf(a, s.alert.Pagings+1))
	}
	return pages
}

// pageOf returns the page of one person, without an id.
func (s search) pageOf(a asked, batch int) notify.Page {
	return notify.Page{
		Alert: s.alert.ID, Person: a.person, Step: a.step, Batch: batch, Urgency: int(s.alert.Urgency), Reason: a.reason, CreatedAt: s.at,
	}
}

// waitsAlready says whether a person does not work now and one of the earlier
// sends waits for their hours.
func (s search) waitsAlready(n id.Person, earlier ...[]notify.Send) bool {
	opensAt := s.opensAt(n)
	if !opensAt.After(s.at) {
		return false
	}
	waits := func(one notify.Send) bool {
		return one.Person == n && one.Kind == notify.PageSend && one.Status == notify.Waiting && one.Batch > s.alert.Answered && !one.DueAt.Before(opensAt)
	}
	return slices.ContainsFunc(earlier, func(list []notify.Send) bool { return slices.ContainsFunc(list, waits) })
}

// sendsFor returns the sends of one page by its person's rules; their ids are
// empty.
func (s search) sendsFor(page notify.Page) []notify.Send {
	var out []notify.Send
	reach := s.setup.People[page.Person].Reach
	for _, try := range reach.Plan(s.alert.Urgency.String(), s.opensAt(page.Person)) {
		out = append(out, notify.Send{
			Alert: page.Alert, Page: page.ID, Batch: page.Batch, Person: page.Person, Contact: try.Contact, Channel: try.Channel,
			Kind: notify.PageSend, Urgency: page.Urgency, Status: notify.Waiting, Reason: try.Reason, DueAt: try.DueAt,
		})
	}
	return out
}

// standsAt says whether an alert still waits for an answer to a paging: it has
// not moved on.
func standsAt(a alert.Alert, batch int) bool {
	return a.Status == alert.Triggered && a.Pagings == batch
}

// lossOf is the line of the timeline about a paging that reached nobody; its
// Step is 0 for a fallback.
func lossOf(p escalation.Policy, a alert.Alert) timeline.Entry {
	if p.FallbackReached(stateOf(a)) {
		return timeline.Entry{Alert: a.ID, Kind: timeline.Nobody, Reason: "every send of the fallback has failed"}
	}
	return timeline.Entry{Alert: a.ID, Kind: timeline.Nobody, Step: a.Last + 1, Reason: "every send of this step has failed"}
}

// instead returns the installation's fallback for when a policy's own could not
// be reached, once: nobody when the page that failed had that step already.
func (s search) instead(failed int) []asked {
	if failed == byInstallation || len(s.policy.Fallback) == 0 {
		return nil
	}
	people, _ := s.resolve(s.setup.Installation.Fallback, byInstallation, "fallback of the installation, because the policy's own cannot be reached")
	return people
}
