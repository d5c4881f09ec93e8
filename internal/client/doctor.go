package client

import (
	"context"
	"net/http"

	"firehall/internal/doctor"
)

// Doctor has the server look at itself.
func (c *Client) Doctor(ctx context.Context) (Answer[doctor.Report], error) {
	return call[doctor.Report](ctx, c, http.MethodGet, "/doctor", nil)
}

// Base returns the address of the server, without a slash at its end.
func (c *Client) Base() string { return c.base }
