package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"firehall/internal/action"
	"firehall/internal/doctor"
	"firehall/internal/lint"
	"firehall/internal/meter"
	"firehall/internal/store"
)

// backupsFound says how scheduled backups stand.
func (a *App) backupsFound(ctx context.Context, setup *store.Setup) []doctor.Diagnosis {
	b, err := a.act.Backups(ctx)
	if err != nil {
		return lookFailed()
	}
	host, _ := os.Hostname()
	return backupsAre(b, setup.BackupPlan(), a.opts.Now(), host)
}

// backupsAre judges backups. Host is this machine.
func backupsAre(b action.Backups, plan store.BackupPlan, now time.Time, host string) []doctor.Diagnosis {
	last := fmt.Sprintf("the last backup is of %s: %s, %d rows, in %s on %s", b.At.UTC().Format(time.DateTime+" MST"), size(b.Bytes), b.Rows, b.File, b.Host)
	_, lost := os.Stat(b.File)
	switch {
	case !b.FailedAt.IsZero():
		return []doctor.Diagnosis{doctor.Bad(fmt.Sprintf("the last backup failed at %s: %s", b.FailedAt.UTC().Format(time.DateTime+" MST"), b.Why), "mend that; it is tried again in an hour, or at once with firehall backup")}
	case !plan.On():
		return []doctor.Diagnosis{doctor.Warn("no backups are made by themselves: installation.backup keeps none", "run firehall backup from a timer of your own, or set installation.backup")}
	case b.At.IsZero():
		return []doctor.Diagnosis{doctor.Warn("there is no backup yet; the first is made within minutes of the first start", "ask again in a few minutes")}
	case b.Overdue(plan, now):
		return []doctor.Diagnosis{doctor.Bad(last+": one is made every "+plan.Every.String(), "look in the log why later ones were not made, and whether a node runs")}
	case b.Host == host && lost != nil:
		return []doctor.Diagnosis{doctor.Warn(last+", and that file is not there any more", "look who took it; firehall backup makes another")}
	}
	return []doctor.Diagnosis{doctor.Good(last + "; it was opened and is whole. Copy it to another machine")}
}

// beatFound says how the outgoing heartbeat stands.
func (a *App) beatFound(setup *store.Setup) []doctor.Diagnosis {
	if setup.Installation.HeartbeatURL == "" {
		return []doctor.Diagnosis{doctor.Warn("when this Firehall dies, nobody is told: it has no outgoing heartbeat", "set installation.heartbeat_url to a watchdog outside")}
	}
	at, why := a.beat.last()
	switch {
	case why != "":
		return []doctor.Diagnosis{doctor.Bad("the outgoing heartbeat is not sent: "+why, "mend that; the watchdog outside is about to raise its alarm")}
	case at.IsZero():
		return []doctor.Diagnosis{doctor.Good("the outgoing heartbeat is set; this node sends its first within a minute")}
	}
	return []doctor.Diagnosis{doctor.Good("the outgoing heartbeat was sent at " + at.UTC().Format("15:04:05 MST"))}
}

// Limits of queues.
const (
	lateSoon   = 10 * time.Second
	manyInWait = 1000 // messages for their commit
)

// queues says whether work is done in time.
func (a *App) queues(ctx context.Context) []doctor.Diagnosis {
	s, err := a.state(ctx)
	if err != nil {
		return lookFailed()
	}
	return queuesAre(s, a.engine.Health().Failing)
}

// queuesAre judges how work is done. Failing is what the engine fails at.
func queuesAre(s meter.State, failing string) []doctor.Diagnosis {
	var out []doctor.Diagnosis
	add := func(f doctor.Diagnosis) { out = append(out, f) }
	const mend = "look in the log, at the database's answer time and at the load of this machine"
	switch {
	case s.TimersLate > stuckAfter:
		add(doctor.Bad(fmt.Sprintf("timers are stuck: the first has been due for %s", s.TimersLate.Round(time.Second)), mend))
	case s.TimersLate > lateSoon:
		add(doctor.Warn(fmt.Sprintf("timers are late: the first has been due for %s", s.TimersLate.Round(time.Second)), mend))
	}
	if s.Found > 0 {
		add(doctor.Bad(fmt.Sprintf("the auditor found %s left lying, and ran what it found", count(s.Found, "thing", "things")), "look in the log what had not run"))
	}
	if failing != "" {
		add(doctor.Bad("the engine fails and tries again: "+failing, mend))
	}
	if s.Queues["inbox"] >= manyInWait {
		add(doctor.Warn(fmt.Sprintf("%d messages wait for their commit", s.Queues["inbox"]), mend))
	}
	if len(out) == 0 {
		add(doctor.Good(fmt.Sprintf("work is done in time: %s set, %s waiting, %s for their commit", count(s.TimersPending, "timer", "timers"), count(s.Queues["sends"], "send", "sends"), count(s.Queues["inbox"], "message", "messages"))))
	}
	return out
}

// setupFound says what lint says, in a sentence.
func (a *App) setupFound(ctx context.Context) []doctor.Diagnosis {
	found, err := a.act.Lint(ctx, nil)
	if err != nil {
		return lookFailed()
	}
	return setupIs(found)
}

func setupIs(found []lint.Finding) []doctor.Diagnosis {
	n := map[lint.Level]int{}
	for _, f := range found {
		n[f.Level]++
	}
	const mend = "firehall lint says all of it, and how to mend each"
	switch {
	case n[lint.Error] > 0:
		return []doctor.Diagnosis{doctor.Bad(fmt.Sprintf("lint finds %s in the setup; the gravest: %s", count(n[lint.Error], "error", "errors"), found[0].Sentence), mend)}
	case n[lint.Warning] > 0:
		return []doctor.Diagnosis{doctor.Warn(fmt.Sprintf("lint finds %s in the setup; the gravest: %s", count(n[lint.Warning], "warning", "warnings"), found[0].Sentence), mend)}
	}
	return []doctor.Diagnosis{doctor.Good("lint finds nothing grave in the setup")}
}
