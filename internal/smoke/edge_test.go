package smoke

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/channel"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/schedule"
	"firehall/internal/store"
	"firehall/internal/team"
)

func TestAMergedAlertCarriesOnWhenOneMessageTellsOfBoth(t *testing.T) {
	t.Parallel()
	orders := map[string]func(over, still alert.Signal) []alert.Signal{
		"first that the other is over": func(over, still alert.Signal) []alert.Signal { return []alert.Signal{over, still} },
		"last that the other is over":  func(over, still alert.Signal) []alert.Signal { return []alert.Signal{still, over} },
	}
	for name, order := range orders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(w *world) {
				a, b := w.signal("disk full"), w.signal("database slow", "error")
				must(w, func() (alert.Alert, error) { return w.act.Merge(t.Context(), actor("ana"), b, a) })
				w.told = nil
				w.ingest("generic", order(
					alert.Signal{Key: "disk full", Status: alert.SignalClosed, Summary: "disk full"},
					alert.Signal{Key: "database slow", Status: alert.Firing, Summary: "database down", Severity: "error"},
				)...)
				got := w.alert(b)
				if got.Status != alert.Triggered || got.MergedInto != "" || got.Summary != "database down" || got.Signals != 2 {
					t.Errorf("the merged alert is %s, %q, part of %q, %d signals", got.Status, got.Summary, got.MergedInto, got.Signals)
				}
				w.pass(20 * time.Minute)
				w.said(b, "carries on")
				if len(w.told) < 3 {
					t.Errorf("went out: %q", w.told)
				}
			})
		})
	}
}

// friday is in the working hours of the day of start.
const friday = 13*time.Hour + 30*time.Minute

func TestAnAcknowledgementOfLowUrgencyThatLapsesAtNightPagesInTheMorning(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.pass(friday) // 16:30
		n := w.signal("certificate ends soon", "warning")
		w.expect("ana mail: page certificate ends soon")
		w.ack("ben", n) // until 17:00
		w.expect("ana mail: update Ben has it")
		w.pass(25 * time.Minute)
		w.expect("ben hook: page certificate ends soon") // the nudge
		w.pass(64 * time.Hour)                           // Monday, 08:55
		w.expect()
		w.said(n, "low urgency waits for working hours", "ben does not have it any more")
		w.pass(5 * time.Minute)
		w.expect("ana mail: page certificate ends soon", "ben hook: page certificate ends soon")
	})
}

func TestNobodyIsAskedAtNightWhetherTheyStillHaveWhatIsNotUrgent(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.pass(friday + 20*time.Minute) // 16:50
		n := w.signal("certificate ends soon", "warning")
		w.ack("ben", n) // until 17:20
		w.told = nil
		w.pass(64 * time.Hour) // Monday, 08:50
		w.expect()
		if story := w.story(n); strings.Contains(story, "do you still have it?") {
			t.Errorf("he was asked:\n%s", story)
		}
		w.pass(10 * time.Minute)
		w.expect("ana mail: page certificate ends soon", "ben hook: page certificate ends soon")
	})
}

func TestWorseAtNightPagesTheOwnerAndStep1InTheMorning(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("certificate ends soon", "info")
		w.ack("ben", n)
		w.signal("certificate ends soon", "warning")
		w.expect()
		w.pass(6*time.Hour - time.Second)
		w.expect()
		w.pass(time.Second)
		w.expect("ana mail: page certificate ends soon", "ben hook: page certificate ends soon")
	})
}

func TestGivenBackAtNightItGoesOnInTheMorningWhereItStopped(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.pass(friday)
		n := w.signal("certificate ends soon", "warning")
		w.ack("ana", n)
		w.pass(time.Hour - time.Second - 30*time.Minute) // 16:59:59
		must(w, func() (alert.Alert, error) { return w.act.Note(t.Context(), actor("ana"), n, "tomorrow", "by the API") })
		w.pass(10 * time.Minute)
		w.told = nil
		must(w, func() (alert.Alert, error) { return w.act.Unacknowledge(t.Context(), actor("ana"), n) })
		w.pass(63 * time.Hour)
		w.expect()
		w.pass(51 * time.Minute) // Monday, 09:00:59
		w.expect("ana mail: page certificate ends soon")
	})
}

func TestWhatFindsNobodyIsOnTheRecordThoughItWaits(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.person("ana", func(p *store.Person) { p.Contacts = nil })
		n := w.signal("certificate ends soon", "warning")
		w.said(n, "ana has no contact", "low urgency waits for working hours")
	})
}

func TestInOneStepEachIsToldInTheirOwnWorkingHours(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.person("cy", func(p *store.Person) { p.Zone = "Asia/Tokyo" }) // noon
		w.save(store.KindSchedule, "primary", pair())
		w.signal("certificate ends soon", "warning")
		w.expect("cy hook: page certificate ends soon")
		w.pass(4 * time.Minute)
		w.expect()
		w.pass(6 * time.Hour) // 09:04, and step 2 is ben's
		w.expect("ana mail: page certificate ends soon", "ben hook: page certificate ends soon")
	})
}

