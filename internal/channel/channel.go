// Package channel reaches people. Each kind of contact is one file and one
// line in New. A channel says one Notice to one Contact and reports what
// became of it; it keeps no state about either, repeats nothing and decides
// nothing.
package channel

import (
	"context"
	"crypto/x509"
	"net/netip"
	"slices"
	"time"

	"firehall/internal/fault"
)

// Within is how long one Send may take in all.
const Within = 10 * time.Second

// Channel sends through one kind of contact.
type Channel interface {
	// Validate says what is wrong with a contact, without calling it. It fails
	// with fault.Invalid.
	Validate(Contact) error
	// Send says n to c. It ends when ctx does.
	Send(ctx context.Context, c Contact, n Notice) Outcome
}

// Contact is one way to reach a person.
type Contact struct {
	Kind    string   // webhook, email, ntfy, slack
	To      string   // an address: of a webhook the URL, of ntfy the topic's; both are secrets. Of slack only the host
	Secrets []string // webhook: what is signed with, two while rotating; ntfy: an access token, or none; slack: the whole URL
	Name    string   // its lasting name at its person: "hook"
}

// String keeps addresses and secrets out of logs and errors.
func (c Contact) String() string { return c.Kind + " contact " + c.Name }

// GoString does the same for %#v.
func (c Contact) GoString() string { return c.String() }

// Status is what became of a send.
type Status string

// The statuses of an outcome.
const (
	Accepted  Status = "accepted"  // the provider took it
	Delivered Status = "delivered" // the provider says that it arrived
	Refused   Status = "refused"   // it will be refused again: do not repeat it
	Retry     Status = "retry"     // it surely did not arrive; later it may
	Unknown   Status = "unknown"   // it may have arrived: repeat it at most once
)

// Outcome is what became of one Send.
type Outcome struct {
	Status     Status
	ProviderID string        // the provider's name for it, if it gave one
	Words      string        // the provider's own words or ours; at most MaxWords bytes, no secret
	RetryAfter time.Duration // of a Retry: how long the provider asks to wait; 0 if it does not say
	Took       time.Duration // how long the call lasted
}

// Options is what channels need to know about the installation.
type Options struct {
	SMTPURL      string           // FIREHALL_SMTP_URL; "" when there is no mail server
	PublicURL    string           // FIREHALL_PUBLIC_URL; "" when unset
	Version      string           // of Firehall, for the User-Agent
	AllowPrivate []netip.Prefix   // FIREHALL_ALLOW_PRIVATE_NETWORKS
	Now          func() time.Time // dates mails and signatures
	Roots        *x509.CertPool   // the authorities to believe; nil for the system's
}

// kind is one kind of contact.
type kind struct {
	channel Channel
	rings   bool
}

// Set is every channel there is. It is safe for many goroutines.
type Set struct {
	kinds map[string]kind
	guard *Guard
}

// New returns every channel. It fails with fault.Invalid when the mail
// server's URL is wrong; without one, sends by mail are refused with a
// sentence.
func New(o Options) (*Set, error) {
	mail, err := newEmail(o)
	if err != nil {
		return nil, err
	}
	guard := NewGuard(o.AllowPrivate, o.Roots)
	return &Set{guard: guard, kinds: map[string]kind{
		"webhook": {channel: newWebhook(guard, o)},
		"email":   {channel: mail},
		"ntfy":    {channel: newNtfy(guard, o), rings: true},
		"slack":   {channel: newSlack(guard, o)},
	}}, nil
}

// Kinds returns the kinds of contact there are, sorted.
func (s *Set) Kinds() []string {
	names := make([]string, 0, len(s.kinds))
	for name := range s.kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Rings says whether a kind makes a telephone ring.
func (s *Set) Rings(kind string) bool { return s.kinds[kind].rings }

// Guard returns what keeps calls away from inner addresses, for others that
// call outside.
func (s *Set) Guard() *Guard { return s.guard }

// Validate says what is wrong with a contact, without calling it. It fails
// with fault.Invalid.
func (s *Set) Validate(c Contact) error {
	k, ok := s.kinds[c.Kind]
	if !ok {
		return fault.At("kind", "%q is not a kind of contact; there are %v", c.Kind, s.Kinds())
	}
	return k.channel.Validate(c)
}

// Send says n to c, once, within 10 s. What comes back holds no secret and no
// address of the contact.
func (s *Set) Send(ctx context.Context, c Contact, n Notice) Outcome {
	k, ok := s.kinds[c.Kind]
	if !ok {
		return Outcome{Status: Refused, Words: "there is no kind of contact " + line(c.Kind, 40)}
	}
	ctx, cancel := context.WithTimeout(ctx, Within)
	defer cancel()
	start := time.Now()
	o := k.channel.Send(ctx, c, n)
	o.Took = time.Since(start)
	o.Words = line(o.Words, MaxWords)
	return o
}

// Close gives up idle connections.
func (s *Set) Close() { s.guard.Close() }
