package action

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/timeline"
)

// Limits of a forecast.
const (
	foretellRounds = 3    // rounds of the fallback
	foretellMost   = 1000 // sends
)

// forecaster lets the escalation of one alert run in memory, as if nobody ever
// answered: what the engine, its timers and its receipts do, by the same
// decisions.
type forecaster struct {
	search
	unsendable map[string]string
	earlier    []notify.Send // of the alert as it is, which have their own way

	pages  map[id.Page]notify.Page
	sends  []notify.Send
	notes  []timeline.Entry
	out    []Foreseen
	rounds int  // of the fallback
	silent bool // the last one found nobody
}

func newForecaster(s search, unsendable map[string]string) *forecaster {
	return &forecaster{search: s, unsendable: unsendable, pages: map[id.Page]notify.Page{}}
}

// run returns the forecast of an alert that is triggered.
func (f *forecaster) run() Forecast {
	begun := f.alert
	for f.rounds < foretellRounds && len(f.out) < foretellMost {
		f.at = f.nextAt()
		f.escalate()
		f.deliver()
	}
	for at := f.nextSend(); at.Before(f.alert.NextAt) && len(f.out) < foretellMost; at = f.nextSend() {
		f.at = at // until the fallback comes again
		f.deliver()
	}
	return Forecast{Alert: begun, Pages: f.out, Notes: f.notes, End: f.ending()}
}

// far is later than anything that is foretold.
var far = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// nextAt returns when something happens next.
func (f *forecaster) nextAt() time.Time {
	at := f.alert.NextAt
	if first := f.nextSend(); first.Before(at) {
		at = first
	}
	if at.Before(f.at) {
		return f.at
	}
	return at
}

// nextSend returns when the next send is due, far when none is.
func (f *forecaster) nextSend() time.Time {
	first := far
	for _, s := range f.sends {
		if s.Status == notify.Waiting && s.DueAt.Before(first) {
			first = s.DueAt
		}
	}
	return first
}

func (f *forecaster) note(entries ...timeline.Entry) {
	for _, e := range entries {
		e.At = f.at
		f.notes = append(f.notes, e)
	}
}

// escalate pages what is due; see paging.carryOut.
func (f *forecaster) escalate() {
	if f.at.Before(f.alert.NextAt) {
		return
	}
	c := f.decide()
	f.why, f.also, f.alsoWhy = "", "", "" // what began it counts once
	f.note(c.notes...)
	before := f.alert.Pagings
	f.alert = placed(f.alert, c.state)
	f.page(c.people)
	if f.policy.FallbackReached(c.state) && (f.alert.Pagings > before || c.silent) {
		f.rounds++
		f.silent = c.silent
	}
}

// page plans the sends of people; see paging.page.
func (f *forecaster) page(people []asked) {
	earlier := f.sends
	if len(f.earlier) > 0 {
		earlier = slices.Concat(f.earlier, f.sends)
	}
	pages := f.pagesFor(people, earlier)
	if len(pages) > 0 {
		f.alert.Pagings++
	}
	for _, p := range pages {
		p.ID = id.Page(fmt.Sprint(len(f.pages)))
		f.pages[p.ID] = p
		f.sends = append(f.sends, f.sendsFor(p)...)
	}
}

// deliver lets what is due go out, and what follows when it reaches nobody.
func (f *forecaster) deliver() {
	var due []int
	for i, s := range f.sends {
		if s.Status == notify.Waiting && !s.DueAt.After(f.at) {
			due = append(due, i)
			f.sends[i].Status = notify.Sending
		}
	}
	for _, i := range due {
		s := f.sends[i]
		fails := f.unsendable[s.Channel]
		f.out = append(f.out, Foreseen{
			At: f.at, Person: s.Person, Contact: s.Contact, Channel: s.Channel, Step: max(f.pages[s.Page].Step, 0),
			Reason: joinReasons(f.pages[s.Page].Reason, s.Reason), Fails: fails,
		})
		f.sends[i].Status = notify.Accepted
		if fails != "" {
			f.sends[i].Status = notify.Failed
			f.passOn(s)
		}
	}
}

// passOn goes on after a send that reaches nobody; see work.passOn.
func (f *forecaster) passOn(failed notify.Send) {
	next, alive := -1, false
	for i, s := range f.sends {
		if s.Page == failed.Page && s.Status == notify.Waiting && (next < 0 || s.DueAt.Before(f.sends[next].DueAt)) {
			next = i
		}
		alive = alive || (s.Batch == failed.Batch && s.Status != notify.Failed)
	}
	if next >= 0 && f.sends[next].DueAt.After(f.at) {
		f.sends[next].DueAt = f.at
	}
	if alive || !standsAt(f.alert, failed.Batch) {
		return
	}
	e := lossOf(f.policy, f.alert)
	f.note(e)
	if e.Step > 0 {
		f.alert.NextAt = f.at
		return
	}
	f.page(f.instead(f.pages[failed.Page].Step))
}

// ending says how it goes on after what is listed.
func (f *forecaster) ending() Ending {
	end := Ending{Kind: EndFallback, At: f.alert.NextAt, Alert: f.alert.ID}
	every := fmt.Sprintf("%d min", int(escalation.FallbackEvery.Minutes()))
	switch {
	case len(f.out) >= foretellMost:
		end.Kind, end.At = EndCut, f.at
		end.Sentence = fmt.Sprintf("more than %d sends would go out; the others are not listed", foretellMost)
	case f.silent || len(f.out) == 0:
		end.Kind = EndNobody
		end.Sentence = "nobody can be told; it is tried again every " + every + " until somebody answers. Set a fallback for the installation"
	case !slices.ContainsFunc(f.out, func(p Foreseen) bool { return p.Fails == "" }):
		end.Kind = EndNobody
		end.Sentence = "none of these can reach anybody; it is tried again every " + every + " until somebody answers"
	default:
		end.Sentence = fmt.Sprintf("the fallback (%s) is paged every %s until somebody answers; %d rounds of it are listed here", f.fallback(), every, foretellRounds)
	}
	if end.Kind == EndFallback && !slices.ContainsFunc(f.out, func(p Foreseen) bool { return p.Step == 0 && p.Fails == "" }) {
		end.Sentence += ". But nothing of that can reach them"
	}
	return end
}

// fallback returns who was paged last, with "and".
func (f *forecaster) fallback() string {
	var names []string
	for _, p := range f.pages {
		if name := f.setup.People[p.Person].First(); p.Batch == f.alert.Pagings && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
