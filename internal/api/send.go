package api

import (
	"context"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// Page is one person asked to look at one alert.
type Page struct {
	ID      id.Page   `json:"id"`
	Person  id.Person `json:"person"`
	Step    int       `json:"step" doc:"Of the policy, 1 is the first; 0 is a fallback or a request by hand."`
	Urgency string    `json:"urgency" enum:"high,low,none"`
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
	Sends   []Send    `json:"sends" nullable:"false"`
}

// Send is one message through one contact.
type Send struct {
	ID         id.Send           `json:"id"`
	Page       id.Page           `json:"page,omitempty"`
	Person     id.Person         `json:"person"`
	Contact    string            `json:"contact"`
	Channel    string            `json:"channel"`
	Kind       notify.SendKind   `json:"kind" enum:"page,nudge,update,resolved"`
	Status     notify.SendStatus `json:"status" enum:"waiting,sending,accepted,delivered,failed,skipped"`
	Reason     string            `json:"reason,omitempty"`
	DueAt      time.Time         `json:"due_at"`
	Attempts   int               `json:"attempts"`
	FirstAt    *time.Time        `json:"first_at,omitempty" doc:"The first attempt."`
	FinishedAt *time.Time        `json:"finished_at,omitempty"`
	Words      string            `json:"words,omitempty" doc:"The provider's last words."`
	Receipts   []Receipt         `json:"receipts" nullable:"false" doc:"What became of it, the oldest first."`
}

// Receipt is evidence about a send.
type Receipt struct {
	At     time.Time     `json:"at"`
	Kind   timeline.Kind `json:"kind" enum:"attempt,accepted,delivered,failed,skipped"`
	Try    int           `json:"try,omitempty" doc:"Which attempt; 1 is the first."`
	Reason string        `json:"reason,omitempty"`
	Text   string        `json:"text,omitempty" doc:"The provider's own words."`
}

// evidence lists the kinds of entry that are receipts.
var evidence = map[timeline.Kind]bool{
	timeline.Attempt: true, timeline.Accepted: true, timeline.Delivered: true, timeline.Failed: true, timeline.Skipped: true,
}

func sendOf(s notify.Send, receipts []Receipt) Send {
	return Send{
		ID: s.ID, Page: s.Page, Person: s.Person, Contact: s.Contact, Channel: s.Channel, Kind: s.Kind, Status: s.Status,
		Reason: s.Reason, DueAt: s.DueAt, Attempts: s.Attempts, FirstAt: moment(s.FirstAt), FinishedAt: moment(s.FinishedAt),
		Words: s.Words, Receipts: orEmpty(receipts),
	}
}

// told returns the sends of an alert, the oldest first, with their receipts.
func (s *Server) told(ctx context.Context, n id.Alert) ([]Send, error) {
	if _, err := s.db.Alert(ctx, n); err != nil {
		return nil, err
	}
	sends, err := s.db.SendsOf(ctx, n)
	if err != nil {
		return nil, err
	}
	receipts, err := s.receipts(ctx, n)
	if err != nil {
		return nil, err
	}
	out := make([]Send, len(sends))
	for i, one := range sends {
		out[i] = sendOf(one, receipts[one.ID])
	}
	return out, nil
}

// receipts returns the receipts of an alert's sends, from its timeline.
func (s *Server) receipts(ctx context.Context, n id.Alert) (map[id.Send][]Receipt, error) {
	out := map[id.Send][]Receipt{}
	for after := id.Entry(""); ; {
		entries, err := s.db.Timeline(ctx, n, after, most)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if after = e.ID; evidence[e.Kind] {
				out[e.Send] = append(out[e.Send], Receipt{At: e.At, Kind: e.Kind, Try: e.Try, Reason: e.Reason, Text: e.Text})
			}
		}
		if len(entries) < most {
			return out, nil
		}
	}
}

func (s *Server) sends(ctx context.Context, _ team.Actor, in *struct {
	AlertIn
	Paging
},
) (list[Send], error) {
	all, err := s.told(ctx, in.ID)
	if err != nil {
		return list[Send]{}, err
	}
	return part(all, in.Paging, func(one Send) string { return string(one.ID) })
}

// pages lists who was asked to look at an alert, the oldest first.
func (s *Server) pages(ctx context.Context, _ team.Actor, in *struct {
	AlertIn
	Paging
},
) (list[Page], error) {
	sends, err := s.told(ctx, in.ID)
	if err != nil {
		return list[Page]{}, err
	}
	of := map[id.Page][]Send{}
	for _, one := range sends {
		of[one.Page] = append(of[one.Page], one)
	}
	found, err := s.db.PagesOf(ctx, in.ID)
	if err != nil {
		return list[Page]{}, err
	}
	out := make([]Page, len(found))
	for i, p := range found {
		out[i] = Page{
			ID: p.ID, Person: p.Person, Step: max(p.Step, 0), Urgency: alert.Urgency(p.Urgency).String(), Reason: p.Reason, At: p.CreatedAt,
			Sends: orEmpty(of[p.ID]),
		}
	}
	return part(out, in.Paging, func(p Page) string { return string(p.ID) })
}
