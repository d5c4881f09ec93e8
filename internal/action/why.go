package action

import (
	"context"
	"slices"
	"strings"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store"
	"firehall/internal/timeline"
)

// WhyKind says why somebody was paged or nobody was, for programs.
type WhyKind string

// What becomes of an alert, a signal or a message.
const (
	WhyPaged     WhyKind = "paged"        // somebody was paged
	WhyUnreached WhyKind = "unreached"    // somebody was paged, and every send has failed
	WhyUntold    WhyKind = "urgency_none" // it is listed and tells nobody
	WhyWaits     WhyKind = "waits"        // low urgency waits for working hours
	WhyNobody    WhyKind = "nobody_found" // no step and no fallback found anybody
	WhyMerged    WhyKind = "merged"       // another alert carries it on
	WhyHeldBack  WhyKind = "suppressed"   // something holds it back
	WhyTaken     WhyKind = "acknowledged" // somebody had it before the first page
	WhyOver      WhyKind = "resolved"     // it was over before the first page
	WhyDue       WhyKind = "due"          // its first step is still to come
	WhyFolded    WhyKind = "folded"       // the signal went into an open alert
	WhyHushed    WhyKind = "hushed"       // a person had resolved it: it pages nobody for a while
	WhyRestored  WhyKind = "restored"     // it is from before a restore: it is held
	WhyNothing   WhyKind = "nothing"      // the signal was about nothing that was open
	WhyUnknown   WhyKind = "unknown"      // the record does not say any more
)

// AlertWhy says why an alert paged somebody, or why it paged nobody.
type AlertWhy struct {
	Kind      WhyKind
	Sentences []string  // the answer first
	Until     time.Time // until when it waits, or is hushed; zero: no such time
	Other     id.Alert  // the alert that carries it on; "" is none
}

// explainer answers questions by the record. Times in its sentences are told
// in loc.
type explainer struct {
	act   *Actions
	setup *store.Setup
	loc   *time.Location
}

func (act *Actions) explainer(loc *time.Location) explainer {
	return explainer{act, act.DB.Setup(), loc}
}

// longestStory bounds how many entries of a timeline are read.
const longestStory = 5000

// story returns the first longestStory entries of an alert's timeline.
func (e explainer) story(ctx context.Context, n id.Alert) ([]timeline.Entry, error) {
	return e.act.DB.Timeline(ctx, n, "", longestStory)
}

// WhyAlert says why an alert paged somebody, or why it paged nobody.
func (act *Actions) WhyAlert(ctx context.Context, a alert.Alert, loc *time.Location) (AlertWhy, error) {
	return act.explainer(loc).alert(ctx, a)
}

func (e explainer) alert(ctx context.Context, a alert.Alert) (AlertWhy, error) {
	pages, err := e.act.DB.PagesOf(ctx, a.ID)
	if err != nil {
		return AlertWhy{}, err
	}
	sends, err := e.act.DB.SendsOf(ctx, a.ID)
	if err != nil {
		return AlertWhy{}, err
	}
	story, err := e.story(ctx, a.ID)
	if err != nil {
		return AlertWhy{}, err
	}
	out := e.unpaged(a, story)
	if len(pages) > 0 {
		out = e.paged(a, pages, sends)
	}
	held, err := e.act.DB.IsHeld(ctx, a.ID)
	if err != nil {
		return AlertWhy{}, err
	}
	if held && a.Status != alert.Resolved {
		out = whileHeld(out)
	}
	return e.withHush(out, a, story), nil
}

// whileHeld is an answer about an alert that is held since a restore: none of
// what is due happens.
func whileHeld(out AlertWhy) AlertWhy {
	if out.Kind == WhyDue {
		return because(WhyRestored, heldWhy)
	}
	out.Until = time.Time{}
	out.Sentences = append(out.Sentences, "It is held now: "+heldWhy)
	return out
}

