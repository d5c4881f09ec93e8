package action

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/timeline"
)

// paging carries out one decision of an escalation: it finds the people and
// plans their sends.
type paging struct {
	act    *Actions
	tx     *store.Tx
	setup  *store.Setup
	policy escalation.Policy
	alert  alert.Alert

	also    []id.Person // people to page besides those of the decision
	alsoWhy string      // why
	why     string      // in front of every reason
	without id.Person   // never paged by this
	asked   bool        // a person asked: low urgency does not wait
	claim   Reserve     // takes sends that are due for a call at once; nil takes none

	claimed []notify.Send
	entries []timeline.Entry
}

// Reserve keeps room for the call of a send and returns 0: it must be called at
// once. Where there is none it returns how long the send waits until it asks
// again.
type Reserve func(notify.Send) time.Duration

// asked is somebody to page and why.
type asked struct {
	person id.Person
	step   int
	reason string
}

// byInstallation is the step of a page to the installation's fallback, after a
// policy's own was of no use.
const byInstallation = -1

// carryOut pages the people of a decision. A step that finds nobody goes on at
// once; with nobody anywhere the record says so and it is tried again when the
// fallback comes round. It returns the alert as it then stands, not saved.
func (p *paging) carryOut(ctx context.Context, d escalation.Decision) (alert.Alert, error) {
	people := p.besides()
	if len(d.Due) > 1 {
		p.why = joinReasons(p.why, d.Reason)
	}
	for rounds := 0; ; rounds++ {
		people = append(people, p.find(d.Due)...)
		if len(people) > 0 || p.policy.FallbackReached(d.State) || rounds > escalation.MaxSteps*(escalation.MaxRepeat+2) {
			break
		}
		d = escalation.OneByHand(p.policy, d.State, p.tx.Now)
	}
	if len(people) == 0 {
		people = p.lastResort()
	}
	if until := p.hold(people); !until.IsZero() {
		return p.held(ctx, until)
	}
	p.alert = placed(p.alert, d.State)
	p.alert.Pagings++
	if err := p.page(ctx, people); err != nil {
		return p.alert, err
	}
	return p.alert, p.tx.SetTimers(ctx, p.act.timer(p.setup, TimerEscalate, p.alert, p.alert.NextAt))
}

func (p *paging) besides() []asked {
	var out []asked
	for _, n := range p.also {
		if n != "" && p.reachable(n) == "" {
			out = append(out, asked{n, 0, p.alsoWhy})
		}
	}
	return out
}

// find returns the people of some steps, each once. What finds nobody is put
// on the record.
func (p *paging) find(due []escalation.Due) []asked {
	var out []asked
	for _, d := range due {
		targets, name := d.Targets, fmt.Sprintf("step %d of %s", d.Step, p.policy.Name)
		if d.Step == 0 {
			name = "fallback of " + string(p.policy.Name)
			if len(targets) == 0 {
				targets, name = p.setup.Installation.Fallback, "fallback of the installation"
			}
		}
		found, missing := p.resolve(targets, d.Step, name)
		if len(found) == 0 {
			p.nobody(d.Step, name, missing)
		}
		out = append(out, found...)
	}
	return out
}

// lastResort returns the installation's fallback when a policy's own found
// nobody, and says so loudly when that finds nobody either.
func (p *paging) lastResort() []asked {
	var found []asked
	var missing []string
	if len(p.policy.Fallback) > 0 {
		found, missing = p.resolve(p.setup.Installation.Fallback, byInstallation, "fallback of the installation")
	}
	if len(found) == 0 {
		p.nobody(0, "installation", append(missing, "nobody can be told; set a fallback for the installation"))
		p.act.Log.Error("an alert found nobody to page, not even a fallback", "alert", p.alert.ID, "service", p.alert.Service)
	}
	return found
}

func (p *paging) nobody(step int, name string, missing []string) {
	if len(missing) == 0 {
		missing = []string{"it names nobody"}
	}
	p.entries = append(p.entries, timeline.Entry{
		Alert: p.alert.ID, Kind: timeline.Nobody, Step: max(step, 0),
		Reason: name + " finds nobody: " + strings.Join(missing, "; "),
	})
}

// resolve returns the reachable people of some targets and, for each target
// without one, why.
func (p *paging) resolve(targets []escalation.Target, step int, name string) (found []asked, missing []string) {
	for _, t := range targets {
		people, why := p.peopleOf(t)
		none := true
		for _, n := range people {
			if n == p.without {
				missing = append(missing, string(n)+" has declined")
				continue
			}
			if bar := p.reachable(n); bar != "" {
				missing = append(missing, bar)
				continue
			}
			none = false
			found = append(found, asked{n, step, joinReasons(p.why, name+": "+why)})
		}
		if none && len(people) == 0 {
			missing = append(missing, why)
		}
	}
	return found, missing
}

