package smoke

import (
	"strings"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/channel"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/schedule"
	"firehall/internal/store"
)

func TestAStepThatFindsNobodyGoesOnAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		gap := weekly("ana")
		gap.Revisions[0].Layers[0].Windows = []schedule.Window{{Days: []string{"sun"}, From: "09:00", To: "10:00"}}
		w.save(store.KindSchedule, "primary", gap)
		n := w.signal("disk full")
		w.expect("ben hook: page disk full")
		w.said(n, "Found nobody: step 1 of payments finds nobody: schedule primary")
	})
}

func TestAStepWhosePeopleHaveNoContactGoesOnAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.person("ana", func(p *store.Person) { p.Contacts = nil })
		n := w.signal("disk full")
		w.expect("ben hook: page disk full")
		w.said(n, "ana has no contact")
	})
}

func TestWithNobodyAnywhereItKeepsTrying(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		for _, p := range []id.Person{"ana", "ben", "dee"} {
			w.person(p, func(p *store.Person) { p.Disabled = true })
		}
		n := w.signal("disk full")
		w.expect()
		w.said(n, "disabled or on leave", "ben is disabled", "dee is disabled", "set a fallback for the installation")
		w.save(store.KindInstallation, "installation", store.Installation{Fallback: []escalation.Target{"person:eve"}})
		w.pass(15 * time.Minute)
		w.expect("eve hook: page disk full")
	})
}

func TestWorse(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full", "info") // urgency none: tells nobody
		w.expect()
		w.said(n, "it is listed and tells nobody")
		w.signal("disk full", "error")
		w.expect("ana hook: page disk full")
		w.ack("ana", n)
		w.signal("disk full", "error") // as bad as when it was acked
		w.expect()
		w.pass(time.Minute)
		w.signal("disk full", "critical")
		w.expect("ana hook: page disk full")
		if a := w.alert(n); a.Status != alert.Triggered || a.Owner != "" {
			t.Errorf("status %s, owner %q", a.Status, a.Owner)
		}
		w.said(n, "severity error → critical: worse than when it was acknowledged")
		w.pass(5 * time.Minute)
		w.expect("ana mail: page disk full", "ben hook: page disk full")
	})
}

func TestWorsePagesTheOwnerAndWhoIsOnCallTogether(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full", "error")
		w.pass(5 * time.Minute)
		w.ack("ben", n)
		w.told = nil
		w.signal("disk full", "critical")
		w.expect("ana hook: page disk full", "ben hook: page disk full")
	})
}

func TestAnAcknowledgementThatLapses(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full")
		w.pass(5 * time.Minute) // ana, then ben
		w.ack("eve", n)
		w.told = nil
		w.pass(20 * time.Minute)
		if _, err := w.act.Note(t.Context(), actor("eve"), n, "looking at the logs", "by the API"); err != nil {
			t.Fatal(err)
		}
		w.pass(25*time.Minute - time.Second) // the note moved the end
		w.expect()
		w.pass(time.Second)
		w.expect("eve hook: page disk full") // the nudge
		w.pass(5 * time.Minute)
		w.expect("ben hook: page disk full", "eve hook: page disk full")
		w.said(n, "do you still have it?", "eve does not have it any more: the acknowledgement ran out")
		w.pass(10 * time.Minute)
		w.expect("ana hook: page disk full")
	})
}

func TestANudgeThatIsAnsweredKeepsTheAcknowledgement(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full")
		w.ack("ana", n)
		w.pass(25 * time.Minute)
		w.told = nil
		w.ack("ana", n) // "I still have it"
		w.pass(25*time.Minute - time.Second)
		w.expect()
		w.pass(time.Second)
		w.expect("ana hook: page disk full")
	})
}

