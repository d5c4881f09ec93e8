package api

import (
	"context"
	"maps"
	"slices"
	"time"

	"firehall/internal/channel"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// ContactStatus is a contact and what is known about whether it works.
type ContactStatus struct {
	Contact
	TestedAt    *time.Time `json:"tested_at,omitempty" doc:"When a test last got through to this address."`
	DeliveredAt *time.Time `json:"delivered_at,omitempty" doc:"When anything last got through to this address, to the hour."`
	FailedAt    *time.Time `json:"failed_at,omitempty" doc:"When anything last failed for good."`
	Why         string     `json:"why,omitempty" doc:"The words of that failure."`
}

// contacts lists a person's contacts for whom may see their addresses.
func (s *Server) contacts(ctx context.Context, by team.Actor, in *PersonIn) (list[ContactStatus], error) {
	setup, err := s.db.FreshSetup(ctx)
	if err != nil {
		return list[ContactStatus]{}, err
	}
	p := setup.People[in.Name]
	if err := missing("person", "people", in.Name, setup.People); err != nil {
		return list[ContactStatus]{}, err
	}
	if !by.MaySeeContacts(p.Name, setup.TeamsOf(p.Name)) {
		return list[ContactStatus]{}, fault.New(fault.Denied, "only %s, their managers and admins may see their contacts", p.First())
	}
	proofs, err := s.db.ContactProofs(ctx)
	out := list[ContactStatus]{Items: []ContactStatus{}}
	for _, name := range slices.Sorted(maps.Keys(p.Contacts)) {
		c := p.Contacts[name]
		known := proofs.Of(p.Name, name, c)
		out.Items = append(out.Items, ContactStatus{
			Contact: Contact{Name: name, Kind: c.Kind, To: c.To}, TestedAt: optional(known.TestedAt),
			DeliveredAt: optional(known.DeliveredAt), FailedAt: optional(known.FailedAt), Why: known.Why,
		})
	}
	return out, err
}

func optional(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

// ContactIn names a contact of a person.
type ContactIn struct {
	Name    id.Person `path:"name" doc:"The person's name."`
	Contact string    `path:"contact" doc:"The contact's name."`
}

// Trial is what became of a test of a contact.
type Trial struct {
	SendID  id.Send        `json:"send_id" doc:"What the message calls itself."`
	Person  id.Person      `json:"person"`
	Contact string         `json:"contact"`
	Kind    string         `json:"kind"`
	At      time.Time      `json:"at"`
	Arrived bool           `json:"arrived" doc:"Whether it got through, as far as its provider tells. Only the person knows whether it rang."`
	Status  channel.Status `json:"status" enum:"accepted,delivered,refused,retry,unknown"`
	Words   string         `json:"words" doc:"The provider's own words, or ours; without secrets."`
	TookMS  int64          `json:"took_ms" doc:"How long the call took."`
}

func (s *Server) testContact(ctx context.Context, by team.Actor, in *ContactIn) (Trial, error) {
	t, err := s.act.TestContact(ctx, by, store.ContactName{Person: in.Name, Contact: in.Contact}, s.publicURL)
	return Trial{
		SendID: t.SendID, Person: in.Name, Contact: in.Contact, Kind: t.Kind, At: t.At, Arrived: t.Arrived(),
		Status: t.Outcome.Status, Words: t.Outcome.Words, TookMS: t.Outcome.Took.Milliseconds(),
	}, err
}
