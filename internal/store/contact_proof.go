package store

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/store/db"
)

// ContactProof is what is known about whether a contact works. A time is zero
// when that has not happened.
type ContactProof struct {
	TestedAt    time.Time // when a test last got through
	DeliveredAt time.Time // when anything last got through, a test too
	FailedAt    time.Time // when anything last failed for good
	Why         string    // the words of that failure
	Mark        string    // of the address that this is about
}

// Works says whether the last that is known of the contact is that something
// got through.
func (p ContactProof) Works() bool { return p.DeliveredAt.After(p.FailedAt) }

// ContactName names one contact of one person.
type ContactName struct {
	Person  id.Person
	Contact string
}

// Proofs is what is known about contacts.
type Proofs map[ContactName]ContactProof

// Of returns what is known about a person's contact as it is set up now: the
// zero value when nothing is, or only of another address.
func (p Proofs) Of(n id.Person, contact string, c notify.Contact) ContactProof {
	if one := p[ContactName{n, contact}]; one.Mark == c.Mark() {
		return one
	}
	return ContactProof{}
}

// ContactProofs returns what is known about every contact that was ever tested
// or called.
func (r reader) ContactProofs(ctx context.Context) (Proofs, error) {
	rows, err := r.q.ContactProofs(ctx)
	out := make(Proofs, len(rows))
	for _, row := range rows {
		out[ContactName{id.Person(row.Person), row.Contact}] = proofOf(row)
	}
	return out, err
}

func proofOf(row db.ContactProof) ContactProof {
	return ContactProof{
		TestedAt: instant(row.TestedAt), DeliveredAt: instant(row.DeliveredAt), FailedAt: instant(row.FailedAt), Why: row.Why, Mark: row.Mark,
	}
}

// Proof is what became of one call of a contact.
type Proof struct {
	ContactName
	Mark    string // the contact's, as it was called
	Test    bool
	Arrived bool
	Why     string // the words, when it did not arrive
}

// proofEvery is how often a node writes the same about a contact down again.
const proofEvery = 10 * time.Minute

// maxProven bounds what a node remembers of what it wrote about contacts.
const maxProven = 20_000

// proven is what this node wrote about contacts last.
type proven struct {
	mu   sync.Mutex
	last map[ContactName]lastProof
}

type lastProof struct {
	mark    string
	arrived bool
	at      time.Time
}

func (p *proven) knows(one Proof, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, ok := p.last[one.ContactName]
	return ok && l.mark == one.Mark && l.arrived == one.Arrived && now.Sub(l.at) < proofEvery
}

func (p *proven) keep(one Proof, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil || len(p.last) >= maxProven {
		p.last = map[ContactName]lastProof{}
	}
	p.last[one.ContactName] = lastProof{one.Mark, one.Arrived, now}
}

// Prove keeps what became of a call. What this node wrote in the last ten
// minutes it does not write again, so that a storm of pages does not queue up
// for one person's row.
func (tx *Tx) Prove(_ context.Context, p Proof) error {
	now := tx.Now
	if !p.Test && tx.db.proven.knows(p, now) {
		return nil
	}
	at := func(happened bool) int64 {
		if happened {
			return micros(now)
		}
		return 0
	}
	row := []any{string(p.Person), p.Contact, p.Mark, at(p.Arrived && p.Test), at(p.Arrived), at(!p.Arrived), p.Why}
	tx.pending.proofs = append(tx.pending.proofs, row)
	tx.After(func() { tx.db.proven.keep(p, now) })
	return nil
}

// ForgetProofs forgets what is known about a person's contacts.
func (tx *Tx) ForgetProofs(ctx context.Context, n id.Person) error {
	return tx.q.ForgetProofs(ctx, string(n))
}

// flushProofs writes pending proofs in the order of their names, so that no two
// transactions wait for each other; those about one contact become one.
func (tx *Tx) flushProofs(ctx context.Context) error {
	rows := tx.pending.proofs
	tx.pending.proofs = nil
	slices.SortStableFunc(rows, func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(string), b[1].(string)))
	})
	var out [][]any
	for _, row := range rows {
		if n := len(out); n > 0 && out[n-1][0] == row[0] && out[n-1][1] == row[1] {
			out[n-1] = together(out[n-1], row)
			continue
		}
		out = append(out, row)
	}
	return tx.insert(ctx, proofTable, out)
}

// together returns what two rows about one contact say; of another address
// only the later one counts.
func together(first, later []any) []any {
	if first[2] != later[2] {
		return later
	}
	if later[4].(int64) > 0 && later[4] == first[5] { // it failed, and then arrived
		later[4] = later[4].(int64) + 1
	}
	for i := 3; i <= 5; i++ { // the times
		later[i] = max(first[i].(int64), later[i].(int64))
	}
	if later[6] == "" {
		later[6] = first[6]
	}
	return later
}