func TestResolvedByHandWhileItsSourceStillFires(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		firing := group("up", w.clock(), "a")
		n := w.ingest("prometheus", firing)
		w.resolve("ana", n)
		w.told = nil
		for range 11 {
			w.pass(5 * time.Minute)
			w.ingest("prometheus", firing)
		}
		w.expect()
		w.pass(5 * time.Minute)
		w.ingest("prometheus", firing)
		w.expect("ana hook: page Still firing: up")
		w.said(n, "Pages nobody until 04:00:00 UTC on 20 Nov: its source may repeat what was resolved by hand")
		w.ingest("prometheus", firing)
		w.expect()
	})
}

func TestAHushEndsWhenTheProblemIsNew(t *testing.T) {
	t.Parallel()
	cases := map[string]func(w *world, s alert.Signal) alert.Signal{
		"it is over and comes back": func(w *world, s alert.Signal) alert.Signal {
			over := s
			over.Status, over.Members = alert.SignalClosed, []alert.Member{{Key: "a", StartsAt: s.Members[0].StartsAt}}
			w.ingest("prometheus", over)
			return s
		},
		"a member began anew": func(w *world, s alert.Signal) alert.Signal { return group("up", w.clock(), "a") },
		"another member fires": func(_ *world, s alert.Signal) alert.Signal {
			return group("up", s.Members[0].StartsAt, "a", "b")
		},
		"it got worse": func(_ *world, s alert.Signal) alert.Signal {
			s.Severity = "critical"
			return s
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(w *world) {
				firing := group("up", w.clock(), "a")
				firing.Severity = "error"
				n := w.ingest("prometheus", firing)
				w.resolve("ana", n)
				w.pass(time.Minute)
				w.told = nil
				w.ingest("prometheus", change(w, firing))
				w.expect("ana hook: page up")
			})
		})
	}
}

func TestATriggerAfterAResolveOpensANewAlertAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full")
		w.resolve("ana", n)
		w.told = nil
		if again := w.signal("disk full"); again == n {
			t.Error("the resolved alert came back")
		}
		w.expect("ana hook: page disk full")
	})
}

// group is a firing Alertmanager group with members since a time.
func group(key string, since time.Time, members ...string) alert.Signal {
	s := alert.Signal{Key: key, Summary: key, Status: alert.Firing, Severity: "critical", Resends: true}
	for _, m := range members {
		s.Members = append(s.Members, alert.Member{Key: m, Firing: true, Summary: m, StartsAt: since})
	}
	return s
}

func TestWokenLateItPagesOnceTogether(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full")
		w.expect("ana hook: page disk full")
		w.sleep(16 * time.Minute) // step 2 at 5 min, step 1 again at 15 min
		w.settle()
		w.expect("ana hook: page disk full", "ana mail: page disk full", "ben hook: page disk full")
		w.said(n, "2 steps should have been paged by now")
		w.pass(5 * time.Minute)
		w.expect("ana mail: page disk full", "ben hook: page disk full")
	})
}

func TestWokenVeryLateItPagesTheFallbackInTheSameBreath(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.signal("disk full")
		w.sleep(5 * time.Hour)
		w.told = nil
		w.settle()
		w.expect("ana hook: page disk full", "ana mail: page disk full", "ben hook: page disk full", "dee hook: page disk full")
		w.pass(15*time.Minute - time.Second)
		w.expect("ana mail: page disk full")
	})
}

func TestSomebodyDisabledIsNeverPaged(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.signal("disk full")
		w.expect("ana hook: page disk full")
		w.person("ana", func(p *store.Person) { p.Disabled = true })
		w.pass(5 * time.Minute) // her mail was planned already
		w.expect("ben hook: page disk full")
	})
}

func TestANewProblemPagesAnOwnerWhoHoldsAnother(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.ack("ana", w.signal("disk full"))
		w.told = nil
		w.signal("cpu hot")
		w.expect("ana hook: page cpu hot")
	})
}