// paged says who was paged and whether it arrived.
func (e explainer) paged(a alert.Alert, pages []notify.Page, sends []notify.Send) AlertWhy {
	var names []string
	for _, p := range pages {
		if name := e.called(p.Person); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	was := " was paged"
	if len(names) > 1 {
		was = " were paged"
	}
	out := AlertWhy{Kind: WhyPaged, Sentences: []string{inWords(names) + was + ", first at " + e.clock(pages[0].CreatedAt) + ": " + pages[0].Reason}}
	arrived, failed, first := tally(sends)
	switch {
	case arrived == 0 && failed > 0:
		out.Kind = WhyUnreached
		out.Sentences = append(out.Sentences, "Nothing arrived: "+plural(failed, "send has failed or was not needed any more", "sends have failed or were not needed any more"))
	case arrived == 0 && a.Urgency == alert.Low && !first.IsZero():
		out.Kind, out.Until = WhyWaits, first
		out.Sentences = append(out.Sentences, "Nothing was sent yet: low urgency waits for working hours, until "+e.clock(first))
	}
	return out
}

// tally counts the pages' sends that arrived and those that did not, and says
// when the first of those that wait is due.
func tally(sends []notify.Send) (arrived, failed int, first time.Time) {
	for _, s := range sends {
		switch {
		case s.Kind != notify.PageSend:
		case s.Status == notify.Accepted || s.Status == notify.Delivered:
			arrived++
		case s.Status == notify.Failed || s.Status == notify.Skipped:
			failed++
		case first.IsZero() || s.DueAt.Before(first):
			first = s.DueAt
		}
	}
	return arrived, failed, first
}

// unpaged says why an alert without pages has none.
func (e explainer) unpaged(a alert.Alert, story []timeline.Entry) AlertWhy {
	held, missed := lastOf(story, timeline.Held), ofKind(story, timeline.Nobody)
	switch {
	case a.MergedInto != "":
		return AlertWhy{Kind: WhyMerged, Other: a.MergedInto, Sentences: []string{"Nobody was paged: it was merged into " + string(a.MergedInto) + ", which carries it on"}}
	case a.Status == alert.Suppressed:
		return because(WhyHeldBack, "it is held back")
	case len(missed) > 0:
		out := because(WhyNobody, "nobody was found")
		for _, one := range missed {
			out.Sentences = append(out.Sentences, capital(one.Reason))
		}
		return out
	case a.Urgency == alert.None:
		return because(WhyUntold, "its urgency is none: it is listed and tells nobody", reasonOf(story, timeline.Opened))
	case a.Status == alert.Triggered && held.Until.Equal(a.NextAt) && !a.NextAt.IsZero():
		out := because(WhyWaits, "its urgency is low, which waits for working hours, until "+e.clock(a.NextAt), reasonOf(story, timeline.Opened))
		out.Until = a.NextAt
		return out
	case a.Status == alert.Resolved && held.Kind != "":
		return because(WhyOver, "its urgency is low, which waits for working hours, until "+e.clock(held.Until)+"; it was over before that, at "+e.clock(a.ResolvedAt))
	case a.Status == alert.Resolved:
		return because(WhyOver, "it was over before anybody was, at "+e.clock(a.ResolvedAt), reasonOf(story, timeline.Resolved))
	case a.Status == alert.Acknowledged:
		return because(WhyTaken, "it was acknowledged before anybody was", reasonOf(story, timeline.Acked))
	case !a.NextAt.IsZero():
		return AlertWhy{Kind: WhyDue, Until: a.NextAt, Sentences: []string{"Nobody was paged yet: its next step is due at " + e.clock(a.NextAt)}}
	}
	return because(WhyUnknown, "the record does not say why")
}

// because begins the answer about an alert that paged nobody.
func because(kind WhyKind, why string, more ...string) AlertWhy {
	out := AlertWhy{Kind: kind, Sentences: []string{"Nobody was paged: " + why}}
	for _, text := range more {
		if text != "" {
			out.Sentences = append(out.Sentences, capital(text))
		}
	}
	return out
}

// withHush adds until when what the source repeats pages nobody.
func (e explainer) withHush(out AlertWhy, a alert.Alert, story []timeline.Entry) AlertWhy {
	hush := lastOf(story, timeline.Hushed)
	if hush.Kind == "" || a.Status != alert.Resolved {
		return out
	}
	out.Sentences = append(out.Sentences, "Somebody resolved it by hand: what its source repeats of it pages nobody until "+e.clock(hush.Until))
	if out.Until.IsZero() {
		out.Until = hush.Until
	}
	return out
}

func ofKind(story []timeline.Entry, kind timeline.Kind) (out []timeline.Entry) {
	for _, e := range story {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// lastOf returns the last entry of a kind, one without a kind when there is
// none.
func lastOf(story []timeline.Entry, kind timeline.Kind) timeline.Entry {
	list := ofKind(story, kind)
	if len(list) == 0 {
		return timeline.Entry{}
	}
	return list[len(list)-1]
}

func reasonOf(story []timeline.Entry, kind timeline.Kind) string { return lastOf(story, kind).Reason }

// called returns how a person is called.
func (e explainer) called(n id.Person) string {
	if p, ok := e.setup.People[n]; ok {
		return p.First()
	}
	return string(n)
}

// clock writes a time where the reader is.
func (e explainer) clock(t time.Time) string { return told(t, e.loc) }

// told writes a time in a zone, and beside it in UTC.
func told(t time.Time, loc *time.Location) string {
	local := t.In(loc)
	text := local.Format("15:04:05 MST on 2 Jan 2006")
	if _, offset := local.Zone(); offset == 0 {
		return text
	}
	return text + t.UTC().Format(" (15:04:05 UTC)")
}

// inWords joins names: "Ana, Ben and Cy".
func inWords(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// capital begins a sentence.
func capital(text string) string {
	if text == "" || text[0] < 'a' || text[0] > 'z' {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
