package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// Supposed is a signal to simulate: a service and a summary, or a source and
// the message as it sends it.
type Supposed struct {
	Service  string          `json:"service,omitempty"`
	Summary  string          `json:"summary,omitempty"`
	Severity string          `json:"severity,omitempty"`
	Source   string          `json:"source,omitempty"`
	Signal   json.RawMessage `json:"signal,omitempty"`
	At       string          `json:"at,omitempty"`
}

// Simulation is what would become of a signal if nobody answered.
type Simulation struct {
	Alert *Alert     `json:"alert"` // nil: the signal is about none
	Pages []Foreseen `json:"pages"`
	Notes []Entry    `json:"notes"`
	End   struct {
		How      string    `json:"how"`
		Sentence string    `json:"sentence"`
		At       time.Time `json:"at"`
		Alert    string    `json:"alert"`
	} `json:"end"`
	More []Simulation `json:"more"`
}

// Foreseen is one send that would go out.
type Foreseen struct {
	At      time.Time `json:"at"`
	Zone    string    `json:"zone"` // the person's
	Person  string    `json:"person"`
	Via     string    `json:"via"`
	Contact string    `json:"contact"`
	Step    int       `json:"step"`
	Reason  string    `json:"reason"`
	Fails   string    `json:"fails"`
}

// Simulate asks who would be paged. Zone is in which the answer's sentences
// tell times; "" is the zone of who asks.
func (c *Client) Simulate(ctx context.Context, s Supposed, zone string) (Answer[Simulation], error) {
	return call[Simulation](ctx, c, http.MethodPost, "/simulate"+query("zone", zone), s)
}

// AlertWhy says why an alert paged somebody, or why it paged nobody.
type AlertWhy struct {
	How       string   `json:"how"`
	Sentences []string `json:"sentences"` // the answer first
}

// WhyAlert asks why an alert paged somebody, or why it paged nobody.
func (c *Client) WhyAlert(ctx context.Context, id, zone string) (Answer[AlertWhy], error) {
	return call[AlertWhy](ctx, c, http.MethodGet, "/alerts/"+url.PathEscape(id)+"/why"+query("zone", zone), nil)
}

// Why says what happened to a person, or to a source's messages, around a time.
type Why struct {
	At       time.Time    `json:"at"`
	Sentence string       `json:"sentence"`
	Told     []WhyTold    `json:"told"`
	OnCall   []WhyOnCall  `json:"on_call"`
	Alerts   []WhyOpened  `json:"alerts"`
	Messages []WhyMessage `json:"messages"`
}

// WhyTold is one thing that a person was told.
type WhyTold struct {
	At       time.Time `json:"at"`
	Sentence string    `json:"sentence"`
	Alert    WhyAbout  `json:"alert"`
	Reason   string    `json:"reason"`
	Rule     string    `json:"rule"`
	Send     struct {
		Contact  string       `json:"contact"`
		Channel  string       `json:"channel"`
		Status   string       `json:"status"`
		Receipts []WhyReceipt `json:"receipts"`
	} `json:"send"`
}

// WhyReceipt is evidence about a send.
type WhyReceipt struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"`
	Reason string    `json:"reason"`
	Text   string    `json:"text"`
}

// WhyAbout names an alert.
type WhyAbout struct {
	ID       string    `json:"id"`
	Service  string    `json:"service"`
	Summary  string    `json:"summary"`
	Severity string    `json:"severity"`
	OpenedAt time.Time `json:"opened_at"`
}

// WhyOnCall is a schedule on which somebody was on call.
type WhyOnCall struct {
	Schedule string `json:"schedule"`
	Reason   string `json:"reason"`
}

// WhyOpened is an alert and whom it paged.
type WhyOpened struct {
	Alert WhyAbout `json:"alert"`
	Why   AlertWhy `json:"why"`
}

// WhyMessage says what became of one message.
type WhyMessage struct {
	Message  string      `json:"message"`
	Sentence string      `json:"sentence"`
	Signals  []WhySignal `json:"signals"`
}

// WhySignal says what became of one signal.
type WhySignal struct {
	Summary  string    `json:"summary"`
	Status   string    `json:"status"`
	Sentence string    `json:"sentence"`
	Why      *AlertWhy `json:"why"` // nil: it opened no alert
}

// Asked names a person or a source, and a time.
type Asked struct {
	Person, Source string
	At             string // RFC 3339, or local in Zone; "" is now
	Zone           string // in which sentences tell times; "" is the zone of who asks
}

// Why asks what happened to a person, or to a source's messages, around a time.
func (c *Client) Why(ctx context.Context, a Asked) (Answer[Why], error) {
	return call[Why](ctx, c, http.MethodGet, "/why"+query("person", a.Person, "source", a.Source, "at", a.At, "zone", a.Zone), nil)
}

// query writes names and values that are not empty as a URL's query.
func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}
