package app

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// believeProxies sets the request's remote address to the client's, when the
// request comes from a trusted proxy. Of X-Forwarded-For it takes the last
// address that is no trusted proxy: what stands before it anybody can write.
func (a *App) believeProxies(r *http.Request) {
	trusted := a.opts.Config.TrustedProxies
	if len(trusted) == 0 || !trusts(trusted, addrOf(remoteHost(r))) {
		return
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		addr := addrOf(strings.TrimSpace(hop))
		if !addr.IsValid() {
			return
		}
		r.RemoteAddr = net.JoinHostPort(addr.String(), "0")
		if !trusts(trusted, addr) {
			return
		}
	}
}

func trusts(list []netip.Prefix, addr netip.Addr) bool {
	return addr.IsValid() && slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// addrOf reads an address, one with a port too. It is not valid when it cannot
// be read.
func addrOf(text string) netip.Addr {
	if ap, err := netip.ParseAddrPort(text); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	addr, _ := netip.ParseAddr(strings.Trim(text, "[]"))
	return addr.Unmap().WithZone("")
}

// remoteHost returns the address that a request comes from.
func remoteHost(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// isLocal says whether a request comes from this machine itself. One that a
// proxy on this machine handed on does not.
func isLocal(r *http.Request) bool {
	for _, name := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	return addrOf(remoteHost(r)).IsLoopback()
}