// pair returns a schedule on which ana and cy are on call together.
func pair() schedule.Schedule {
	s := weekly("ana")
	s.Revisions[0].Layers[0].Rotation.Members = []schedule.Turn{{"ana", "cy"}}
	return s
}

func TestWhatHappensNextKnowsTheWorkingHours(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.pass(friday + 28*time.Minute) // 16:58: step 2 would be at 17:03
		n := w.signal("certificate ends soon", "warning")
		next, err := w.act.Next(t.Context(), w.db, w.db.Setup(), w.alert(n))
		if want := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC); err != nil || !next.At.Equal(want) || next.What != "pages step 2" {
			t.Errorf("%+v, %v; want Monday, 09:00", next, err)
		}
	})
}

func TestAnAlertWhoseOwnerIsDisabledGoesBackToItsPolicy(t *testing.T) {
	t.Parallel()
	ways := map[string]func(w *world) error{
		"disabled": func(w *world) error { return w.act.SetDisabled(w.t.Context(), team.Firehall, "eve", true) },
		"deleted":  func(w *world) error { return w.act.DeletePerson(w.t.Context(), team.Firehall, "eve") },
	}
	for name, end := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(w *world) {
				n := w.signal("disk full")
				w.ack("eve", n)
				w.told = nil
				if err := end(w); err != nil {
					t.Fatal(err)
				}
				w.settle()
				w.expect("ana hook: page disk full")
				w.said(n, "eve does not have it any more")
			})
		})
	}
}

func TestWhoRaisesItAgainMoreUrgentlyStartsIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		s := alert.Signal{Key: "slow", Status: alert.Firing, Summary: "slow", Severity: "info"}
		raise := func(urgency alert.Urgency) {
			in := action.Arrival{Service: "checkout", By: "ben", Body: []byte("{}"), Signals: []alert.Signal{s}, Urgency: urgency}
			if _, err := w.act.Ingest(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			w.settle()
		}
		raise(0)
		w.expect()
		raise(alert.High)
		w.expect("ana hook: page slow")
	})
}

func TestAHushOfAnAlertOfItsOwnEndsWhenTheProblemBeganAnew(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		firing := alert.Signal{Key: "up", Summary: "up", Status: alert.Firing, Severity: "critical", Resends: true, StartsAt: w.clock()}
		n := w.ingest("prometheus", firing)
		w.resolve("ana", n)
		w.told = nil
		w.pass(5 * time.Minute)
		w.ingest("prometheus", firing)
		w.expect()
		firing.StartsAt = w.clock()
		w.ingest("prometheus", firing)
		w.expect("ana hook: page up")
	})
}

func TestReassignedItIsNotTheirsAnyMore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full")
		must(w, func() (alert.Alert, error) {
			return w.act.Reassign(t.Context(), actor("ana"), n, []escalation.Target{"person:cy"})
		})
		w.expect("ana hook: page disk full", "cy hook: page disk full")
		w.pass(4 * time.Minute) // ana's mail would go now
		w.expect()
		w.pass(time.Minute)
		w.expect("ben hook: page disk full")
	})
}

func TestAnAcknowledgementAtItsSourceIsToldToThoseWhoWerePaged(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		s := alert.Signal{Key: "k", Status: alert.Firing, Summary: "disk full", Severity: "critical"}
		n := w.ingest("pager", s)
		w.expect("ana hook: page disk full")
		s.Status = alert.SignalAcked
		w.ingest("pager", s)
		w.expect("ana hook: update acknowledged at its source")
		s.Status = alert.Firing // a trigger never takes it back
		w.ingest("pager", s)
		w.pass(20 * time.Minute)
		w.expect()
		if a := w.alert(n); a.Status != alert.Acknowledged || a.Signals != 2 {
			t.Errorf("it is %s, %d signals", a.Status, a.Signals)
		}
	})
}

func TestEscalatedByHandWhatTellsNobodyIsTold(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("slow", "info")
		must(w, func() (alert.Alert, error) { return w.act.EscalateNow(t.Context(), actor("eve"), n, "by the API") })
		w.expect("ana mail: page slow") // by her rules for low urgency, though it is night
		w.pass(5*time.Hour + 59*time.Minute)
		w.expect()
		w.pass(time.Minute)
		w.expect("ben hook: page slow")
	})
}

func TestAFallbackThatFailsAtNightWaitsForTheInstallationsHours(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.save(store.KindInstallation, "installation", store.Installation{Fallback: []escalation.Target{"person:eve"}})
		w.person("eve", func(p *store.Person) { p.Zone = "America/New_York" }) // 14:00 UTC
		w.mood["dee hook"] = "refused"
		w.policy("payments", escalation.Policy{Team: "payments", Fallback: []escalation.Target{"person:dee"}})
		w.pass(6*time.Hour + 7*time.Minute) // 09:07
		w.signal("certificate ends soon", "warning")
		w.expect("dee hook: page certificate ends soon [refused]")
		w.pass(5*time.Hour - 7*time.Minute - time.Second)
		for _, line := range w.told {
			if line != "dee hook: page certificate ends soon [refused]" {
				t.Errorf("while eve sleeps went out: %s", line)
			}
		}
		w.told = nil
		w.pass(time.Second) // 14:00, nine in the morning there
		w.expect("eve hook: page certificate ends soon")
	})
}

