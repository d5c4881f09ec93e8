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

// paging carries out what an escalation decides: it writes pages and plans
// their sends.
type paging struct {
	search
	w     work
	claim Reserve // takes sends that are due for a call at once; nil takes none

	pages   []notify.Page
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

// carryOut pages what is due for the alert and plans when to look again. It
// returns the alert as it then stands, not saved.
func (p *paging) carryOut(ctx context.Context) (alert.Alert, error) {
	c := p.decide()
	p.note(c.notes...)
	if c.silent {
		p.w.act.Log.Error("an alert found nobody to page, not even a fallback", "alert", p.alert.ID, "service", p.alert.Service)
	}
	p.alert = placed(p.alert, c.state)
	if err := p.page(ctx, c.people); err != nil {
		return p.alert, err
	}
	return p.alert, p.w.tx.SetTimers(ctx, p.w.timer(TimerEscalate, p.alert, p.alert.NextAt))
}

// note keeps entries for the record.
func (p *paging) note(entries ...timeline.Entry) { p.entries = append(p.entries, entries...) }

// page writes pages and sends for people as one paging of the alert.
func (p *paging) page(ctx context.Context, people []asked) error {
	earlier, err := p.earlier(ctx, people)
	if err != nil {
		return err
	}
	pages := p.pagesFor(people, earlier)
	if len(pages) > 0 {
		p.alert.Pagings++
	}
	var sends []notify.Send
	for i := range pages {
		pages[i].ID = id.Page(p.w.tx.NewID(id.PrefixPage))
		p.note(paged(pages[i]))
		sends = append(sends, p.sends(pages[i])...)
	}
	p.pages = append(p.pages, pages...)
	if err := p.w.tx.AddPages(ctx, pages); err != nil {
		return err
	}
	urgency, n := p.alert.Urgency.String(), len(pages)
	p.w.tx.After(func() { p.w.act.Meter.Paged(urgency, n) })
	return p.plan(ctx, sends)
}

// paged is the line of the timeline about a page.
func paged(one notify.Page) timeline.Entry {
	return timeline.Entry{
		Alert: one.Alert, Kind: timeline.Paged, Person: one.Person, Page: one.ID, Step: max(one.Step, 0), Reason: one.Reason,
	}
}

// earlier returns the sends of the alert so far; none when nobody's working
// hours ask for them.
func (p *paging) earlier(ctx context.Context, people []asked) ([]notify.Send, error) {
	if !slices.ContainsFunc(people, func(a asked) bool { return p.opensAt(a.person).After(p.at) }) {
		return nil, nil
	}
	return p.w.tx.SendsOf(ctx, p.alert.ID)
}

// sends returns the sends of one page, with ids.
func (p *paging) sends(page notify.Page) []notify.Send {
	out := p.sendsFor(page)
	for i := range out {
		out[i].ID = id.Send(p.w.tx.NewID(id.PrefixSend))
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