// peopleOf returns who a target means now, and why.
func (p *paging) peopleOf(t escalation.Target) ([]id.Person, string) {
	kind, name, _ := t.Split()
	if kind == escalation.PersonTarget {
		return []id.Person{id.Person(name)}, "named in it"
	}
	plan, err := p.setup.Plan(id.Schedule(name))
	if err != nil {
		return nil, fmt.Sprintf("schedule %s: %s", name, err)
	}
	answer := plan.OnCall(p.tx.Now)
	return answer.People, "schedule " + name + ": " + answer.Reason
}

// reachable returns why a person cannot be paged; "" when they can.
func (p *paging) reachable(n id.Person) string {
	person, ok := p.setup.People[n]
	switch {
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
// the working hours of anyone in it; zero when somebody works now.
func (p *paging) hold(people []asked) time.Time {
	if p.alert.Urgency != alert.Low || p.asked || len(people) == 0 {
		return time.Time{}
	}
	var first time.Time
	for _, a := range people {
		at := p.opens(a.person)
		if !at.After(p.tx.Now) {
			return time.Time{}
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

func (p *paging) opens(n id.Person) time.Time {
	if p.alert.Urgency != alert.Low || p.asked {
		return p.tx.Now
	}
	return p.setup.OpensAt(p.setup.LaneOf(p.alert.Service), n, p.tx.Now)
}

// held plans the same step for when working hours begin.
func (p *paging) held(ctx context.Context, until time.Time) (alert.Alert, error) {
	p.alert.NextAt = until
	err := p.tx.Record(ctx, timeline.Entry{
		Alert: p.alert.ID, Kind: timeline.Held, Until: until, Reason: "low urgency waits for working hours",
	})
	if err != nil {
		return p.alert, err
	}
	return p.alert, p.tx.SetTimers(ctx, p.act.timer(p.setup, TimerEscalate, p.alert, until))
}

// page writes pages and sends for people, each person once.
func (p *paging) page(ctx context.Context, people []asked) error {
	var pages []notify.Page
	var sends []notify.Send
	var seen []id.Person
	for _, a := range people {
		if slices.Contains(seen, a.person) {
			continue
		}
		seen = append(seen, a.person)
		page := notify.Page{
			ID: id.Page(p.tx.NewID(id.PrefixPage)), Alert: p.alert.ID, Person: a.person, Step: a.step,
			Batch: p.alert.Pagings, Urgency: int(p.alert.Urgency), Reason: a.reason, CreatedAt: p.tx.Now,
		}
		pages = append(pages, page)
		p.entries = append(p.entries, timeline.Entry{
			Alert: p.alert.ID, Kind: timeline.Paged, Person: a.person, Page: page.ID, Step: max(a.step, 0), Reason: a.reason,
		})
		sends = append(sends, p.sends(page)...)
	}
	if err := p.tx.AddPages(ctx, pages); err != nil {
		return err
	}
	p.act.Meter.Paged(p.alert.Urgency.String(), len(pages))
	return p.plan(ctx, sends)
}

// sends returns the sends of one page by its person's rules.
func (p *paging) sends(page notify.Page) []notify.Send {
	var out []notify.Send
	reach := p.setup.People[page.Person].Reach
	for _, try := range reach.Plan(p.alert.Urgency.String(), p.opens(page.Person)) {
		out = append(out, notify.Send{
			ID: id.Send(p.tx.NewID(id.PrefixSend)), Alert: page.Alert, Page: page.ID, Batch: page.Batch, Person: page.Person,
			Contact: try.Contact, Channel: try.Channel, Kind: notify.PageSend, Urgency: page.Urgency,
			Status: notify.Waiting, Reason: try.Reason, DueAt: try.DueAt,
		})
	}
	return out
}

// plan writes sends: those that are due now are claimed for a call at once
// while there is room, the others get a timer.
func (p *paging) plan(ctx context.Context, sends []notify.Send) error {
	var timers []store.Timer
	for i := range sends {
		s := &sends[i]
		p.entries = append(p.entries, queued(*s))
		at := s.DueAt
		if p.claim != nil && !at.After(p.tx.Now) {
			wait := p.claim(*s)
			if wait == 0 {
				*s = claimed(*s, p.tx.Now, p.act.DB.Run())
				p.claimed = append(p.claimed, *s)
				continue
			}
			at = p.tx.Now.Add(wait)
		}
		timers = append(timers, store.Timer{Kind: TimerDeliver, Ref: string(s.ID), Lane: p.setup.LaneOf(p.alert.Service), DueAt: at})
	}
	if err := p.tx.AddSends(ctx, sends); err != nil {
		return err
	}
	if err := p.tx.Record(ctx, p.entries...); err != nil {
		return err
	}
	p.entries = nil
	return p.tx.SetTimers(ctx, timers...)
}

func queued(s notify.Send) timeline.Entry {
	e := sendEntry(timeline.Queued, s, s.Reason)
	e.Until = s.DueAt
	return e
}

// sendEntry returns a line of the timeline about a send.
func sendEntry(kind timeline.Kind, s notify.Send, reason string) timeline.Entry {
	return timeline.Entry{
		Alert: s.Alert, Kind: kind, Person: s.Person, Contact: s.Contact, Channel: s.Channel, Page: s.Page, Send: s.ID,
		Try: s.Attempts, Reason: reason,
	}
}
