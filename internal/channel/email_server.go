package channel

import (
	"crypto/x509"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/url"

	"firehall/internal/fault"
)

// security says how the connection to a mail server is protected.
type security string

const (
	startTLS security = "starttls" // smtp://: from the first command after the greeting on
	implicit security = "implicit" // smtps://: from the first byte on
	none     security = "none"     // smtp://…?tls=off
)

// mailServer is where mail goes, from FIREHALL_SMTP_URL.
type mailServer struct {
	host, port     string
	security       security
	user, password string           // "" when the server asks for none
	from           *netmail.Address // the envelope's and the mail's sender
	helo           string           // how we introduce ourselves
	roots          *x509.CertPool
}

const smtpExample = "write it like smtp://user:password@mail.example.com:587?from=firehall@example.com"

// parseSMTP reads FIREHALL_SMTP_URL:
//
//	smtp://user:pass@host[:587]?from=ADDRESS[&tls=off]
//	smtps://user:pass@host[:465]?from=ADDRESS
//
// It fails with fault.Invalid; its sentences never hold the password.
func parseSMTP(raw string) (*mailServer, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fault.New(fault.Invalid, "it is not a URL; %s (a character like / # ? @ or %% in the password is written %%2F %%23 %%3F %%40 %%25)", smtpExample)
	}
	s := &mailServer{host: u.Hostname(), port: u.Port(), user: u.User.Username()}
	s.password, _ = u.User.Password()
	switch {
	case u.Scheme != "smtp" && u.Scheme != "smtps":
		return nil, fault.New(fault.Invalid, "it begins with smtp:// or smtps://; %s", smtpExample)
	case s.host == "":
		return nil, fault.New(fault.Invalid, "it names no host; %s", smtpExample)
	case u.Path != "" && u.Path != "/":
		return nil, fault.New(fault.Invalid, "it has a path after the host, which means nothing; %s", smtpExample)
	}
	s.security, s.port = startTLS, orElse(s.port, "587")
	if u.Scheme == "smtps" {
		s.security, s.port = implicit, orElse(u.Port(), "465")
	}
	return s, s.readOptions(u.Query())
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// readOptions reads what stands after the question mark.
func (s *mailServer) readOptions(q url.Values) error {
	for name := range q {
		if name != "from" && name != "tls" {
			return fault.New(fault.Invalid, "it has an option %q that does not exist; there are from and tls", name)
		}
	}
	from, err := netmail.ParseAddress(q.Get("from"))
	if err != nil || !isMailAddress(from.Address) {
		return fault.New(fault.Invalid, "it names no sender: end it with ?from=firehall@example.com")
	}
	s.from = from
	switch tls := q.Get("tls"); {
	case tls == "":
		return nil
	case tls != "off":
		return fault.New(fault.Invalid, "it has tls=%q; leave it out, or write tls=off for a server that speaks no TLS", tls)
	case s.security == implicit:
		return fault.New(fault.Invalid, "it says smtps:// and tls=off; take one of them away")
	case s.user != "" && !isLoopback(s.host):
		return fault.New(fault.Invalid, "it has a password and tls=off: it would cross the network in the clear; take one of them away, or use a server on this machine")
	}
	s.security = none
	return nil
}

// isLoopback says whether host is this machine.
func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// address is what to connect to.
func (s *mailServer) address() string { return net.JoinHostPort(s.host, s.port) }
