package app

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/doctor"
	"firehall/internal/lint"
	"firehall/internal/meter"
	"firehall/internal/span"
	"firehall/internal/store"
)

func TestTheDoctorLooksAtBackups(t *testing.T) {
	file := filepath.Join(t.TempDir(), "firehall.db")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	good := action.Backups{At: noon.Add(-time.Hour), File: file, Host: "here", Bytes: 1 << 20, Rows: 12}
	tests := map[string]struct {
		change func(*action.Backups)
		plan   store.BackupPlan
		level  doctor.Level
		says   string
	}{
		"an hour old":          {nil, store.DefaultBackupPlan, doctor.OK, "12 rows, in " + file + " on here; it was opened and is whole"},
		"it failed":            {func(b *action.Backups) { b.FailedAt, b.Why = noon, "no room" }, store.DefaultBackupPlan, doctor.Problem, "the last backup failed at 2026-11-20 12:00:00 UTC: no room"},
		"none yet":             {func(b *action.Backups) { *b = action.Backups{} }, store.DefaultBackupPlan, doctor.Warning, "no backup yet"},
		"none are made":        {nil, store.BackupPlan{Every: span.Duration(time.Hour)}, doctor.Warning, "keeps none"},
		"too old":              {func(b *action.Backups) { b.At = noon.Add(-49 * time.Hour) }, store.DefaultBackupPlan, doctor.Problem, "one is made every 1d"},
		"the file is gone":     {func(b *action.Backups) { b.File += ".gone" }, store.DefaultBackupPlan, doctor.Warning, "is not there any more"},
		"it is another node's": {func(b *action.Backups) { b.File += ".gone"; b.Host = "there" }, store.DefaultBackupPlan, doctor.OK, "on there"},
	}
	for name, test := range tests {
		b := good
		if test.change != nil {
			test.change(&b)
		}
		finds(t, name, backupsAre(b, test.plan, noon, "here"), test.level, test.says)
	}
}

func TestTheDoctorLooksAtQueues(t *testing.T) {
	tests := map[string]struct {
		state   meter.State
		failing string
		level   doctor.Level
		says    string
	}{
		"in time":          {meter.State{TimersPending: 1, Queues: map[string]int{"sends": 2}}, "", doctor.OK, "1 timer set, 2 sends waiting, 0 messages"},
		"late":             {meter.State{TimersLate: 11 * time.Second}, "", doctor.Warning, "due for 11s"},
		"stuck":            {meter.State{TimersLate: 61 * time.Second}, "", doctor.Problem, "timers are stuck"},
		"left lying":       {meter.State{Found: 2}, "", doctor.Problem, "2 things left lying"},
		"a failing engine": {meter.State{}, "claim timers", doctor.Problem, "claim timers"},
		"a full inbox":     {meter.State{Queues: map[string]int{"inbox": 1000}}, "", doctor.Warning, "1000 messages wait"},
	}
	for name, test := range tests {
		finds(t, name, queuesAre(test.state, test.failing), test.level, test.says)
	}
}

func TestTheDoctorRepeatsWhatLintSays(t *testing.T) {
	finds(t, "nothing", setupIs([]lint.Finding{{Level: lint.Note}}), doctor.OK, "nothing grave")
	finds(t, "a warning", setupIs([]lint.Finding{{Level: lint.Warning, Sentence: "low is louder than high"}}), doctor.Warning, "1 warning in the setup; the gravest: low is louder")
	finds(t, "an error", setupIs([]lint.Finding{{Level: lint.Error, Sentence: "nobody on Sundays"}, {Level: lint.Error}, {Level: lint.Warning}}), doctor.Problem, "2 errors in the setup; the gravest: nobody on Sundays")
}
