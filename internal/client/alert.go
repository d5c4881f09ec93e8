package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Alert is one ongoing problem with one service.
type Alert struct {
	ID         string    `json:"id"`
	Key        string    `json:"key"`
	Service    string    `json:"service"`
	Summary    string    `json:"summary"`
	Severity   string    `json:"severity"`
	Urgency    string    `json:"urgency"`
	Status     string    `json:"status"`
	Owner      string    `json:"owner"` // "" when nobody has it
	Signals    int       `json:"signals"`
	OpenedAt   time.Time `json:"opened_at"`
	ResolvedAt time.Time `json:"resolved_at"` // zero while it is not
	Next       *Next     `json:"next"`        // nil: nothing is planned
}

// Next is what happens to an alert when nobody does anything.
type Next struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
	Who  []string  `json:"who"`
}

// List is a part of a list.
type List[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor"` // "" at the end
}

// AlertFilter says which alerts to list.
type AlertFilter struct {
	Status  string // a comma list; "" is all
	Service string
	Text    string
	Cursor  string
	Limit   int
}

// Alerts lists alerts, the newest first.
func (c *Client) Alerts(ctx context.Context, f AlertFilter) (Answer[List[Alert]], error) {
	q := url.Values{}
	for name, value := range map[string]string{"status": f.Status, "service": f.Service, "q": f.Text, "cursor": f.Cursor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Limit > 0 {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	return call[List[Alert]](ctx, c, http.MethodGet, "/alerts?"+q.Encode(), nil)
}

// Alert returns one alert.
func (c *Client) Alert(ctx context.Context, id string) (Answer[Alert], error) {
	return call[Alert](ctx, c, http.MethodGet, "/alerts/"+url.PathEscape(id), nil)
}

// Entry is one line of an alert's timeline.
type Entry struct {
	At       time.Time `json:"at"`
	Kind     string    `json:"kind"`
	Sentence string    `json:"sentence"`
}

// Timeline returns what happened to an alert, the oldest first. Zone is in
// which its sentences tell times; "" is the zone of who asks.
func (c *Client) Timeline(ctx context.Context, id, cursor, zone string) (Answer[List[Entry]], error) {
	return call[List[Entry]](ctx, c, http.MethodGet, "/alerts/"+url.PathEscape(id)+"/timeline"+query("cursor", cursor, "zone", zone), nil)
}

// NewAlert is an alert that a person raises.
type NewAlert struct {
	Service  string `json:"service"`
	Summary  string `json:"summary"`
	Key      string `json:"key,omitempty"`
	Severity string `json:"severity,omitempty"`
	Urgency  string `json:"urgency,omitempty"`
}

// Raise opens an alert, or folds into the one with its key.
func (c *Client) Raise(ctx context.Context, a NewAlert) (Answer[Alert], error) {
	return call[Alert](ctx, c, http.MethodPost, "/alerts", a)
}

// Act does something to an alert: ack, resolve, escalate, note, snooze. Body
// may be nil.
func (c *Client) Act(ctx context.Context, id, verb string, body any) (Answer[Alert], error) {
	if body == nil {
		body = struct{}{}
	}
	return call[Alert](ctx, c, http.MethodPost, "/alerts/"+url.PathEscape(id)+"/"+verb, body)
}
