package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Contact is one way to reach a person, and what is known about whether it
// works; a time is zero when that has not happened.
type Contact struct {
	Name        string    `json:"name"`
	Kind        string    `json:"kind"`
	To          string    `json:"to"`
	TestedAt    time.Time `json:"tested_at"`
	DeliveredAt time.Time `json:"delivered_at"`
	FailedAt    time.Time `json:"failed_at"`
	Why         string    `json:"why"`
}

// Contacts lists a person's contacts.
func (c *Client) Contacts(ctx context.Context, person string) (Answer[List[Contact]], error) {
	return call[List[Contact]](ctx, c, http.MethodGet, "/people/"+url.PathEscape(person)+"/contacts", nil)
}

// Trial is what became of a test of a contact.
type Trial struct {
	SendID  string    `json:"send_id"`
	Person  string    `json:"person"`
	Contact string    `json:"contact"`
	Kind    string    `json:"kind"`
	At      time.Time `json:"at"`
	Arrived bool      `json:"arrived"` // as far as the provider tells
	Status  string    `json:"status"`
	Words   string    `json:"words"` // the provider's
	TookMS  int64     `json:"took_ms"`
}

// TestContact sends a test message to a contact and waits for the answer.
func (c *Client) TestContact(ctx context.Context, person, contact string) (Answer[Trial], error) {
	return call[Trial](ctx, c, http.MethodPost, "/people/"+url.PathEscape(person)+"/contacts/"+url.PathEscape(contact)+"/test", nil)
}
