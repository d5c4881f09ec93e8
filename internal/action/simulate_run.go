package action

import (
	"container/heap"
	"context"
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

	foretellPlanned = 5000    // sends, of all forecasts of a simulation together
	foretellWork    = 100_000 // targets looked at, people found and words about those who are not, likewise
)

// effort is what a simulation may still do.
type effort struct {
	ctx   context.Context // of who asks
	sends int
	work  int
}

// spent says whether there is nothing left, or nobody who waits for it.
func (e *effort) spent() bool { return e.sends <= 0 || e.work <= 0 || e.ctx.Err() != nil }

// forecaster lets the escalation of one alert run in memory, as if nobody ever
// answered: what the engine, its timers and its receipts do, by the same
// decisions.
type forecaster struct {
	search
	unsendable map[string]string
	earlier    []notify.Send // of the alert as it is, which have their own way

	pages  map[id.Page]notify.Page
	sends  []notify.Send
	queue  dueQueue // of those that wait
	left   *effort
	notes  []timeline.Entry
	out    []Foreseen
	rounds int  // of the fallback
	silent bool // the last one found nobody
}

func newForecaster(s search, unsendable map[string]string, left *effort) *forecaster {
	return &forecaster{search: s, left: left, unsendable: unsendable, pages: map[id.Page]notify.Page{}}
}

// run returns the forecast of an alert that is triggered.
func (f *forecaster) run() Forecast {
	begun := f.alert
	for f.rounds < foretellRounds && !f.full() {
		f.at = f.nextAt()
		f.escalate()
		f.deliver()
	}
	for at := f.nextSend(); at.Before(f.alert.NextAt) && !f.full(); at = f.nextSend() {
		f.at = at // until the fallback comes again
		f.deliver()
	}
	return Forecast{Alert: begun, Pages: f.out, Notes: f.notes, End: f.ending()}
}

// full says whether there is more than a forecast lists, or than a simulation
// plans.
func (f *forecaster) full() bool { return len(f.out) >= foretellMost || f.left.spent() }

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
	for len(f.queue) > 0 && !f.waits(f.queue[0]) {
		heap.Pop(&f.queue)
	}
	if len(f.queue) == 0 {
		return far
	}
	return f.queue[0].at
}

// waits says whether a place in the queue is still that of a send that waits.
func (f *forecaster) waits(d due) bool {
	s := &f.sends[d.send]
	return s.Status == notify.Waiting && s.DueAt.Equal(d.at)
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
	f.left.work -= f.workOf(c)
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
	pages := f.pagesFor(people, f.earlier, f.sends)
	if len(pages) > 0 {
		f.alert.Pagings++
	}
	for _, p := range pages {
		if f.left.spent() {
			return
		}
		p.ID = id.Page(fmt.Sprint(len(f.pages)))
		f.pages[p.ID] = p
		for _, s := range f.sendsFor(p) {
			heap.Push(&f.queue, due{s.DueAt, len(f.sends)})
			f.sends = append(f.sends, s)
			f.left.sends--
		}
	}
}

// workOf says how much a decision was.
func (f *forecaster) workOf(c course) int {
	n := 1 + len(c.people)
	if steps := len(f.policy.Steps); steps > 0 {
		all := 0
		for _, s := range f.policy.Steps {
			all += len(s.Page)
		}
		n += all / steps
	}
	for _, e := range c.notes {
		n += len(e.Reason) / 32
	}
	return n
}

// deliver lets what is due go out, and what follows when it reaches nobody.
func (f *forecaster) deliver() {
	var now []int
	for at := f.nextSend(); !at.After(f.at); at = f.nextSend() {
		i := heap.Pop(&f.queue).(due).send
		f.sends[i].Status = notify.Sending
		now = append(now, i)
	}
	slices.Sort(now) // as the engine takes what is due together
	for _, i := range now {
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
	for i := range f.sends {
		s := &f.sends[i]
		if s.Page == failed.Page && s.Status == notify.Waiting && (next < 0 || s.DueAt.Before(f.sends[next].DueAt)) {
			next = i
		}
		alive = alive || (s.Batch == failed.Batch && s.Status != notify.Failed)
	}
	if next >= 0 && f.sends[next].DueAt.After(f.at) {
		f.sends[next].DueAt = f.at
		heap.Push(&f.queue, due{f.at, next})
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
	case f.left.spent():
		end.Kind = EndCut
		if !f.at.IsZero() { // else nothing of it was worked out
			end.At = f.at
		}
		end.Sentence = fmt.Sprintf("this is more than a simulation works out (%d sends, for all signals of a message together); what comes after is not listed", foretellPlanned)
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
