package channel

import (
	"context"
	netmail "net/mail"
	"net/url"
	"strings"
	"time"

	"firehall/internal/fault"
)

// email sends mail through the installation's mail server.
type email struct {
	server *mailServer // nil when there is none
	writer mailWriter
}

// newEmail reads FIREHALL_SMTP_URL. It fails with fault.Invalid when that is
// set and wrong.
func newEmail(o Options) (*email, error) {
	if o.SMTPURL == "" {
		return &email{}, nil
	}
	server, err := parseSMTP(o.SMTPURL)
	if err != nil {
		return nil, err
	}
	server.roots = o.Roots
	server.helo = mailHost(o.PublicURL, server.from)
	return &email{server: server, writer: newMailWriter(server.from, server.helo, o.Now)}, nil
}

// mailHost is the host that message ids end in and that greets the mail
// server: the public URL's, or else the sender's.
func mailHost(publicURL string, from *netmail.Address) string {
	if u, err := url.Parse(publicURL); err == nil && u.Hostname() != "" && !strings.Contains(u.Hostname(), ":") {
		return u.Hostname()
	}
	_, host, _ := strings.Cut(from.Address, "@")
	return host
}

// maxAddress is the longest address that SMTP carries, in bytes.
const maxAddress = 254

// Validate implements Channel.
func (e *email) Validate(c Contact) error {
	if !isMailAddress(c.To) {
		return fault.At("to", "this is not a mail address; write it like ana@example.com")
	}
	return nil
}

// isMailAddress says whether s is an address alone, without a name, a comment
// or anything that could end a line.
func isMailAddress(s string) bool {
	a, err := netmail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s && len(s) <= maxAddress && line(s, maxAddress) == s
}

// Send implements Channel.
func (e *email) Send(ctx context.Context, c Contact, n Notice) Outcome {
	if e.server == nil {
		return Outcome{Status: Refused, Words: "no mail server is set: set FIREHALL_SMTP_URL"}
	}
	if err := e.Validate(c); err != nil {
		return Outcome{Status: Refused, Words: fault.Of(err).Fields[0].Sentence}
	}
	mail, err := e.writer.write(c.To, n)
	if err != nil {
		return Outcome{Status: Refused, Words: "the mail cannot be written: " + err.Error()}
	}
	o := e.server.deliver(ctx, c.To, mail)
	o.Words = without(append(n.secrets(), c.To, e.server.password), o.Words)
	return o
}

// when says an instant where the person lives: "Fri 20 Nov 2026, 03:07 WET".
func when(at time.Time, zone *time.Location) string {
	return at.In(zone).Format("Mon 2 Jan 2006, 15:04 MST")
}
