package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// Plan is what a setup changes.
type Plan struct {
	Changes   []Change          `json:"changes"`
	Conflicts []Conflict        `json:"conflicts"` // what others changed since, and the files would undo
	Warnings  []string          `json:"warnings"`
	Secrets   map[string]string `json:"secrets"` // what was made, by its path in the file; shown this once
	Applied   bool              `json:"applied"`
}

// Conflict is something that others changed since these files were applied.
type Conflict struct {
	Path     string `json:"path"` // like policies.payments.steps[0].wait
	Sentence string `json:"sentence"`
}

// Change is what becomes of one thing of the setup.
type Change struct {
	Verb    string        `json:"verb"` // create, update or delete
	Kind    string        `json:"kind"` // people, teams, …
	Name    string        `json:"name"` // "" for the installation
	Fields  []FieldChange `json:"fields"`
	Affects []string      `json:"affects"` // who and what feels it, in sentences
}

// FieldChange is what becomes of one field of a thing.
type FieldChange struct {
	Path string `json:"path"`
	Old  string `json:"old"` // "" when it was not there
	New  string `json:"new"` // "" when it goes
}

// ApplyOptions is how setup files are applied.
type ApplyOptions struct {
	DryRun    bool `json:"dry_run"`   // only say what would change
	Prune     bool `json:"prune"`     // delete what is not in the files
	Overwrite bool `json:"overwrite"` // undo what others changed since
}

// Apply makes the server's setup equal a setup file, given as JSON.
func (c *Client) Apply(ctx context.Context, setup json.RawMessage, o ApplyOptions) (Answer[Plan], error) {
	in := struct {
		Setup json.RawMessage `json:"setup"`
		ApplyOptions
	}{setup, o}
	return call[Plan](ctx, c, http.MethodPost, "/setup/apply", in)
}

// Export returns the server's setup in the form of the setup file, without
// secrets.
func (c *Client) Export(ctx context.Context) (Answer[json.RawMessage], error) {
	return call[json.RawMessage](ctx, c, http.MethodGet, "/setup/export", nil)
}

// OnCall is who a schedule has on call.
type OnCall struct {
	Schedule string    `json:"schedule"`
	Team     string    `json:"team"`
	People   []string  `json:"people"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
	Reason   string    `json:"reason"`
}

// OnCall returns who is on call at a time; "" is now.
func (c *Client) OnCall(ctx context.Context, at string) (Answer[List[OnCall]], error) {
	path := "/oncall"
	if at != "" {
		path += "?at=" + url.QueryEscape(at)
	}
	return call[List[OnCall]](ctx, c, http.MethodGet, path, nil)
}

// Schedule is a schedule, as far as the command line needs it.
type Schedule struct {
	Zone string `json:"zone"`
}

// Schedule returns a schedule.
func (c *Client) Schedule(ctx context.Context, name string) (Answer[Schedule], error) {
	return call[Schedule](ctx, c, http.MethodGet, "/schedules/"+url.PathEscape(name), nil)
}

// HasService fails with a *Problem that lists the services unless there is one
// of this name.
func (c *Client) HasService(ctx context.Context, name string) error {
	_, err := call[json.RawMessage](ctx, c, http.MethodGet, "/services/"+url.PathEscape(name), nil)
	return err
}

// NewOverride puts a person on call for a span of time.
type NewOverride struct {
	From     string `json:"from"` // RFC 3339, or local in the schedule's zone
	Until    string `json:"until"`
	Person   string `json:"person"`
	Replaces string `json:"replaces,omitempty"`
}

// Override is an override as the server keeps it.
type Override struct {
	ID       string    `json:"id"`
	Schedule string    `json:"schedule"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
	Person   string    `json:"person"`
	Replaces string    `json:"replaces"`
}

// Override adds an override to a schedule.
func (c *Client) Override(ctx context.Context, schedule string, o NewOverride) (Answer[Override], error) {
	return call[Override](ctx, c, http.MethodPost, "/schedules/"+url.PathEscape(schedule)+"/overrides", o)
}