func TestAnAnswerStopsEveryOtherSend(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full")
		w.ack("ana", n)
		w.told = nil
		w.pass(4 * time.Minute) // her mail would go now
		w.expect()
		w.said(n, "Did not tell ana by mail (email): Ana has it")
		w.signal("cpu hot")
		w.pass(2 * time.Minute)
		w.expect("ana hook: page cpu hot", "ana mail: page cpu hot")
	})
}

func TestTheNextContactGoesWhenOneFails(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.mood["ana hook"] = channel.Retry
		w.signal("disk full")
		w.expect("ana hook: page disk full [retry]", "ana mail: page disk full")
		w.pass(5 * time.Second)
		w.expect("ana hook: page disk full [retry]")
		w.mood["ana hook"] = channel.Accepted
		w.pass(10 * time.Second)
		w.expect("ana hook: page disk full")
		w.pass(time.Minute)
		w.expect()
	})
}

func TestAKnownFailureIsTriedForTenMinutes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.mood["ana hook"] = channel.Retry
		n := w.signal("disk full")
		w.ack("eve", n) // the page of the hook stops with it
		w.pass(10 * time.Minute)
		w.told = nil
		m := w.signal("cpu hot")
		w.pass(20 * time.Minute)
		tries := 0
		for _, line := range w.told {
			if strings.HasPrefix(line, "ana hook: page cpu hot") {
				tries++
			}
		}
		if tries < 8 {
			t.Errorf("%d tries in 10 min", tries)
		}
		w.said(m, "Could not tell ana by hook (webhook): it was tried for 10 min")
	})
}

func TestWhenEverySendOfAStepFailsTheNextStepGoesAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.mood["ana hook"], w.mood["ana mail"] = channel.Refused, channel.Refused
		n := w.signal("disk full")
		w.expect("ana hook: page disk full [refused]", "ana mail: page disk full [refused]", "ben hook: page disk full")
		w.said(n, "every send of this step has failed")
	})
}

func TestAFallbackThatFailsIsFollowedByTheInstallations(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.save(store.KindInstallation, "installation", store.Installation{Fallback: []escalation.Target{"person:eve"}})
		for _, c := range []string{"ana hook", "ana mail", "ben hook", "dee hook"} {
			w.mood[c] = channel.Refused
		}
		w.signal("disk full")
		if !strings.HasSuffix(strings.Join(w.told, "\n"), "eve hook: page disk full") {
			t.Errorf("went out: %s", strings.Join(w.told, "\n"))
		}
		w.told = nil
		w.pass(15*time.Minute - time.Second)
		w.expect() // not round and round
		w.pass(time.Second)
		w.expect("dee hook: page disk full [refused]", "eve hook: page disk full")
	})
}

func TestAnUnknownOutcomeIsRepeatedOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.mood["ana hook"] = channel.Unknown
		n := w.signal("disk full")
		w.expect("ana hook: page disk full [unknown]", "ana hook: page disk full [unknown]", "ana mail: page disk full")
		w.pass(4 * time.Minute)
		w.expect()
		w.said(n, "it is repeated once, with the same id", "nobody knows whether it arrived, twice")
	})
}

func TestLowUrgencyWaitsForWorkingHours(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("certificate ends soon", "warning")
		w.expect()
		w.said(n, "low urgency waits for working hours")
		w.pass(6*time.Hour - time.Second) // Friday, until 09:00
		w.expect()
		w.pass(time.Second)
		w.expect("ana mail: page certificate ends soon")
		w.ack("ana", n)
		w.pass(8 * time.Hour)
		w.resolve("ana", n)
		w.told = nil
		w.signal("disk is slow", "warning") // Friday, 17:00
		w.pass(63 * time.Hour)
		w.told = nil
		w.pass(time.Hour) // Monday, 09:00: ana's turn is until noon
		if len(w.told) == 0 || w.told[0] != "ana mail: page disk is slow" {
			t.Errorf("on Monday went out: %s", strings.Join(w.told, "\n"))
		}
	})
}

