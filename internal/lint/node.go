package lint

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"firehall/internal/id"
	"firehall/internal/store"
)

// Limits of a healthy node.
const (
	skewed      = 2 * time.Second  // signatures and links depend on the clock
	badlySkewed = 30 * time.Second // and pages come at the wrong time
	expiresSoon = 21 * 24 * time.Hour
	backupLate  = 2 // times its interval
)

// node finds what is wrong with how the server runs.
func (l *look) node() {
	if l.setup.Installation.HeartbeatURL == "" {
		at := place{store.KindInstallation, "", store.KindInstallation + ".heartbeat_url"}
		l.add(Note, "no-heartbeat", at, "when this Firehall dies, nobody is told: it has no outgoing heartbeat", "set installation.heartbeat_url to a watchdog outside")
	}
	n := l.facts.Node
	if n == nil {
		return
	}
	at := place{kind: KindNode}
	l.mail(at, *n)
	l.publicURL(at, n.PublicURL)
	l.certificate(at, n.CertificateUntil)
	switch skew := n.Skew.Abs(); {
	case skew >= badlySkewed:
		l.add(Error, "clock-skew", at, fmt.Sprintf("the clock of this machine is %s off: pages and handoffs come at the wrong time", skew.Round(time.Second)), "let it follow a time server (chrony, systemd-timesyncd)")
	case skew >= skewed:
		l.add(Warning, "clock-skew", at, fmt.Sprintf("the clock of this machine is %s off: receivers may refuse signatures", skew.Round(100*time.Millisecond)), "let it follow a time server (chrony, systemd-timesyncd)")
	}
	if n.KeyIsOpen {
		l.add(Warning, "secret-key-open", at, "others on this machine may read the secret key: with it and a copy of the database they have every secret", "chmod 600 the file of FIREHALL_SECRET_KEY_FILE")
	}
	if n.Backups != nil {
		l.backups(at, *n.Backups)
	}
}

func (l *look) mail(at place, n Node) {
	some, only := l.mailPeople()
	if n.Mail || len(some) == 0 {
		return
	}
	if len(only) > 0 {
		l.add(Error, "mail-without-server", at, fmt.Sprintf("there is no mail server, so nothing reaches %s, who can be told by mail alone", names(only)), "set FIREHALL_SMTP_URL, or give them another contact")
		return
	}
	l.add(Warning, "mail-without-server", at, fmt.Sprintf("there is no mail server, so no mail reaches %s", names(some)), "set FIREHALL_SMTP_URL")
}

// mailPeople returns who has a contact by mail, and who has no other.
func (l *look) mailPeople() (some, only []id.Person) {
	for _, name := range slices.Sorted(maps.Keys(l.setup.People)) {
		p := l.setup.People[name]
		if p.Disabled {
			continue
		}
		if onlyMail(p.Contacts) {
			only = append(only, name)
		}
		for _, c := range p.Contacts {
			if c.Kind == "email" {
				some = append(some, name)
				break
			}
		}
	}
	return some, only
}

func (l *look) publicURL(at place, text string) {
	const mend = "set FIREHALL_PUBLIC_URL to the address by which people reach this installation, like https://firehall.example.com"
	u, err := url.Parse(text)
	switch {
	case text == "" || err != nil:
		l.add(Warning, "public-url-unset", at, "links in pages lead to the address that this machine listens on: from a phone nobody can answer", mend)
	case loopback(u.Hostname()):
		l.add(Warning, "public-url-loopback", at, fmt.Sprintf("links in pages lead to %s, which is every reader's own machine: from a phone nobody can answer", u.Host), mend)
	case u.Scheme != "https":
		l.add(Warning, "public-url-not-https", at, "links that answer for a person cross the network in the clear: who listens can answer for them", "use TLS here or at a proxy, and write https:// in FIREHALL_PUBLIC_URL")
	}
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && (ip.IsLoopback() || ip.IsUnspecified()))
}

func (l *look) certificate(at place, until time.Time) {
	left := until.Sub(l.now)
	switch {
	case until.IsZero() || left > expiresSoon:
	case left <= 0:
		l.add(Error, "certificate-expired", at, fmt.Sprintf("the TLS certificate expired on %s: browsers and senders refuse to talk to this server", until.UTC().Format(time.DateOnly)), "renew it; the files are read again by themselves")
	default:
		l.add(Warning, "certificate-expiring", at, fmt.Sprintf("the TLS certificate expires on %s, in %s: then browsers and senders refuse to talk to this server", until.UTC().Format(time.DateOnly), plural(int(left.Hours()/24), "day", "days")), "renew it; the files are read again by themselves")
	}
}

func (l *look) backups(at place, b Backups) {
	switch every := cmp.Or(b.Every, 24*time.Hour); {
	case b.LastAt.IsZero():
		l.add(Warning, "no-backup", at, "there is no backup: with this disk everything is lost", "run firehall backup, and plan it")
	case l.now.Sub(b.LastAt) > backupLate*every:
		l.add(Warning, "backup-old", at, fmt.Sprintf("the last backup is from %s: what came after it would be lost with this disk", b.LastAt.UTC().Format(time.DateOnly)), "look why later ones failed")
	}
}
