package client

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"
)

// OwnData returns everything that is kept about a person; "" is who asks.
func (c *Client) OwnData(ctx context.Context, person string) (Answer[json.RawMessage], error) {
	path := "/me/export"
	if person != "" {
		path = "/people/" + url.PathEscape(person) + "/export"
	}
	return call[json.RawMessage](ctx, c, http.MethodGet, path, nil)
}

// Person is somebody who may be paged, as far as the command line needs it.
type Person struct {
	FullName string `json:"full_name"`
}

// Person returns a person.
func (c *Client) Person(ctx context.Context, name string) (Answer[Person], error) {
	return call[Person](ctx, c, http.MethodGet, "/people/"+url.PathEscape(name), nil)
}

// Erased is somebody who was erased.
type Erased struct {
	As     string `json:"as"` // what the record calls them
	Places []struct {
		Path     string `json:"path"`
		Sentence string `json:"sentence"`
	} `json:"places"` // where they stood
}

// Erase erases a person; a successor ("" is nobody) takes over their places. A
// dry run only says where they stand.
func (c *Client) Erase(ctx context.Context, person, successor string, dryRun bool) (Answer[Erased], error) {
	body := map[string]any{"dry_run": dryRun}
	if successor != "" {
		body["successor"] = successor
	}
	return call[Erased](ctx, c, http.MethodPost, "/people/"+url.PathEscape(person)+"/erase", body)
}

// Deed is one line of the audit log.
type Deed struct {
	ID     string         `json:"id"`
	At     time.Time      `json:"at"`
	Actor  string         `json:"actor"`
	Action string         `json:"action"`
	Target string         `json:"target"`
	Doc    map[string]any `json:"doc"`
}

// AuditRange is which part of the audit log is asked for, in RFC 3339; "" is no
// bound.
type AuditRange struct {
	From, To string
}

func (r AuditRange) query() url.Values {
	q := url.Values{}
	if r.From != "" {
		q.Set("from", r.From)
	}
	if r.To != "" {
		q.Set("to", r.To)
	}
	return q
}

// Audit returns a part of the audit log, the newest first.
func (c *Client) Audit(ctx context.Context, r AuditRange, cursor string) (Answer[List[Deed]], error) {
	q := r.query()
	q.Set("limit", "500")
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	return call[List[Deed]](ctx, c, http.MethodGet, "/audit?"+q.Encode(), nil)
}

// AuditCSV writes the audit log as CSV, however long it is.
func (c *Client) AuditCSV(ctx context.Context, r AuditRange, to io.Writer) error {
	q := r.query()
	q.Set("format", "csv")
	request, err := c.request(ctx, http.MethodGet, "/audit?"+q.Encode(), nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "text/csv, application/problem+json")
	response, err := c.http.Do(request)
	if err != nil {
		return c.unreachable(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= 300 {
		body, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
		return c.refused(response, body)
	}
	_, err = io.Copy(to, response.Body)
	return err
}