func TestAClaimThatAnotherNodeTookOverMeanwhileIsLeftToIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full")
		w.told = nil
		w.do(func(tx *store.Tx) error {
			sends, err := tx.SendsOf(t.Context(), n)
			if err != nil {
				return err
			}
			sends[0].Status, sends[0].ClaimedBy = notify.Sending, w.db.Run()
			return tx.SaveSend(t.Context(), sends[0])
		})
		asked := 0
		found, err := w.act.Abandoned(t.Context(), func(id.Send) bool { // the call begins between two looks
			asked++
			return asked > 1
		})
		if err != nil || found != 0 {
			t.Errorf("found %d, %v", found, err)
		}
		if found, err = w.act.Abandoned(t.Context(), func(id.Send) bool { return false }); err != nil || found != 1 {
			t.Errorf("found %d, %v; the claim is lost", found, err)
		}
	})
}

func TestAProviderThatAsksForTooLongIsGivenUpWithItsReason(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.mood["ben hook"], w.retryAfter = channel.Retry, time.Hour
		n := w.signal("disk full")
		w.pass(5 * time.Minute)
		w.said(n, "Could not tell ben by hook (webhook): its provider asks to wait for 1h0m0s, and it is tried for 10 min")
	})
}

func TestAGroupOfSignalsThatPanicsFailsAloneAndTheNextIsKept(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		db := w.act.DB
		w.act.DB = nil
		s := alert.Signal{Key: "k", Status: alert.Firing, Summary: "disk full", Severity: "critical"}
		if _, err := w.act.Ingest(t.Context(), action.Arrival{Source: w.db.Setup().Sources["generic"], Signals: []alert.Signal{s}}); err == nil {
			t.Error("what was not kept is accepted")
		}
		w.act.DB = db
		w.signal("disk full")
		w.expect("ana hook: page disk full")
	})
}

func TestAnAlertGoesOnThoughWhatItStandsOnIsGone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.save(store.KindInstallation, "installation", store.Installation{Fallback: []escalation.Target{"person:eve"}})
		n := w.signal("disk full")
		w.do(func(tx *store.Tx) error {
			for kind, name := range map[string]string{store.KindService: "checkout", store.KindPolicy: "payments", store.KindSchedule: "primary", store.KindTeam: "payments"} {
				if err := tx.DeleteDoc(t.Context(), kind, name); err != nil {
					return err
				}
			}
			return nil
		})
		w.told = nil
		w.pass(5 * time.Minute)
		w.expect("ana mail: page disk full", "ben hook: page disk full")
		w.pass(10 * time.Minute) // step 1 finds nobody any more
		w.expect("ben hook: page disk full")
		w.said(n, "there is no schedule primary")
		m := w.signal("cpu hot") // of a source whose service is gone
		w.expect("eve hook: page cpu hot")
		w.ack("eve", m)
		w.pass(5 * time.Minute)
		w.expect()
		w.pass(5 * time.Minute)
		w.expect("dee hook: page disk full")
	})
}

// Law: any timer may fire late, early or twice.
func TestEveryTimerMayFireAgain(t *testing.T) {
	t.Parallel()
	stages := map[string]func(w *world, n id.Alert){
		"triggered": func(*world, id.Alert) {},
		"acked":     func(w *world, n id.Alert) { w.ack("ana", n) },
		"asked whether they still have it": func(w *world, n id.Alert) {
			w.ack("ana", n)
			w.pass(25 * time.Minute)
		},
		"lapsed": func(w *world, n id.Alert) {
			w.ack("ana", n)
			w.pass(30 * time.Minute)
		},
		"resolved": func(w *world, n id.Alert) { w.resolve("ana", n) },
	}
	for name, reach := range stages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(w *world) {
				n := w.signal("disk full")
				w.pass(time.Minute)
				reach(w, n)
				before := w.alert(n)
				w.told = nil
				for range 2 {
					w.do(func(tx *store.Tx) error {
						sends, err := tx.SendsOf(t.Context(), n)
						if err != nil {
							return err
						}
						again := []store.Timer{{Kind: action.TimerEscalate, Ref: string(n), DueAt: tx.Now}, {Kind: action.TimerLapse, Ref: string(n), DueAt: tx.Now}}
						for _, s := range sends {
							again = append(again, store.Timer{Kind: action.TimerDeliver, Ref: string(s.ID), DueAt: tx.Now})
						}
						return tx.SetTimers(t.Context(), again...)
					})
					w.settle()
				}
				w.expect()
				if diff := cmp.Diff(before, w.alert(n)); diff != "" {
					t.Errorf("the alert changed (-before +after):\n%s", diff)
				}
			})
		})
	}
}
