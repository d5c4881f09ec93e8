package action

import (
	"context"
	"slices"
	"time"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/timeline"
)

// paging carries out what an escalation decides: it finds the people and plans
// their sends.
type paging struct {
	search
	w       work
	also    id.Person // to be paged besides those of the decision; "" is nobody
	alsoWhy string
	claim   Reserve // takes sends that are due for a call at once; nil takes none

	claimed []notify.Send
	entries []timeline.Entry // not recorded yet
}

// Reserve keeps room for the call of a send and returns 0: it must be called at
// once. Where there is none it returns how long the send waits until it asks
// again.
type Reserve func(notify.Send) time.Duration

// paging returns the paging of an alert by the policy that it holds.
func (w work) paging(p escalation.Policy, a alert.Alert) *paging {
	return &paging{w: w, search: search{setup: w.setup, policy: p, alert: a, at: w.tx.Now}}
}

// carryOut pages what is due for the alert. A step that finds nobody goes on at
// once; with nobody anywhere the record says so and it is tried again when the
// fallback comes round. It returns the alert as it then stands, not saved.
func (p *paging) carryOut(ctx context.Context) (alert.Alert, error) {
	d := escalation.Next(p.policy, stateOf(p.alert), p.at)
	if len(d.Due) > 1 {
		p.why = joinReasons(p.why, d.Reason)
	}
	also := p.besides()
	people := p.people(d.Due)
	for len(people) == 0 && !p.policy.FallbackReached(d.State) {
		d = escalation.OneByHand(p.policy, d.State, p.at)
		people = p.people(d.Due)
	}
	if len(people) == 0 {
		people = p.lastResort(len(also) > 0)
	}
	people = append(also, people...)
	if until := p.hold(people); !until.IsZero() {
		return p.held(ctx, also, until)
	}
	p.alert = placed(p.alert, d.State)
	if err := p.page(ctx, people); err != nil {
		return p.alert, err
	}
	return p.alert, p.w.tx.SetTimers(ctx, p.w.timer(TimerEscalate, p.alert, p.alert.NextAt))
}

// besides returns who is paged besides those of the decision; why they cannot
// be is put on the record.
func (p *paging) besides() []asked {
	if p.also == "" {
		return nil
	}
	if bar := p.reachable(p.also); bar != "" {
		p.note(nobody(p.alert.ID, 0, "who had it", []string{bar}))
		return nil
	}
	return []asked{{p.also, 0, p.alsoWhy}}
}

// people returns the people of some steps. What finds nobody is put on the
// record.
func (p *paging) people(due []escalation.Due) []asked {
	found, missed := p.find(due)
	p.note(missed...)
	return found
}

// note keeps entries for the record, of those that say the same one.
func (p *paging) note(entries ...timeline.Entry) {
	for _, e := range entries {
		if !slices.Contains(p.entries, e) {
			p.entries = append(p.entries, e)
		}
	}
}

// lastResort returns the installation's fallback when a policy's own found
// nobody, and says so loudly when then nobody at all is told.
func (p *paging) lastResort(othersTold bool) []asked {
	var found []asked
	var missing []string
	if len(p.policy.Fallback) > 0 {
		found, missing = p.resolve(p.setup.Installation.Fallback, byInstallation, "fallback of the installation")
	}
	if len(found) == 0 && !othersTold {
		p.note(nobody(p.alert.ID, 0, "installation", append(missing, "nobody can be told; set a fallback for the installation")))
		p.w.act.Log.Error("an alert found nobody to page, not even a fallback", "alert", p.alert.ID, "service", p.alert.Service)
	}
	return found
}