// Who is on call when it arrives sleeps for long, far away; it waits for whoever
// works first by the rota, not for them.
func TestLowUrgencyIsLookedAtAgainAtAHandoff(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.person("ana", func(p *store.Person) { p.Zone = "America/Denver" }) // works from 16:00 UTC on
		follow := weekly("ana", "cy")
		follow.Revisions[0].Layers[0].Rotation.Unit, follow.Revisions[0].Layers[0].Rotation.Start = "day", "2026-11-19T06:00"
		w.save(store.KindSchedule, "primary", follow)
		w.signal("certificate ends soon", "warning") // Friday, 03:00 UTC: ana's turn is until 06:00
		w.pass(6*time.Hour - time.Second)
		w.expect()
		w.pass(time.Second)
		w.expect("cy hook: page certificate ends soon")
	})
}

func TestSnooze(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full")
		w.pass(5 * time.Minute)
		if _, err := w.act.Snooze(t.Context(), actor("ana"), n, w.clock().Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		w.settle()
		w.told = nil
		w.pass(2*time.Hour - time.Second)
		w.expect()
		w.pass(time.Second)
		w.expect("ana hook: page disk full", "ben hook: page disk full")
		w.said(n, "the snooze is over")
	})
}

func TestReassignDeclineEscalateUnack(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full")
		w.expect("ana hook: page disk full")
		must(w, func() (alert.Alert, error) {
			return w.act.Reassign(t.Context(), actor("ana"), n, []escalation.Target{"person:cy"})
		})
		w.expect("cy hook: page disk full")
		must(w, func() (alert.Alert, error) {
			return w.act.Decline(t.Context(), actor("cy"), n, "on a train", action.Tap{How: "by the API"})
		})
		w.expect("ben hook: page disk full")
		must(w, func() (alert.Alert, error) { return w.act.EscalateNow(t.Context(), actor("ben"), n, "by the API") })
		w.expect("ana hook: page disk full") // the second round
		w.ack("ana", n)
		w.told = nil
		must(w, func() (alert.Alert, error) { return w.act.Unacknowledge(t.Context(), actor("ana"), n) })
		w.expect("ana hook: page disk full")
		w.said(n, "cy cannot take it", "on a train", "ben asked for help", "ana gave it back", "ana reassigned it: to person:cy")
		w.pass(5 * time.Minute)
		w.expect("ana mail: page disk full", "ben hook: page disk full")
	})
}

func must(w *world, fn func() (alert.Alert, error)) {
	w.t.Helper()
	if _, err := fn(); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

func TestMergedAlertsEndTogether(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		a, b := w.signal("disk full"), w.signal("database slow")
		w.told = nil
		must(w, func() (alert.Alert, error) { return w.act.Merge(t.Context(), actor("ana"), b, a) })
		w.signal("database slow") // folds into what was merged: silence
		w.expect()
		w.resolve("ana", a)
		if got := w.alert(b).Status; got != alert.Resolved {
			t.Errorf("the merged alert is %s", got)
		}
		w.told = nil
		w.signal("database slow")
		w.expect("ana hook: page database slow")
	})
}

func TestAMergedAlertCarriesOnWhenOnlyTheOtherIsOver(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		a, b := w.signal("disk full"), w.signal("database slow")
		must(w, func() (alert.Alert, error) { return w.act.Merge(t.Context(), actor("ana"), b, a) })
		w.ack("ana", a)
		w.ingest("generic", alert.Signal{Key: "disk full", Status: alert.SignalClosed, Summary: "disk full"})
		if got := w.alert(b); got.Status != alert.Acknowledged || got.Owner != "ana" {
			t.Errorf("the merged alert is %s, owner %q", got.Status, got.Owner)
		}
	})
}

func TestAPagingAlertIsNotMergedIntoAQuietOne(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		loud, quiet := w.signal("disk full"), w.signal("certificate", "info")
		if _, err := w.act.Merge(t.Context(), actor("ana"), loud, quiet); err == nil {
			t.Error("it was merged, and pages nobody any more")
		}
		w.told = nil
		w.pass(5 * time.Minute)
		w.expect("ana mail: page disk full", "ben hook: page disk full")
	})
}

