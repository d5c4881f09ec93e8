// Package client talks to a Firehall server's API, for the command line.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// Limits of a call.
const (
	within    = time.Minute
	maxAnswer = 64 << 20 // bytes
)

// Client calls one server as the owner of a token. It is safe for many
// goroutines.
type Client struct {
	base  string // without a slash at the end
	token string
	agent string
	http  *http.Client
}

// New returns a client of the server at an address such as
// https://firehall.example.com. It fails with a sentence when that is none.
func New(server, token, version string) (*Client, error) {
	u, err := url.Parse(server)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("%q is not the address of a server; write one like https://firehall.example.com (--url or FIREHALL_URL)", server)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	return &Client{
		base: u.Scheme + "://" + u.Host, token: token, agent: "firehall-cli/" + version,
		http: &http.Client{Timeout: within, Transport: transport, CheckRedirect: stay},
	}, nil
}

// stay follows no redirect: the token would travel along.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Answer is what the server said: read, and as it came.
type Answer[T any] struct {
	Value T
	Raw   json.RawMessage
}

// call sends one request and reads the answer. It fails with a *Problem when
// the server refuses.
func call[T any](ctx context.Context, c *Client, method, path string, in any) (Answer[T], error) {
	var out Answer[T]
	request, err := c.request(ctx, method, path, in)
	if err != nil {
		return out, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return out, c.unreachable(err)
	}
	defer func() { _ = response.Body.Close() }()
	out.Raw, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return out, fmt.Errorf("the answer of %s broke off: %w", c.base, errors.Unwrap(err))
	}
	if response.StatusCode >= 300 {
		return out, c.refused(response, out.Raw)
	}
	if err := json.Unmarshal(out.Raw, &out.Value); err != nil {
		return out, fmt.Errorf("%s answered something that is not Firehall's: is the address right?", c.base)
	}
	return out, nil
}

func (c *Client) request(ctx context.Context, method, path string, in any) (*http.Request, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("write the request: %w", err)
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+path, body)
	if err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	request.Header.Set("User-Agent", c.agent)
	request.Header.Set("Accept", "application/json")
	if in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	return request, nil
}

// unreachable says why there was no answer.
func (c *Client) unreachable(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return &NoServer{c.base}
	case errors.Is(err, http.ErrSchemeMismatch) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return fmt.Errorf("%s cannot be used: it speaks http, not https; write the address with http://", c.base)
	case errors.Is(err, context.Canceled):
		return err
	}
	return fmt.Errorf("%s cannot be reached: %w", c.base, err)
}

// NoServer is the error of an address at which no server answers.
type NoServer struct{ base string }

func (n *NoServer) Error() string {
	return "no server answers at " + n.base + "; is it running? Another address goes into --url or FIREHALL_URL"
}

// Problem is a refusal of the server.
type Problem struct {
	Status int       `json:"status"`
	Title  string    `json:"title"`
	Detail string    `json:"detail"`
	Errors []Mistake `json:"errors"`
}

// Mistake is one thing that is wrong in what was sent.
type Mistake struct {
	Location string `json:"location"` // like people.ana.zone
	Message  string `json:"message"`
}

// Error returns the server's sentence and those about its fields, none twice.
func (p *Problem) Error() string {
	var lines []string
	if p.Detail != "" {
		lines = append(lines, p.Detail)
	}
	for _, m := range p.Errors {
		line := strings.TrimPrefix(m.Location+": "+m.Message, ": ")
		if m.Message != p.Detail && line != p.Detail {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("the server answered %d %s", p.Status, p.Title)))
	}
	return strings.Join(lines, "\n")
}

// refused reads a refusal, also of something that stands in front of Firehall.
func (c *Client) refused(response *http.Response, body []byte) error {
	p := &Problem{}
	if json.Unmarshal(body, p) != nil || (p.Detail == "" && len(p.Errors) == 0) {
		p = &Problem{Title: http.StatusText(response.StatusCode)}
		if to := response.Header.Get("Location"); to != "" {
			p.Detail = c.base + " sends callers elsewhere; use the address itself in --url or FIREHALL_URL"
		}
	}
	p.Status = response.StatusCode
	switch {
	case p.Status != http.StatusUnauthorized:
	case c.token == "":
		p.Detail = "this needs a token; set FIREHALL_TOKEN"
	default:
		p.Detail = "the token in FIREHALL_TOKEN is not valid at " + c.base + ": was it deleted, or is it another installation's?"
	}
	return p
}