// held plans the same for when working hours begin. Who is paged besides is
// paged now: their sends wait for their own hours.
func (p *paging) held(ctx context.Context, also []asked, until time.Time) (alert.Alert, error) {
	p.alert.NextAt = until
	p.note(timeline.Entry{Alert: p.alert.ID, Kind: timeline.Held, Until: until, Reason: "low urgency waits for working hours"})
	if err := p.page(ctx, also); err != nil {
		return p.alert, err
	}
	return p.alert, p.w.tx.SetTimers(ctx, p.w.timer(TimerEscalate, p.alert, until))
}

// page writes pages and sends for people, each person once, as one paging of
// the alert. It leaves out whose working hours an earlier page waits for.
func (p *paging) page(ctx context.Context, people []asked) error {
	seen, err := p.toldLater(ctx, people)
	if err != nil {
		return err
	}
	var pages []notify.Page
	var sends []notify.Send
	for _, a := range people {
		if slices.Contains(seen, a.person) {
			continue
		}
		seen = append(seen, a.person)
		if len(pages) == 0 {
			p.alert.Pagings++
		}
		page := p.pageOf(a)
		pages = append(pages, page)
		p.note(timeline.Entry{
			Alert: p.alert.ID, Kind: timeline.Paged, Person: a.person, Page: page.ID, Step: max(a.step, 0), Reason: a.reason,
		})
		sends = append(sends, p.sends(page)...)
	}
	if err := p.w.tx.AddPages(ctx, pages); err != nil {
		return err
	}
	urgency, n := p.alert.Urgency.String(), len(pages)
	p.w.tx.After(func() { p.w.act.Meter.Paged(urgency, n) })
	return p.plan(ctx, sends)
}

func (p *paging) pageOf(a asked) notify.Page {
	return notify.Page{
		ID: id.Page(p.w.tx.NewID(id.PrefixPage)), Alert: p.alert.ID, Person: a.person, Step: a.step,
		Batch: p.alert.Pagings, Urgency: int(p.alert.Urgency), Reason: a.reason, CreatedAt: p.at,
	}
}

// toldLater returns those of some people who do not work now and for whose
// working hours a page waits already: they are told once.
func (p *paging) toldLater(ctx context.Context, people []asked) (out []id.Person, err error) {
	var sends []notify.Send
	for _, a := range people {
		opensAt := p.opensAt(a.person)
		if !opensAt.After(p.at) {
			continue
		}
		if sends == nil {
			if sends, err = p.w.tx.SendsOf(ctx, p.alert.ID); err != nil {
				return nil, err
			}
		}
		if slices.ContainsFunc(sends, func(s notify.Send) bool {
			return s.Person == a.person && s.Kind == notify.PageSend && s.Status == notify.Waiting && s.Batch > p.alert.Answered && !s.DueAt.Before(opensAt)
		}) {
			out = append(out, a.person)
		}
	}
	return out, nil
}

// sends returns the sends of one page by its person's rules.
func (p *paging) sends(page notify.Page) []notify.Send {
	var out []notify.Send
	reach := p.setup.People[page.Person].Reach
	for _, try := range reach.Plan(p.alert.Urgency.String(), p.opensAt(page.Person)) {
		out = append(out, notify.Send{
			ID: id.Send(p.w.tx.NewID(id.PrefixSend)), Alert: page.Alert, Page: page.ID, Batch: page.Batch, Person: page.Person,
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
		p.note(queued(*s))
		at := s.DueAt
		if p.claim != nil && !at.After(p.at) {
			wait := p.claim(*s)
			if wait == 0 {
				*s = claimed(*s, p.at, p.w.act.DB.Run())
				p.claimed = append(p.claimed, *s)
				continue
			}
			at = p.at.Add(wait)
		}
		timers = append(timers, store.Timer{Kind: TimerDeliver, Ref: string(s.ID), Lane: p.lane(), DueAt: at})
	}
	if err := p.w.tx.AddSends(ctx, sends); err != nil {
		return err
	}
	if err := p.w.tx.Record(ctx, p.entries...); err != nil {
		return err
	}
	p.entries = nil
	return p.w.tx.SetTimers(ctx, timers...)
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
