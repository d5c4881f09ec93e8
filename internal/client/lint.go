package client

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// Lint is what will hurt in a setup.
type Lint struct {
	Items    []Finding `json:"items"` // the gravest first
	Errors   int       `json:"errors"`
	Warnings int       `json:"warnings"`
	Notes    int       `json:"notes"`
}

// Finding is one thing that will hurt.
type Finding struct {
	Code     string `json:"code"`
	Level    string `json:"level"` // error, warning or note
	Kind     string `json:"kind"`  // as in the setup file; node for how the server runs
	Name     string `json:"name"`
	Path     string `json:"path"` // in the setup file; "" for the node
	Sentence string `json:"sentence"`
	Mend     string `json:"mend"`
}

// Lint returns what will hurt in the server's setup.
func (c *Client) Lint(ctx context.Context) (Answer[Lint], error) {
	return call[Lint](ctx, c, http.MethodGet, "/lint", nil)
}

// LintFile returns what would hurt once a setup file, given as JSON, was
// applied. Nothing is written.
func (c *Client) LintFile(ctx context.Context, setup json.RawMessage, prune bool) (Answer[Lint], error) {
	return call[Lint](ctx, c, http.MethodPost, "/lint", map[string]any{"setup": setup, "prune": prune})
}

// Readiness says whether a page of one urgency would arrive at one person.
type Readiness struct {
	Person  string       `json:"person"`
	Urgency string       `json:"urgency"`
	Arrives bool         `json:"arrives"`
	Via     []ContactWay `json:"via"`
	Missing []string     `json:"missing"` // sentences
}

// ContactWay is one contact and when it is tried.
type ContactWay struct {
	Contact   string    `json:"contact"`
	Kind      string    `json:"kind"`
	After     string    `json:"after"`      // "" is at once
	ArrivedAt time.Time `json:"arrived_at"` // zero: nothing has, in 90 days
}

// Readiness returns whether pages would arrive, for each person and urgency.
func (c *Client) Readiness(ctx context.Context, cursor string) (Answer[List[Readiness]], error) {
	path := "/readiness"
	if cursor != "" {
		path += "?cursor=" + cursor
	}
	return call[List[Readiness]](ctx, c, http.MethodGet, path, nil)
}
