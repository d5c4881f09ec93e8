package engine

import (
	"context"
	"slices"
	"time"

	"firehall/internal/alert"
	"firehall/internal/channel"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
)

// about returns the alert of a call and its pages.
func (e *Engine) about(ctx context.Context, c called) (alert.Alert, []notify.Page, error) {
	if c.known != nil {
		return c.known.Alert, c.known.Pages, nil
	}
	a, err := e.Act.DB.Alert(ctx, c.send.Alert)
	if err != nil {
		return a, nil, err
	}
	pages, err := e.Act.DB.PagesOf(ctx, a.ID)
	return a, pages, err
}

// notice writes what is said to a person by one call, as things stand when it
// is claimed or later.
func (e *Engine) notice(ctx context.Context, setup *store.Setup, c called) (channel.Notice, error) {
	s := c.send
	person := setup.People[s.Person]
	n := channel.Notice{
		Type: typeOf(s.Kind), SendID: s.ID, Person: s.Person, PersonName: person.FullName, Zone: person.Location(),
		Urgency: alert.Urgency(s.Urgency), Reason: s.Reason, Attempt: s.Attempts, PublicURL: e.PublicURL,
	}
	a, pages, err := e.about(ctx, c)
	if err != nil {
		return n, err
	}
	n.Alert = e.alert(setup, a)
	if s.Page == "" { // news for somebody who was paged before
		n.Headline, n.Reason = s.Reason, "you were paged for it"
		if n.Replaces, err = e.replaces(ctx, s); err != nil {
			return n, err
		}
	}
	e.aboutPages(&n, setup, pages, s)
	next, err := e.Act.Next(ctx, e.Act.DB, setup, a)
	if err == nil && !next.At.IsZero() {
		n.Next = nextSentence(setup, next.What, next.Who, next.At, person.Location())
	}
	return n, err
}

// replaces returns the last page about an alert that reached the same contact
// as some news; "" when none did.
func (e *Engine) replaces(ctx context.Context, news notify.Send) (last id.Send, err error) {
	sends, err := e.Act.DB.SendsOf(ctx, news.Alert)
	for _, s := range sends {
		asks := s.Kind == notify.PageSend || s.Kind == notify.NudgeSend
		if asks && s.Reached() && s.Person == news.Person && s.Contact == news.Contact {
			last = s.ID
		}
	}
	return last, err
}

// aboutPages fills in why, who else, and the links: those of the page that the
// send is for, or of the person's last one.
func (e *Engine) aboutPages(n *channel.Notice, setup *store.Setup, pages []notify.Page, s notify.Send) {
	var link id.Page
	for _, p := range pages {
		switch {
		case p.ID == s.Page:
			link = p.ID
			if s.Kind == notify.PageSend {
				n.Reason = p.Reason
			}
		case p.Person == s.Person && s.Page == "":
			link = p.ID
		case p.Person != s.Person && p.Batch == s.Batch:
			if name := setup.People[p.Person].FullName; !slices.Contains(n.Others, name) {
				n.Others = append(n.Others, name)
			}
		}
	}
	if link == "" {
		return
	}
	base := e.PublicURL + "/p/" + e.Act.Secret.PageToken(link)
	n.Actions = channel.Actions{
		Ack: base + "/ack", Resolve: base + "/resolve", Escalate: base + "/escalate", Decline: base + "/decline",
		Note: base + "/note", Page: base,
	}
	if s.Kind == notify.ResolvedSend {
		n.Actions = channel.Actions{Page: base, Note: base + "/note"}
	}
}

func typeOf(k notify.SendKind) channel.Type {
	if k == notify.NudgeSend {
		return channel.Page
	}
	return channel.Type(k)
}

func (e *Engine) alert(setup *store.Setup, a alert.Alert) channel.Alert {
	return channel.Alert{
		ID: a.ID, Key: a.Key, Service: a.Service, Summary: a.Summary, Severity: a.Severity, Status: a.Status, OpenedAt: a.OpenedAt,
		URL: e.PublicURL + "/alerts/" + string(a.ID), Details: a.Details, Links: a.Links, Team: setup.Services[a.Service].Team,
	}
}

// nextSentence says what happens when nobody answers, in the person's zone.
func nextSentence(setup *store.Setup, what string, who []id.Person, at time.Time, loc *time.Location) string {
	text := "If nobody answers it " + what
	for i, p := range who {
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		text += sep + setup.People[p].First()
	}
	return text + " at " + at.In(loc).Format("15:04 MST") + "."
}
