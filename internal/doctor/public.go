package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"firehall/internal/channel"
)

// ProofHeader is the header in which /healthz?nonce=… proves which installation
// answers: the nonce, a dot, and a signature of it.
const ProofHeader = "Firehall-Proof"

// DripWait is how long /healthz?…&drip=1 waits between its two lines.
const DripWait = 300 * time.Millisecond

// Visitor asks an installation by its public address.
type Visitor struct {
	Client       *http.Client // follows no redirect
	URL          string       // FIREHALL_PUBLIC_URL; "" when it is not set
	Nonce, Proof string       // what this installation answers
	From         string       // who asks, like "this machine"
	Unreached    Level        // how grave it is when there is no answer
	Token        string       // to see that proxies pass it; "" leaves that out
	Now          func() time.Time
}

const setPublicURL = "set FIREHALL_PUBLIC_URL to the address by which people reach this installation, like https://firehall.example.com"

// Look asks and returns what was found.
func (v Visitor) Look(ctx context.Context) []Diagnosis {
	if v.URL == "" {
		return []Diagnosis{Warn("FIREHALL_PUBLIC_URL is not set: links in pages lead to the address that the server listens on", setPublicURL)}
	}
	u, err := url.Parse(v.URL)
	if err != nil {
		return []Diagnosis{Bad("FIREHALL_PUBLIC_URL is no address", setPublicURL)}
	}
	out := v.scheme(u)
	a, err := v.ask(ctx)
	if err != nil {
		return append(out, v.unreached(err, u))
	}
	if wrong, ok := v.stranger(a); !ok {
		return append(out, wrong)
	}
	out = append(out, Good(fmt.Sprintf("%s reaches this installation from %s", v.URL, v.From)))
	if a.held {
		out = append(out, Warn("a proxy holds answers back until they are whole: what is shown live would stand still", "switch buffering off there, in nginx with proxy_buffering off"))
	}
	if !a.until.IsZero() {
		out = append(out, Certificate("the certificate of "+u.Host, a.until, v.Now(), "renew it where TLS ends, and look why that did not happen by itself"))
	}
	return append(out, v.passes(ctx, u)...)
}

// scheme says what is wrong with the address as it is written.
func (v Visitor) scheme(u *url.URL) []Diagnosis {
	switch {
	case local(u.Hostname()):
		return []Diagnosis{Warn(fmt.Sprintf("FIREHALL_PUBLIC_URL leads to %s, which is every reader's own machine: from a phone nobody can answer", u.Host), setPublicURL)}
	case u.Scheme != "https":
		return []Diagnosis{Warn("FIREHALL_PUBLIC_URL is not https: links that answer for a person cross the network in the clear", "use TLS here or at a proxy, and write https:// in FIREHALL_PUBLIC_URL")}
	}
	return nil
}

func local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && (ip.IsLoopback() || ip.IsUnspecified()))
}

// reply is what was answered.
type reply struct {
	status   int
	proof    string
	location string
	body     string
	held     bool      // both lines came at once
	until    time.Time // of the certificate; zero without TLS
}

func (v Visitor) ask(ctx context.Context) (reply, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.URL+"/healthz?drip=1&nonce="+url.QueryEscape(v.Nonce), nil)
	if err != nil {
		return reply{}, err
	}
	response, err := v.Client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	began := time.Now()
	body, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	if err != nil {
		return reply{}, err
	}
	out := reply{
		status: response.StatusCode, proof: response.Header.Get(ProofHeader), location: response.Header.Get("Location"), body: string(body),
		held: time.Since(began) < DripWait/3,
	}
	if response.TLS != nil && len(response.TLS.PeerCertificates) > 0 {
		out.until = response.TLS.PeerCertificates[0].NotAfter
	}
	return out, nil
}

// stranger says who else answers; ok when it is this installation.
func (v Visitor) stranger(a reply) (f Diagnosis, ok bool) {
	nonce, _, _ := strings.Cut(a.proof, ".")
	switch {
	case a.status == http.StatusOK && a.proof == v.Proof:
		return f, true
	case a.status == http.StatusBadGateway || a.status == http.StatusServiceUnavailable || a.status == http.StatusGatewayTimeout:
		return Bad(fmt.Sprintf("a proxy answers at %s with %d: it does not reach Firehall", v.URL, a.status), "look at the address that the proxy passes requests to, and whether Firehall listens there"), false
	case a.status >= 300 && a.status < 400:
		return Bad(fmt.Sprintf("%s leads callers elsewhere: senders do not follow, and messages are lost", v.URL), "write the address that it leads to into FIREHALL_PUBLIC_URL, or let the proxy pass requests instead"), false
	case a.status != http.StatusOK:
		return Bad(fmt.Sprintf("%s answers %d to GET /healthz: a proxy asks for a sign-in there, or another server answers", v.URL, a.status), "let the proxy pass every path to Firehall unchanged; Firehall asks for tokens itself"), false
	case a.proof == "" && a.body == "ok\nok\n":
		return Bad(fmt.Sprintf("a proxy at %s takes parts of answers or requests away: it passed neither the query nor the header %s", v.URL, ProofHeader), "let the proxy pass queries and headers unchanged"), false
	case a.proof == "":
		return Bad(fmt.Sprintf("another server answers at %s, or a proxy that takes queries or headers away", v.URL), "look where its name and its proxy lead, and let the proxy pass queries and headers unchanged"), false
	case nonce != v.Nonce:
		return Bad(fmt.Sprintf("a cache at %s repeats old answers", v.URL), "switch caching off for Firehall: nothing of it may be kept"), false
	}
	return Bad(fmt.Sprintf("another Firehall answers at %s: its secret key is another one", v.URL), "look where its name leads; nodes of one cluster need the same secret key"), false
}

// unreached says why there was no answer.
func (v Visitor) unreached(err error, u *url.URL) Diagnosis {
	f := Diagnosis{
		Level: v.Unreached, Sentence: fmt.Sprintf("%s cannot be reached from %s: %s", v.URL, v.From, channel.CallWords(err)),
		Mend: "look whether its name leads here, the firewall lets it in, and the proxy runs",
	}
	var (
		name    *net.DNSError
		invalid x509.CertificateInvalidError
		verify  *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &name):
		f.Mend = fmt.Sprintf("enter %s in the DNS, or mend FIREHALL_PUBLIC_URL", u.Hostname())
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired, errors.As(err, &verify):
		f.Level, f.Mend = Problem, "renew the certificate where TLS ends, for this name and with its whole chain"
	}
	return f
}
