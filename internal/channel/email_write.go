package channel

import (
	"bytes"
	"cmp"
	_ "embed"
	htmltemplate "html/template"
	netmail "net/mail"
	"strconv"
	"strings"
	texttemplate "text/template"
	"time"

	"github.com/wneessen/go-mail"

	"firehall/internal/alert"
)

//go:embed email.html.tmpl
var emailHTML string

//go:embed email.txt.tmpl
var emailText string

// mailWriter writes mails. It is safe for many goroutines.
type mailWriter struct {
	from *netmail.Address
	host string // what message ids end in
	now  func() time.Time
	html *htmltemplate.Template
	text *texttemplate.Template
}

func newMailWriter(from *netmail.Address, host string, now func() time.Time) mailWriter {
	return mailWriter{
		from: from, host: host, now: now,
		html: htmltemplate.Must(htmltemplate.New("html").Parse(emailHTML)),
		text: texttemplate.Must(texttemplate.New("text").Parse(emailText)),
	}
}

// write returns a whole mail to one address: headers, and the notice as text
// and as HTML. All mails about one alert are one thread. The same send always
// has the same Message-ID.
func (w mailWriter) write(to string, n Notice) ([]byte, error) {
	v := viewOf(n)
	var text, html, out bytes.Buffer
	if err := w.text.Execute(&text, v); err != nil {
		return nil, err
	}
	if err := w.html.Execute(&html, v); err != nil {
		return nil, err
	}
	m := w.envelope(to, n)
	m.SetBodyString(mail.TypeTextPlain, text.String())
	m.AddAlternativeString(mail.TypeTextHTML, html.String())
	_, err := m.WriteTo(&out)
	return out.Bytes(), err
}

// envelope returns a mail with its headers. Its boundary holds the send's id,
// which nobody who writes into the mail can know.
func (w mailWriter) envelope(to string, n Notice) *mail.Msg {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithBoundary("part_"+string(n.SendID)))
	m.FromMailAddress(&netmail.Address{Name: cmp.Or(w.from.Name, n.installation()), Address: w.from.Address})
	m.ToMailAddress(&netmail.Address{Name: line(n.PersonName, 100), Address: to})
	m.Subject(subject(n))
	m.SetDateWithValue(w.now().In(n.zone()))
	m.SetMessageIDWithValue(string(n.SendID) + "@" + w.host)
	if n.Alert.ID != "" {
		root := "<" + string(n.Alert.ID) + "@" + w.host + ">"
		m.SetGenHeader(mail.HeaderInReplyTo, root)
		m.SetGenHeader(mail.HeaderReferences, root)
	}
	m.SetGenHeader("Firehall-Send", string(n.SendID))
	if n.Attempt > 1 { // beside its Message-ID, which is that of the first
		m.SetGenHeader("Firehall-Attempt", strconv.Itoa(n.Attempt))
	}
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	if n.Type == Page && n.Urgency == alert.High {
		m.SetImportance(mail.ImportanceHigh)
	}
	return m
}

// subject is the same for every mail about one alert, after "Re: " for those
// that follow up: mail programs make threads of it.
func subject(n Notice) string {
	if n.Alert.ID == "" {
		return "[" + n.installation() + "] " + n.title()
	}
	s := "[" + capital(n.Alert.Severity.String()) + "] " + n.Alert.serviceName() + ": " + n.Alert.title()
	if n.Type != Page {
		s = "Re: " + s
	}
	return s
}

// capital returns s with its first letter, of a–z, as a capital.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
