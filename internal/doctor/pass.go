package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// largest is the size of the largest message that a source may send, in bytes.
const largest = 16 << 20

// passes says what a proxy keeps from Firehall: the header with a token, and
// large messages. Without a token it says nothing. It sends none in the clear
// over a network.
func (v Visitor) passes(ctx context.Context, u *url.URL) []Diagnosis {
	if v.Token == "" || (u.Scheme != "https" && !local(u.Hostname())) {
		return nil
	}
	var out []Diagnosis
	status, err := v.status(ctx, http.MethodGet, "/api/v1/me", nil)
	if err == nil && status == http.StatusUnauthorized {
		out = append(out, Bad("a proxy takes the header Authorization away: no token works from outside", "let the proxy pass Authorization unchanged"))
	}
	status, err = v.status(ctx, http.MethodPost, "/healthz", unread{})
	if err == nil && status == http.StatusRequestEntityTooLarge {
		out = append(out, Bad(fmt.Sprintf("a proxy refuses messages of %d MiB with 413: the largest groups of Alertmanager are lost", largest>>20), "let it pass bodies of 16 MiB, in nginx with client_max_body_size 16m"))
	}
	return out
}

// status asks a path and returns the status of the answer.
func (v Visitor) status(ctx context.Context, method, path string, body io.Reader) (int, error) {
	request, err := http.NewRequestWithContext(ctx, method, v.URL+path, body)
	if err != nil {
		return 0, err
	}
	if body == nil {
		request.Header.Set("Authorization", "Bearer "+v.Token)
	} else {
		request.ContentLength = largest
		request.Header.Set("Expect", "100-continue")
	}
	response, err := v.Client.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// unread is a body that is announced and never sent: who wants to read it has
// not refused its length.
type unread struct{}

var errWanted = errors.New("the body is wanted")

// Read implements io.Reader.
func (unread) Read([]byte) (int, error) { return 0, errWanted }
