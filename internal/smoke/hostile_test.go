package smoke

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/span"
	"firehall/internal/store"
)

// only leaves somebody one contact and no rules.
func (w *world) only(name id.Person, contact string) {
	w.t.Helper()
	w.person(name, func(p *store.Person) {
		p.Rules = nil
		p.Contacts = map[string]notify.Contact{contact: p.Contacts[contact]}
	})
}

func TestAClaimOfThisNodeThatNobodyCallsIsCalled(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.only("ana", "hook")
		n := w.signal("disk full")
		w.told = nil
		w.do(func(tx *store.Tx) error { // as a commit leaves it whose answer was lost with its connection
			sends, err := tx.SendsOf(t.Context(), n)
			if err != nil {
				return err
			}
			sends[0].Status, sends[0].ClaimedBy = notify.Sending, w.db.Run()
			return tx.SaveSend(t.Context(), sends[0])
		})
		if _, err := w.engine.Audit(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.settle()
		w.expect("ana hook: page disk full")
	})
}

func TestACallThatRunsIsNotTakenForLost(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.only("ana", "hook")
		w.during = func() {
			w.during = nil
			if _, err := w.engine.Audit(t.Context()); err != nil {
				t.Error(err)
			}
		}
		w.signal("disk full")
		w.expect("ana hook: page disk full")
	})
}

func TestASenderThatPanicsEndsNothingButItsCall(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.during = func() {
			w.during = nil
			panic("a receiver that nobody thought of")
		}
		w.only("ana", "hook")
		w.signal("disk full")
		w.expect("ana hook: page disk full") // repeated once
	})
}

func TestAStepWhoseContactsAreTakenAwayGoesOnAtOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*store.Person){
		"the contact is gone": func(p *store.Person) {
			p.Contacts = map[string]notify.Contact{"sms": {Kind: "webhook", To: "https://hooks.example/y"}}
		},
		"they are disabled":  func(p *store.Person) { p.Disabled = true },
		"no contact is left": func(p *store.Person) { p.Contacts = nil },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(w *world) {
				w.only("ana", "hook")
				w.mood["ana hook"] = "retry"
				w.signal("disk full")
				w.expect("ana hook: page disk full [retry]")
				w.person("ana", change)
				delete(w.mood, "ana hook")
				w.pass(time.Minute)
				w.expect("ben hook: page disk full")
			})
		})
	}
}

func TestWhenAContactIsTakenAwayTheNextGoesAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.person("ana", func(p *store.Person) {
			p.Contacts = maps.Clone(p.Contacts)
			p.Contacts["push"] = p.Contacts["hook"]
			p.Rules = map[string][]notify.Rule{"high": {
				{Via: []string{"hook"}},
				{Via: []string{"mail"}, After: span.Duration(time.Minute)},
				{Via: []string{"push"}, After: span.Duration(4 * time.Minute)},
			}}
		})
		w.signal("disk full")
		w.expect("ana hook: page disk full")
		w.person("ana", func(p *store.Person) {
			p.Contacts = maps.Clone(p.Contacts)
			delete(p.Contacts, "mail")
		})
		w.pass(time.Minute)
		w.expect("ana push: page disk full")
	})
}

func TestASendThatWaitsForRoomIsNotLeftLying(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.only("ana", "hook")
		n := w.signal("disk full")
		w.do(func(tx *store.Tx) error { // due long ago, and looked at again in a moment
			sends, err := tx.SendsOf(t.Context(), n)
			if err != nil {
				return err
			}
			sends[0].Status, sends[0].DueAt = notify.Waiting, tx.Now.Add(-2*time.Minute)
			if err := tx.SaveSend(t.Context(), sends[0]); err != nil {
				return err
			}
			return tx.SetTimers(t.Context(), store.Timer{Kind: "deliver", Ref: string(sends[0].ID), Lane: "payments", DueAt: tx.Now.Add(time.Second)})
		})
		if found, err := w.engine.Audit(t.Context()); err != nil || found != 0 {
			t.Errorf("found %d, %v; want none", found, err)
		}
	})
}

func TestTheAuditorProvesThatTheDatabaseCanBeWritten(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		for range 2 {
			w.pass(time.Minute)
			if _, err := w.engine.Audit(t.Context()); err != nil {
				t.Fatal(err)
			}
			at, err := w.db.Fact(t.Context(), store.FactAuditedAt)
			if err != nil || at != w.clock().Format(time.RFC3339) {
				t.Errorf("audited at %q, %v; it is %s", at, err, w.clock())
			}
		}
	})
}

func TestAGroupWhoseMembersComeAndGoForgetsThoseThatAreOver(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		const each = 1500
		pods := func(from int, firing bool) (out []alert.Member) {
			for i := range each {
				out = append(out, alert.Member{Key: fmt.Sprint(from + i), Firing: firing, StartsAt: start, Summary: "crash loop"})
			}
			return out
		}
		say := func(status alert.SignalStatus, members ...[]alert.Member) id.Alert {
			return w.ingest("prometheus", alert.Signal{Key: "g", Status: status, Summary: "pods", Severity: "critical", Resends: true, Members: slices.Concat(members...)})
		}
		n := say(alert.Firing, pods(0, true))
		last := 0
		for last < 6*each {
			say(alert.Firing, pods(last+each, true), pods(last, false))
			last += each
		}
		all, firing, err := w.db.CountMembers(t.Context(), n)
		if err != nil || firing != each || all > alert.MaxKnown+each {
			t.Errorf("%d members are known, %d of them firing, %v", all, firing, err)
		}
		say(alert.SignalClosed, pods(last, false))
		if a := w.alert(n); a.Status != alert.Resolved {
			t.Errorf("it is %s though its last member is over", a.Status)
		}
	})
}
