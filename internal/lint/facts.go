package lint

import (
	"time"

	"firehall/internal/id"
	"firehall/internal/schedule"
)

// ProvenFor is how long something that arrived proves that a contact works.
const ProvenFor = 90 * 24 * time.Hour

// Facts is what a setup alone does not tell. What is nil is not known, and
// nothing is said of it.
type Facts struct {
	Told map[Contact]Told        // what became of the sends through each contact within ProvenFor; nothing was ever sent through one that is not in it
	Used map[id.Source]time.Time // when each source was last heard, or else set up
	Away schedule.Absences       // who is on leave when, beside those who are disabled
	Node *Node                   // how the server runs
}

// Contact is one contact of a person.
type Contact struct {
	Person id.Person
	Name   string
}

// Told is what became of the last sends through a contact.
type Told struct {
	ArrivedAt time.Time // when the provider last took one; zero: never
	FailedAt  time.Time // when the last one failed for good; zero: none did since ArrivedAt
	Words     string    // of that failure
	Before    bool      // something was sent through it, if only longer ago
}

// Node is how a server runs. Zero times are not known, save where it is said.
type Node struct {
	PublicURL        string        // FIREHALL_PUBLIC_URL; "" is unset
	Mail             bool          // there is a mail server
	Skew             time.Duration // of this machine's clock against others; 0 when not known
	CertificateUntil time.Time     // of the certificate that is served; zero: none is
	KeyIsOpen        bool          // others on the machine may read the secret key
	Backups          *Backups      // nil: not known
}

// Backups is what is known of backups.
type Backups struct {
	LastAt time.Time     // zero: there was none
	Every  time.Duration // how often one is to be made; 0: nothing is planned
}
