package action_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/channel"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// telephone answers calls as it is told to.
type telephone struct {
	answer  channel.Outcome
	contact channel.Contact
	notice  channel.Notice
	calls   int
}

func (f *telephone) Send(_ context.Context, c channel.Contact, n channel.Notice) channel.Outcome {
	f.calls, f.contact, f.notice = f.calls+1, c, n
	return f.answer
}

const trialSetup = `
people:
  ana: {name: Ana Reis, zone: Europe/Lisbon, contacts: {push: {kind: ntfy, to: "https://ntfy.example/ana-7f3a", secret: tk_one}}}
  ben: {name: Ben Okri}
  cy: {name: Cy, role: observer}
teams: {t: {members: [ana], managers: [ben]}}`

// onTrial is somebody who tests ana's telephone.
func onTrial(n id.Person) team.Actor {
	by := team.Actor{Person: n, Role: team.Responder}
	if n == "ben" {
		by.Manages = []id.Team{"t"}
	}
	return by
}

func (w *setupWorld) trial(by team.Actor, contact string) (action.Trial, error) {
	return w.act.TestContact(w.t.Context(), by, store.ContactName{Person: "ana", Contact: contact}, "https://firehall.example")
}

func (w *setupWorld) proof() store.ContactProof {
	w.t.Helper()
	all, err := w.db.ContactProofs(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return all.Of("ana", "push", w.db.Setup().People["ana"].Contacts["push"])
}

func TestATestOfAContactIsSentAndRemembered(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(trialSetup)
		phone := &telephone{answer: channel.Outcome{Status: channel.Refused, Words: "403 Forbidden"}}
		w.act.Caller = phone
		got, err := w.trial(onTrial("ana"), "push")
		if err != nil || got.Arrived() || got.Kind != "ntfy" || got.Outcome != phone.answer {
			t.Fatalf("got %+v, %v", got, err)
		}
		if n := phone.notice; n.Type != channel.Test || n.SendID != got.SendID || n.Reason != "you asked for a test" || n.PersonName != "Ana Reis" {
			t.Errorf("it said %+v", n)
		}
		setupEqual(t, phone.contact.Secrets, []string{"tk_one"})
		if p := w.proof(); !p.FailedAt.Equal(w.clock()) || p.Why != "403 Forbidden" || !p.TestedAt.IsZero() {
			t.Errorf("known is %+v", p)
		}

		w.pass(time.Minute)
		phone.answer = channel.Outcome{Status: channel.Accepted, Words: "published"}
		if got, err = w.trial(onTrial("ben"), "push"); err != nil || !got.Arrived() || phone.notice.Reason != "ben asked for a test" {
			t.Errorf("by a manager: %+v, %v; %q", got, err, phone.notice.Reason)
		}
		if p := w.proof(); !p.TestedAt.Equal(w.clock()) || !p.Works() {
			t.Errorf("known is %+v", p)
		}
		if deeds := w.audited(); !strings.Contains(deeds[0], "contact.test") && !strings.Contains(deeds[len(deeds)-1], "contact.test") {
			t.Errorf("the audit log says %q", deeds)
		}
		w.apply(strings.Replace(trialSetup, "7f3a", "typo", 1))
		setupEqual(t, w.proof(), store.ContactProof{})

		w.apply(trialSetup)
		if p := w.proof(); p.TestedAt.IsZero() {
			t.Errorf("of the address that was tested nothing is known any more: %+v", p)
		}
		if err := w.act.DeletePerson(t.Context(), setupOwner, "ana"); err != nil {
			t.Fatal(err)
		}
		if all, err := w.db.ContactProofs(t.Context()); len(all) != 0 || err != nil {
			t.Errorf("of somebody who is gone is known: %v, %v", all, err)
		}
	})
}

func TestWhoMayTestAContact(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(trialSetup)
		phone := &telephone{}
		tests := map[string]struct {
			by      team.Actor
			contact string
			kind    fault.Kind
		}{
			"a stranger":             {onTrial("cy"), "push", fault.Denied},
			"a token that reads":     {team.Actor{Person: "ana", Role: team.Responder, Scopes: []team.Scope{team.ScopeRead}}, "push", fault.Denied},
			"a contact that is none": {onTrial("ana"), "pigeon", fault.NotFound},
		}
		for name, test := range tests {
			w.act.Caller = phone
			if _, err := w.trial(test.by, test.contact); !fault.Is(err, test.kind) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		w.act.Caller = nil
		if _, err := w.trial(onTrial("ana"), "push"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a server that calls nobody: %v", err)
		}
		if phone.calls != 0 {
			t.Errorf("%d calls were made", phone.calls)
		}
	})
}
