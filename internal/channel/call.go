package channel

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// callHTTP sends one request through client and says what became of it.
// secrets is what the answer's words must not repeat. A failure before there
// was a connection is Retry; one after it is Unknown, for the request may have
// been read; what the guard refuses is Refused.
func callHTTP(client *http.Client, req *http.Request, now func() time.Time, secrets []string) Outcome {
	o, _ := exchange(client, req, now, secrets)
	return o
}

// reply is what a provider answered.
type reply struct {
	body []byte // up to maxAnswer bytes of it
	html bool   // it is a page for people
}

// exchange is callHTTP, and returns the answer; a zero reply when there was
// none.
func exchange(client *http.Client, req *http.Request, now func() time.Time, secrets []string) (Outcome, reply) {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { connected.Store(false) }, // again after a redirect or a stale connection
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}
	resp, err := client.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		return failed(err, connected.Load(), secrets), reply{}
	}
	defer resp.Body.Close()
	return answered(resp, now(), secrets)
}

// failed returns the outcome of a call without an answer. connected says
// whether the request may have left.
func failed(err error, connected bool, secrets []string) Outcome {
	var (
		inner    *InnerAddress
		redirect *errRedirect
	)
	switch {
	case errors.As(err, &redirect):
		return Outcome{Status: Refused, Words: redirect.Error()}
	case errors.As(err, &inner):
		return Outcome{Status: Refused, Words: inner.Error()}
	case connected:
		return Outcome{Status: Unknown, Words: without(secrets, CallWords(err)) + " after the request was sent"}
	}
	return Outcome{Status: Retry, Words: without(secrets, CallWords(err))}
}

// maxAnswer is how much of an answer's body is read, in bytes.
const maxAnswer = 4 << 10

// answered returns an answer and its outcome: 2xx is Accepted; 408, 429 and 5xx
// are Retry; all else is Refused.
func answered(resp *http.Response, now time.Time, secrets []string) (Outcome, reply) {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	r := reply{body: body, html: strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")}
	words := resp.Status
	if len(body) > 0 && !r.html {
		words += ": " + string(body)
	}
	o := Outcome{Status: Refused, Words: without(secrets, words)}
	switch code := resp.StatusCode; {
	case code >= 200 && code <= 299:
		o.Status = Accepted
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code >= 500:
		o.Status = Retry
		o.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), now)
	}
	return o, r
}

// maxRetryAfter is the longest wait that a provider can ask for.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads a Retry-After header, in seconds or as a date. It returns 0
// for none, for one that cannot be read and for one in the past.
func retryAfter(header string, now time.Time) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.ParseInt(header, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}

// CallWords says why a call failed, in a few words without the address that
// was called: the text of net/http holds URLs, and those are secrets.
func CallWords(err error) string {
	var (
		inner *InnerAddress
		dns   *net.DNSError
		timed net.Error
	)
	switch {
	case errors.As(err, &inner):
		return inner.Error()
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the host's name was not found"
	case errors.As(err, &dns):
		return "the host's name could not be looked up"
	case errors.Is(err, context.Canceled):
		return "the call was broken off"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timed) && timed.Timeout():
		return "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no route to the host"
	}
	if words := tlsWords(err); words != "" {
		return words
	}
	if text := innermost(err).Error(); !strings.Contains(text, "/") { // no URL and no path is in it
		return line(text, MaxWords)
	}
	return "the call failed"
}

// tlsWords says what is wrong with a certificate or a TLS connection, or "".
func tlsWords(err error) string {
	var (
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		record  tls.RecordHeaderError
		alert   tls.AlertError
	)
	switch {
	case errors.As(err, &unknown):
		return "TLS failed: the certificate is signed by an authority that is not known here"
	case errors.As(err, &host):
		return "TLS failed: the certificate is for another host"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "TLS failed: the certificate has expired or is not valid yet"
	case errors.As(err, &invalid):
		return "TLS failed: the certificate is not valid"
	case errors.As(err, &record):
		return "TLS failed: the other side does not speak TLS"
	case errors.As(err, &alert):
		return "TLS failed: " + alert.Error()
	}
	return ""
}

// innermost returns the last error in err's chain: the outer ones repeat
// addresses.
func innermost(err error) error {
	for next := err; next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err
}
