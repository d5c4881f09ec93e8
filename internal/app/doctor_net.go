package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"firehall/internal/doctor"
)

// clocks compares this machine's clock with others.
func (p *patient) clocks(ctx context.Context) []doctor.Diagnosis {
	var out []doctor.Diagnosis
	if i, err := p.inspect(ctx); err == nil && !i.Clock.IsZero() {
		ahead, doubt := doctor.Ahead(i.Before, i.Clock, i.Clock, i.After)
		out = append(out, doctor.Clock("this node", "PostgreSQL", ahead, doubt))
	}
	if f, ok := p.outsideClock(ctx); ok {
		out = append(out, f)
	}
	if len(out) == 0 {
		out = append(out, doctor.Good("there is no other clock to compare the server's with than that of who asks"))
	}
	return out
}

// outsideClock compares with the watchdog's server, without a heartbeat. It
// finds nothing when that gives no answer.
func (p *patient) outsideClock(ctx context.Context) (doctor.Diagnosis, bool) {
	if p.clock == "" || p.outside == nil {
		return doctor.Diagnosis{}, false
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, p.clock, nil)
	if err != nil {
		return doctor.Diagnosis{}, false
	}
	before := p.now()
	response, err := p.outside.Do(request)
	if err != nil {
		return doctor.Diagnosis{}, false
	}
	_ = response.Body.Close()
	said, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return doctor.Diagnosis{}, false
	}
	said = said.Add(time.Second / 2) // it says whole seconds
	ahead, doubt := doctor.Ahead(before, said, said, p.now())
	return doctor.Clock("this node", "the server of installation.heartbeat_url", ahead, doubt+time.Second/2), true
}

// certificate looks at the certificate that Firehall itself shows.
func (p *patient) certificate(context.Context) []doctor.Diagnosis {
	c := p.config
	if !c.TLS() {
		return []doctor.Diagnosis{doctor.Good("Firehall itself speaks no TLS; a proxy may")}
	}
	const mend = "renew it; the files are read again by themselves"
	pair, err := tls.LoadX509KeyPair(c.TLSCertFile, c.TLSKeyFile)
	if err != nil {
		return []doctor.Diagnosis{doctor.Bad("the certificate in "+c.TLSCertFile+" cannot be used: "+reason(err), "put a certificate with its chain there, and its key into FIREHALL_TLS_KEY_FILE; the next start fails without")}
	}
	return []doctor.Diagnosis{doctor.Certificate("the certificate in "+c.TLSCertFile, pair.Leaf.NotAfter, p.now(), mend)}
}

// mailServer talks to the mail server and sends nothing.
func (p *patient) mailServer(ctx context.Context) []doctor.Diagnosis {
	if p.config.SMTPURL == "" {
		if p.mails > 0 {
			return []doctor.Diagnosis{doctor.Bad(count(p.mails, "contact is a mail address", "contacts are mail addresses")+" and there is no mail server", "set FIREHALL_SMTP_URL")}
		}
		return []doctor.Diagnosis{doctor.Good("there is no mail server, and nobody has a mail address as a contact")}
	}
	m, err := p.mail(ctx)
	if err != nil {
		return []doctor.Diagnosis{doctor.Bad(fmt.Sprintf("the mail server %s cannot be used: %s", m.Server, err), "look at FIREHALL_SMTP_URL, and whether this machine may reach that port")}
	}
	how := "in the clear"
	if m.Secured {
		how = "over TLS"
	}
	if m.SignedIn {
		how += ", signed in"
	}
	out := []doctor.Diagnosis{doctor.Good(fmt.Sprintf("the mail server %s takes mail (%s); nothing was sent", m.Server, how))}
	if m.Secured {
		out = append(out, doctor.Certificate("the certificate of the mail server", m.Until, p.now(), "renew it on the mail server"))
	}
	return out
}

func tlsWith(roots *x509.CertPool) *tls.Config {
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
}

// passwordOf returns the password in an address; "" when there is none.
func passwordOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	secret, _ := u.User.Password()
	return secret
}
