package action_test

import (
	"slices"
	"testing"
	"time"

	"firehall/internal/span"
	"firehall/internal/store"
)

func TestWhenBackupsAreMadeIsPartOfTheSetup(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		plan := func() store.BackupPlan { return w.db.Setup().BackupPlan() }
		if got := plan(); got != store.DefaultBackupPlan {
			t.Errorf("at first %+v", got)
		}
		tests := map[string]struct {
			file string
			want store.BackupPlan
		}{
			"both":               {`{every: 12h, keep: 14}`, store.BackupPlan{Every: span.Duration(12 * time.Hour), Keep: 14}},
			"how many":           {`{keep: 3}`, store.BackupPlan{Every: span.Duration(24 * time.Hour), Keep: 3}},
			"none":               {`{keep: 0}`, store.BackupPlan{Every: span.Duration(24 * time.Hour)}},
			"as often as it may": {`{every: 1h}`, store.BackupPlan{Every: span.Duration(time.Hour), Keep: 7}},
		}
		for name, test := range tests {
			w.apply("installation: {heartbeat_url: \"https://hc.example/a\", backup: " + test.file + "}")
			if got := plan(); got != test.want {
				t.Errorf("%s: %+v", name, got)
			}
			if again := w.applyFile(w.export()); len(again.Changes) > 0 {
				t.Errorf("%s: what is exported changes %v", name, again.Changes)
			}
		}
		for file, want := range map[string]string{
			`{every: 59m}`:   "installation.backup.every: backups are made at most once an hour and at least once in 31 days; write it like 24h",
			`{every: 800h}`:  "installation.backup.every: backups are made at most once an hour and at least once in 31 days; write it like 24h",
			`{keep: -1}`:     "installation.backup.keep: 0 to 1000 backups are kept; with 0 none are made",
			`{keeps: 1}`:     "installation.backup.keeps: there is no such field; did you mean keep?",
			`{dir: "/root"}`: "installation.backup.dir: there is no such field; there are every, keep",
		} {
			_, err := w.try("installation: {backup: " + file + "}")
			if got := setupProblems(t, err); !slices.Contains(got, want) {
				t.Errorf("%s: %q", file, got)
			}
		}
	})
}