func TestAMergedAlertThatGetsWorseStandsForItselfAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		a, b := w.signal("disk full", "error"), w.signal("database slow", "error")
		must(w, func() (alert.Alert, error) { return w.act.Merge(t.Context(), actor("ana"), b, a) })
		w.ack("ana", a)
		w.told = nil
		w.signal("database slow", "error")
		w.expect()
		w.signal("database slow", "critical")
		w.expect("ana hook: page database slow")
		w.said(b, "worse than when it was merged")
	})
}

func TestAGroupIsOneAlertUntilItsLastMemberIsOver(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		since := w.clock()
		n := w.ingest("prometheus", group("up", since, "a", "b"))
		w.expect("ana hook: page up")
		for range 3 { // three Alertmanagers say the same
			w.ingest("prometheus", group("up", since, "a", "b"))
		}
		half := group("up", since, "a", "b")
		half.Members[1].Firing = false
		w.ingest("prometheus", half)
		w.expect()
		if a := w.alert(n); a.Status != alert.Triggered || a.Signals != 5 {
			t.Errorf("status %s, signals %d", a.Status, a.Signals)
		}
		w.said(n, "1 member is over")
		over := group("up", since, "a")
		over.Status, over.Members[0].Firing = alert.SignalClosed, false
		w.ingest("prometheus", over)
		w.expect("ana hook: resolved its source says that it is over")
		if got := w.alert(n).Status; got != alert.Resolved {
			t.Errorf("the alert is %s", got)
		}
	})
}

func TestAnOverrideInForceIsWhoIsPaged(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		o := schedule.Cover("eve", "ana", w.clock().Add(-time.Hour), w.clock().Add(time.Hour))
		o.Schedule = "primary"
		w.do(func(tx *store.Tx) error {
			o.ID = id.Override(tx.NewID(id.PrefixOverride))
			return tx.AddOverride(t.Context(), o)
		})
		n := w.signal("disk full")
		w.expect("eve hook: page disk full")
		w.said(n, "override")
	})
}

func TestACallThatACrashCutOffIsRepeatedOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full")
		w.told = nil
		w.do(func(tx *store.Tx) error { // as a node leaves it that is killed while it calls
			sends, err := tx.SendsOf(t.Context(), n)
			if err != nil {
				return err
			}
			sends[0].Status, sends[0].ClaimedBy = notify.Sending, "run_gone"
			return tx.SaveSend(t.Context(), sends[0])
		})
		if found, err := w.act.Abandoned(t.Context(), func(id.Send) bool { return false }); err != nil || found != 1 {
			t.Fatalf("found %d, %v", found, err)
		}
		w.settle()
		w.expect("ana hook: page disk full", "ana mail: page disk full")
	})
}

func TestTheAuditorRunsWhatWasLeftLying(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		n := w.signal("disk full")
		w.told = nil
		w.do(func(tx *store.Tx) error { // timers that vanished
			_, err := tx.ClaimTimers(t.Context(), "payments", 100)
			if err != nil {
				return err
			}
			w.set(w.clock().Add(time.Hour))
			tx.Now = w.clock()
			_, err = tx.ClaimTimers(t.Context(), "payments", 100)
			return err
		})
		found, err := w.engine.Audit(t.Context())
		if err != nil || found != 2 || w.engine.Health().Content() {
			t.Fatalf("found %d, %v; content: %v", found, err, w.engine.Health().Content())
		}
		w.settle()
		if len(w.told) < 2 {
			t.Errorf("went out: %v", w.told)
		}
		w.said(n, "Found lying by the auditor")
		if found, err := w.engine.Audit(t.Context()); err != nil || found != 0 || !w.engine.Health().Content() {
			t.Errorf("the second audit found %d, %v", found, err)
		}
	})
}
