package store

import (
	"cmp"
	"context"
	"slices"
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

// proofEvery is how often the same about a contact is written down again.
const proofEvery = time.Hour

// Prove keeps what became of a call. It does not repeat what it knows of the
// last hour, so that a storm of pages does not queue up for one person's row.
func (tx *Tx) Prove(ctx context.Context, p Proof) error {
	row, err := tx.q.ContactProof(ctx, db.ContactProofParams{Person: string(p.Person), Contact: p.Contact})
	if err != nil && !none(err) {
		return err
	}
	known := proofOf(row)
	if known.Mark != p.Mark {
		known = ContactProof{Mark: p.Mark}
	}
	fresh := known.FailedAt
	if p.Arrived {
		fresh = known.DeliveredAt
	}
	if !p.Test && p.Arrived == known.Works() && tx.Now.Sub(fresh) < proofEvery {
		return nil
	}
	switch {
	case !p.Arrived:
		known.FailedAt, known.Why = tx.Now, p.Why
	case p.Test:
		known.TestedAt, known.DeliveredAt = tx.Now, tx.Now
	default:
		known.DeliveredAt = tx.Now
	}
	tx.pending.proofs = append(tx.pending.proofs, []any{
		string(p.Person), p.Contact, known.Mark, micros(known.TestedAt), micros(known.DeliveredAt), micros(known.FailedAt), known.Why,
	})
	return nil
}

// ForgetProofs forgets what is known about a person's contacts.
func (tx *Tx) ForgetProofs(ctx context.Context, n id.Person) error {
	return tx.q.ForgetProofs(ctx, string(n))
}

// flushProofs writes pending proofs in the order of their names, so that no two
// transactions wait for each other; of two about one contact the last counts.
func (tx *Tx) flushProofs(ctx context.Context) error {
	rows := tx.pending.proofs
	tx.pending.proofs = nil
	slices.Reverse(rows)
	slices.SortStableFunc(rows, func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(string), b[1].(string)))
	})
	rows = slices.CompactFunc(rows, func(a, b []any) bool { return a[0] == b[0] && a[1] == b[1] })
	return tx.insert(ctx, proofTable, rows)
}
