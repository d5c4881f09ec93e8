package api

import (
	"context"
	"time"

	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// Entry is one line of a timeline. Fields that do not apply are absent.
type Entry struct {
	ID       id.Entry      `json:"id"`
	At       time.Time     `json:"at"`
	Kind     timeline.Kind `json:"kind"`
	Sentence string        `json:"sentence" doc:"What happened and why, in plain words."`
	By       id.Person     `json:"by,omitempty" doc:"Who did it."`
	Source   id.Source     `json:"source,omitempty" doc:"The source that caused it."`
	Person   id.Person     `json:"person,omitempty" doc:"Whom it is about."`
	Contact  string        `json:"contact,omitempty"`
	Channel  string        `json:"channel,omitempty" doc:"The contact's kind."`
	Page     id.Page       `json:"page,omitempty"`
	Send     id.Send       `json:"send,omitempty"`
	Message  id.Message    `json:"message,omitempty"`
	Step     int           `json:"step,omitempty" doc:"Of the policy; 1 is the first."`
	Try      int           `json:"try,omitempty" doc:"Which attempt of a send; 1 is the first."`
	Until    *time.Time    `json:"until,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	Text     string        `json:"text,omitempty" doc:"A note, or a provider's own words."`
}

func entryOf(setup *store.Setup, e timeline.Entry, loc *time.Location) Entry {
	return Entry{
		ID: e.ID, At: e.At, Kind: e.Kind, Sentence: timeline.Sentence(e, called(setup), loc), By: e.By, Source: e.Source,
		Person: e.Person, Contact: e.Contact, Channel: e.Channel, Page: e.Page, Send: e.Send, Message: e.Message,
		Step: e.Step, Try: e.Try, Until: moment(e.Until), Reason: e.Reason, Text: e.Text,
	}
}

// called returns how people are called: by their first names.
func called(setup *store.Setup) func(id.Person) string {
	return func(n id.Person) string {
		if p, ok := setup.People[n]; ok {
			return p.First()
		}
		return string(n)
	}
}

// timeline lists what happened to an alert, the oldest first.
func (s *Server) timeline(ctx context.Context, by team.Actor, in *struct {
	AlertIn
	ZoneIn
	Paging
},
) (list[Entry], error) {
	loc, err := s.zoneFor(by, in.ZoneIn)
	if err != nil {
		return list[Entry]{}, err
	}
	after, err := in.after()
	if err != nil {
		return list[Entry]{}, err
	}
	if _, err := s.db.Alert(ctx, in.ID); err != nil {
		return list[Entry]{}, err
	}
	limit := in.limit(most)
	found, err := s.db.Timeline(ctx, in.ID, id.Entry(after), limit+1)
	if err != nil {
		return list[Entry]{}, err
	}
	out := list[Entry]{Items: make([]Entry, min(len(found), limit))}
	if len(found) > limit {
		out.NextCursor = cursorAt(string(found[limit-1].ID))
	}
	setup := s.db.Setup()
	for i := range out.Items {
		out.Items[i] = entryOf(setup, found[i], loc)
	}
	return out, nil
}
