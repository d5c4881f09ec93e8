package web

import (
	"slices"

	"github.com/a-h/templ"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/ui"
)

// told is one person who was paged and what became of it.
type told struct {
	Name  string
	Ticks []tick
}

type tick struct {
	Step  ui.Step
	Words string
}

// told returns who was paged: first the person who looks, then as they were
// paged first.
func (s sight) told(p *purse) (out list[told]) {
	share := roomForPeople
	var people []id.Person
	for _, page := range s.pages {
		if !slices.Contains(people, page.Person) {
			people = append(people, page.Person)
		}
	}
	if at := slices.Index(people, s.page.Person); at > 0 {
		people = slices.Insert(slices.Delete(people, at, at+1), 0, s.page.Person)
	}
	for _, n := range people {
		one := s.toldOne(n)
		size := row(one.Name)
		for _, t := range one.Ticks {
			size += sizeOfTick + len(templ.EscapeString(t.Words))
		}
		if len(out.Rows) < maxPeople && p.pays(&share, size) {
			out.Rows = append(out.Rows, one)
		}
	}
	out.More = len(people) - len(out.Rows)
	return out
}

// toldOne says by which contacts somebody was told; of each contact it shows
// the newest send.
func (s sight) toldOne(n id.Person) told {
	row := told{Name: s.name(n)}
	if n == s.page.Person {
		row.Name = "You"
	}
	if n == s.alert.Owner && s.alert.Status == alert.Acknowledged {
		row.Name += ", who has it"
		if n == s.page.Person {
			row.Name = "You have it"
		}
	}
	var contacts []string
	for _, send := range slices.Backward(s.sends) {
		asks := send.Kind == notify.PageSend || send.Kind == notify.NudgeSend
		if send.Person != n || !asks || slices.Contains(contacts, send.Contact) || len(contacts) == 4 {
			continue
		}
		contacts = append(contacts, send.Contact)
		row.Ticks = append(row.Ticks, s.tick(send))
	}
	slices.Reverse(row.Ticks)
	if len(row.Ticks) == 0 {
		row.Ticks = []tick{{ui.Failed, "no contact took it"}}
	}
	return row
}

// tick says what became of a send: the delivery, never the intent.
func (s sight) tick(send notify.Send) tick {
	by, at := ui.Line(send.Contact, maxName)+" ", ui.ClockSeconds(send.FinishedAt, s.now)
	switch send.Status {
	case notify.Accepted:
		return tick{ui.Sent, by + "sent " + at}
	case notify.Delivered:
		return tick{ui.Delivered, by + "delivered " + at}
	case notify.Sending:
		return tick{ui.Queued, by + "sending"}
	case notify.Failed:
		return tick{ui.Failed, by + "failed " + at}
	case notify.Waiting:
		if !s.stillWaits(send) {
			break
		}
		if send.Attempts > 0 {
			return tick{ui.Failed, by + "failed, again at " + ui.ClockSeconds(send.DueAt, s.now)}
		}
		return tick{ui.Queued, by + "at " + ui.ClockSeconds(send.DueAt, s.now)}
	}
	return tick{"", by + "not needed"}
}
