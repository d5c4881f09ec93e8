package channel

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"firehall/internal/fault"
)

// Guard keeps calls that somebody else's setup asked for (contacts, monitors,
// webhooks) away from the network that Firehall itself stands in. It looks at
// the address that is about to be connected to, after names were resolved and
// after every redirect, so a name that changes its mind gains nothing. It is
// safe for many goroutines.
type Guard struct {
	allow     []netip.Prefix
	resolver  *net.Resolver // nil for the system's
	transport *http.Transport
}

// NewGuard returns a Guard that lets calls through to outer addresses and to
// those in allow. roots are the authorities to believe, nil for the system's.
func NewGuard(allow []netip.Prefix, roots *x509.CertPool) *Guard {
	g := &Guard{}
	for _, p := range allow {
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		g.allow = append(g.allow, p.Masked())
	}
	g.transport = newTransport(g.Dial, roots)
	return g
}

// InnerAddress is the error of a call to an address that is not allowed. It is
// final: it will be refused again.
type InnerAddress struct {
	Addr netip.Addr
}

// Error returns a sentence with the way out.
func (e *InnerAddress) Error() string {
	return e.Addr.String() + " is an inner address; to allow it set FIREHALL_ALLOW_PRIVATE_NETWORKS=" + prefixAround(e.Addr).String()
}

// prefixAround is what an operator would allow to reach addr.
func prefixAround(addr netip.Addr) netip.Prefix {
	if addr.Is4() && addr.IsLoopback() {
		return netip.MustParsePrefix("127.0.0.0/8")
	}
	return netip.PrefixFrom(addr, addr.BitLen())
}

// CheckAddr fails with an InnerAddress when addr may not be called. An
// address that carries another one (NAT64, 6to4) is as good as that one.
func (g *Guard) CheckAddr(addr netip.Addr) error {
	addr = addr.WithZone("").Unmap()
	for a := addr; ; {
		if g.allows(a) {
			return nil
		}
		carried, ok := carriedBy(a)
		if !ok {
			break
		}
		a = carried
	}
	if inner(addr) {
		return &InnerAddress{Addr: addr}
	}
	return nil
}

func (g *Guard) allows(addr netip.Addr) bool {
	for _, p := range g.allow {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// CheckURL says what is wrong with a URL that is to be called, as far as that
// can be known without a look-up. Its sentences do not repeat the URL. It
// fails with fault.Invalid.
func (g *Guard) CheckURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || raw != strings.TrimSpace(raw) {
		return fault.New(fault.Invalid, "this is not a URL; write it like https://example.com/hook")
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fault.New(fault.Invalid, "a URL that Firehall calls begins with https:// or http://")
	case u.Hostname() == "":
		return fault.New(fault.Invalid, "the URL names no host; write it like https://example.com/hook")
	case u.User != nil:
		return fault.New(fault.Invalid, "the URL holds a user name or password before the @; leave them out")
	case len(u.Port()) > 0 && !isPort(u.Port()):
		return fault.New(fault.Invalid, "there is no such port as the URL names; write one from 1 to 65535, or leave it out")
	}
	return g.checkHost(u.Hostname())
}

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0
}

// checkHost refuses a host that is an inner address as it stands.
func (g *Guard) checkHost(host string) error {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		name = "127.0.0.1"
		if g.CheckAddr(netip.IPv6Loopback()) == nil {
			name = "::1"
		}
	}
	addr, err := netip.ParseAddr(name)
	if err != nil {
		return nil // a name: Dial looks at what it stands for
	}
	if err := g.CheckAddr(addr); err != nil {
		return fault.New(fault.Invalid, "%s", err.Error())
	}
	return nil
}

// Dial connects like net.Dialer, but only to allowed addresses. When none of a
// name's addresses is allowed it fails with an InnerAddress.
func (g *Guard) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	watch := &dialWatch{guard: g}
	dialer := net.Dialer{Timeout: Within, Resolver: g.resolver, Control: watch.control}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, watch.verdict(err)
	}
	return conn, nil
}

// dialWatch looks at each address that one Dial tries, some of them at once.
type dialWatch struct {
	guard   *Guard
	mu      sync.Mutex
	passed  bool          // an allowed address was tried
	refused *InnerAddress // the last address that was not
}

// control is called with the real address before each connection is made.
func (w *dialWatch) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return errors.New("the address to connect to cannot be read")
	}
	err = w.guard.CheckAddr(to.Addr())
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.passed = true
	} else {
		errors.As(err, &w.refused)
	}
	return err
}

// errNoAnswer stands for the error of the allowed addresses, which net.Dialer
// drops when another address failed first.
var errNoAnswer = errors.New("no address that may be called answered")

// verdict returns what a failed Dial fails with: only when every address was
// refused is that the reason.
func (w *dialWatch) verdict(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var here *InnerAddress
	switch {
	case w.refused != nil && !w.passed:
		return w.refused
	case errors.As(err, &here):
		return errNoAnswer
	}
	return err
}

// Close gives up idle connections.
func (g *Guard) Close() { g.transport.CloseIdleConnections() }
