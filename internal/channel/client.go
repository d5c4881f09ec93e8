package channel

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"time"

	"firehall/internal/fault"
)

// Client returns a client that goes through the guard, for calls of at most
// timeout in all (0: only the request's context ends it). It keeps
// connections, ignores proxy variables, keeps no cookies, and follows at most
// three redirects, each only to a URL that passes the guard, never from https
// to http, and after anything but GET or HEAD only those that keep the method
// (307, 308). An error of it is a *url.Error, which prints the URL: take
// CallWords of it.
func (g *Guard) Client(timeout time.Duration) *http.Client {
	return &http.Client{Transport: g.transport, Timeout: timeout, CheckRedirect: g.checkRedirect}
}

// newTransport returns the transport of all guarded calls. It speaks HTTP/1.1
// alone: one HTTP/2 connection that died in silence would swallow every page
// to its host until the kernel notices.
func newTransport(dial func(context.Context, string, string) (net.Conn, error), roots *x509.CertPool) *http.Transport {
	return &http.Transport{
		Proxy:                  nil, // also not from the environment
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    Within,
		MaxIdleConns:           1024,
		MaxIdleConnsPerHost:    256,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
	}
}

// maxRedirects is how many redirects are followed.
const maxRedirects = 3

// errRedirect says that a redirect was not followed. It is final.
type errRedirect struct{ why string }

func (e *errRedirect) Error() string { return "the redirect was not followed: " + e.why }

func (g *Guard) checkRedirect(next *http.Request, via []*http.Request) error {
	next.Header.Del("Referer") // it holds the URL that we came from, a secret
	first, last := via[0], via[len(via)-1]
	reads := first.Method == http.MethodGet || first.Method == http.MethodHead
	switch code := next.Response.StatusCode; {
	case len(via) > maxRedirects:
		return &errRedirect{"there were more than three"}
	case !reads && code != http.StatusTemporaryRedirect && code != http.StatusPermanentRedirect:
		return &errRedirect{"only 307 and 308 are, because they keep the method"}
	case last.URL.Scheme == "https" && next.URL.Scheme != "https":
		return &errRedirect{"it leads from https to http"}
	}
	if err := g.CheckURL(next.URL.String()); err != nil {
		return &errRedirect{fault.Of(err).Sentence}
	}
	return nil
}
