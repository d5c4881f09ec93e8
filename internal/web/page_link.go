package web

import (
	"context"
	"net/http"
	"time"

	"firehall/internal/alert"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/team"
	"firehall/internal/ui"
)

// How long a page's link holds after its alert was resolved, and at least.
const (
	linkAfterResolve = 24 * time.Hour
	linkAtLeast      = 7 * 24 * time.Hour
)

// link is an opened page link: one person, one alert.
type link struct {
	token  string
	page   notify.Page
	alert  alert.Alert
	person store.Person
	setup  *store.Setup
	now    time.Time // in the person's zone
}

// follow opens the link of a request. A token that we did not make, or of a
// page that is not there, is 404; somebody disabled or gone is 403; a link
// that has ended is 410.
func (s screen) follow(ctx context.Context, token string) (link, error) {
	n, ok := s.OpenToken(token)
	if !ok {
		return link{}, noSuchPage()
	}
	l := link{token: token}
	var err error
	if l.page, err = s.DB.Page(ctx, n); fault.Is(err, fault.NotFound) {
		return l, noSuchPage()
	} else if err != nil {
		return l, err
	}
	if l.setup, err = s.DB.FreshSetup(ctx); err != nil {
		return l, err
	}
	if l.person, err = known(l.setup, l.page.Person); err != nil {
		return l, err
	}
	l.now = s.Now().In(l.person.Location())
	return s.about(ctx, l)
}

// about adds the link's alert as it stands now.
func (s screen) about(ctx context.Context, l link) (link, error) {
	var err error
	if l.alert, err = s.DB.Alert(ctx, l.page.Alert); fault.Is(err, fault.NotFound) {
		return l, noSuchPage()
	} else if err != nil {
		return l, err
	}
	if ended(l.page, l.alert, l.now) {
		return l, &refusal{
			http.StatusGone, "This link has ended",
			"The alert was resolved at " + ui.Clock(l.alert.ResolvedAt, l.now) + ", and the link of its page does not outlive it for long. Sign in to Firehall to read what happened",
		}
	}
	return l, nil
}

func noSuchPage() error {
	return fault.New(fault.NotFound, "no page has this link. It may be cut short: open it again from the message that brought it")
}

func linkOff(why string) error {
	return &refusal{http.StatusForbidden, "This link does nothing now", why}
}

// known returns somebody who may use the links of their pages.
func known(setup *store.Setup, n id.Person) (store.Person, error) {
	p, ok := setup.People[n]
	switch {
	case !ok:
		return p, linkOff("This page was for somebody who is not in Firehall any more")
	case p.Disabled:
		return p, linkOff("This page was for " + p.First() + ", who is disabled. An admin can enable them again")
	}
	return p, nil
}

// ended says whether the link of a page holds no more: never while its alert
// is unresolved.
func ended(p notify.Page, a alert.Alert, now time.Time) bool {
	if a.Status != alert.Resolved {
		return false
	}
	until := a.ResolvedAt.Add(linkAfterResolve)
	if least := p.CreatedAt.Add(linkAtLeast); least.After(until) {
		until = least
	}
	return !now.Before(until)
}

// actor is who answers through the link: its person, who may act on the alert
// because they were paged.
func (l link) actor() team.Actor {
	role := l.person.Role
	if role == "" || role == team.Observer {
		role = team.Responder
	}
	return team.Actor{Person: l.page.Person, Label: l.person.FullName, Role: role}
}
