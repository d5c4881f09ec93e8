package action

import (
	"context"
	"time"

	"firehall/internal/channel"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// Caller calls contacts; channel.Set is one.
type Caller interface {
	Send(ctx context.Context, c channel.Contact, n channel.Notice) channel.Outcome
}

// Trial is what became of a test of a contact.
type Trial struct {
	SendID  id.Send
	Kind    string // of the contact
	At      time.Time
	Outcome channel.Outcome
}

// Arrived says whether the test got through, as far as its provider tells.
func (t Trial) Arrived() bool {
	return t.Outcome.Status == channel.Accepted || t.Outcome.Status == channel.Delivered
}

// TestContact sends a test message to a contact, once, waits for the answer
// (at most channel.Within), and keeps what became of it. Whoever may see the
// contact's address and act on alerts may; others fail with Denied. It fails
// with NotFound when there is no such contact, and with *TooMuch after 5 tests
// of a contact or 20 by one asker within a minute on this node. A test that does not arrive is
// no failure: the outcome says so.
func (act *Actions) TestContact(ctx context.Context, by team.Actor, of store.ContactName, publicURL string) (Trial, error) {
	if act.Caller == nil {
		return Trial{}, fault.New(fault.Conflict, "this server calls no contacts")
	}
	back, err := act.trying.take(ctx, "four contacts are being tested here already; try again in 2 s")
	if err != nil {
		return Trial{}, err
	}
	defer back()
	ctx = context.WithoutCancel(ctx) // once called, what became of it is kept
	var setup *store.Setup
	out, counted := Trial{}, false
	err = act.DB.Do(ctx, func(tx *store.Tx) (err error) {
		if setup, err = tx.Setup(ctx); err != nil {
			return err
		}
		if err := mayTest(by, setup, of); err != nil {
			return err
		}
		if !counted { // a transaction may run again
			if err := act.allowTrial(by, of, tx.Now); err != nil {
				return err
			}
			counted = true
		}
		out = Trial{SendID: id.Send(tx.NewID(id.PrefixSend)), Kind: setup.People[of.Person].Contacts[of.Contact].Kind, At: tx.Now}
		return tx.Audit(ctx, store.Deed{Actor: label(by), Action: "contact.test", Target: string(of.Person), Doc: map[string]any{"contact": of.Contact}})
	})
	if err != nil {
		return Trial{}, err
	}
	out.Outcome = act.Caller.Send(ctx, act.OpenContact(setup, of.Person, of.Contact), trialNotice(setup.People[of.Person], by, out.SendID, publicURL))
	return out, act.DB.Do(ctx, func(tx *store.Tx) error {
		mark := setup.People[of.Person].Contacts[of.Contact].Mark()
		return tx.Prove(ctx, store.Proof{ContactName: of, Mark: mark, Test: true, Arrived: out.Arrived(), Why: out.Outcome.Words})
	})
}

// mayTest fails with Denied or NotFound when somebody may not test a contact,
// or when there is none.
func mayTest(by team.Actor, setup *store.Setup, of store.ContactName) error {
	p, ok := setup.People[of.Person]
	if !ok {
		return Missing("person", "people", of.Person, setup.People)
	}
	if err := by.MayRespond(); err != nil {
		return err
	}
	if !by.MaySeeContacts(of.Person, setup.TeamsOf(of.Person)) {
		return fault.New(fault.Denied, "only %s, their managers and admins may test their contacts", p.First())
	}
	if _, ok := p.Contacts[of.Contact]; !ok {
		return fault.New(fault.NotFound, "%s has no contact %.64q; %s", of.Person, of.Contact, listed("contacts", of.Contact, p.Contacts))
	}
	return nil
}

// trialNotice is what a test says.
func trialNotice(p store.Person, by team.Actor, n id.Send, publicURL string) channel.Notice {
	reason := "you asked for a test"
	if by.Person != p.Name {
		reason = label(by) + " asked for a test"
	}
	return channel.Notice{
		Type: channel.Test, SendID: n, Person: p.Name, PersonName: p.FullName, Zone: p.Location(), Reason: reason, Attempt: 1, PublicURL: publicURL,
	}
}

// OpenContact returns a person's contact with its secrets open, for a call.
func (act *Actions) OpenContact(setup *store.Setup, n id.Person, name string) channel.Contact {
	c := setup.People[n].Contacts[name]
	out := channel.Contact{Kind: c.Kind, To: c.To, Name: name}
	for _, sealed := range c.Sealed {
		plain, err := act.Secret.Open(SecretPurpose(n, name), sealed)
		if err != nil {
			act.Log.Error("the secret of a contact cannot be opened", "person", n, "contact", name, "error", err)
			continue
		}
		out.Secrets = append(out.Secrets, string(plain))
	}
	return out
}
