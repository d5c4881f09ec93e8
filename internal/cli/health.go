package cli

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"
)

// healthCommand is for health checks of containers, which have no curl.
type healthCommand struct {
	Listen      string `env:"FIREHALL_LISTEN" default:":8080" placeholder:"[HOST]:PORT" help:"Where the node on this machine listens, :8080 by default."`
	TLSCertFile string `name:"tls-cert-file" env:"FIREHALL_TLS_CERT_FILE" placeholder:"FILE" help:"Set when the node speaks https."`
}

// Help implements kong.HelpProvider.
func (healthCommand) Help() string {
	return "Asks the node on this machine GET /healthz. The exit code is 0 when it answers 200, else 1.\n\nExample:\n\n    firehall health"
}

// healthWithin is how long a node that lives may take.
const healthWithin = 3 * time.Second

// Run asks.
func (c healthCommand) Run(ctx context.Context) error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("%q is not an address to listen on; write one like :8080", c.Listen)
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	url := "http://"
	transport := &http.Transport{Proxy: nil, DisableKeepAlives: true}
	if c.TLSCertFile != "" {
		url = "https://"
		// Its certificate is for the public name; nothing is sent or believed.
		transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	}
	url += net.JoinHostPort(host, port) + "/healthz"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	answer, err := (&http.Client{Transport: transport, Timeout: healthWithin}).Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, answer.Status)
	}
	return nil
}
