package app

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"firehall/internal/store"
)

// backupsKept returns the names of what is in the folder of backups.
func (w *world) backupsKept() []string {
	w.t.Helper()
	files, err := os.ReadDir(w.backupFolder())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		w.t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		out = append(out, f.Name())
	}
	return out
}

func TestBackupsAreMadeOnTimeAndTheNewestAreKept(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.start()
		w.setup(small)
		var first string
		for day := range 9 {
			w.backup(t.Context())
			w.backup(t.Context()) // it is not due any more
			kept := w.backupsKept()
			if want := min(day+1, 7); len(kept) != want {
				t.Fatalf("on day %d there are %q", day, kept)
			}
			if day == 0 {
				first = kept[0]
				if c, err := store.OpenCopy(t.Context(), filepath.Join(w.backupFolder(), first), true); err != nil || c.Rows == 0 {
					t.Errorf("it holds %+v, %v", c, err)
				}
			}
			w.pass(24 * time.Hour)
		}
		if slices.Contains(w.backupsKept(), first) {
			t.Errorf("%s is still there", first)
		}
	})
}

func TestABackupThatFailsIsToldUntilOneIsMade(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.start()
		w.setup(small)
		warned := func(text string) bool {
			t.Helper()
			status, body := w.get("/readyz")
			if status != http.StatusOK {
				t.Errorf("it answers %d", status)
			}
			return strings.Contains(body, text)
		}
		if err := os.WriteFile(w.backupFolder(), nil, 0o600); err != nil { // where a folder should be
			t.Fatal(err)
		}
		w.backup(t.Context())
		if !warned("the last backup failed at ") {
			t.Error("nothing is said of the failure")
		}
		if err := os.Remove(w.backupFolder()); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Hour)
		w.backup(t.Context())
		if warned("backup") || len(w.backupsKept()) != 1 {
			t.Errorf("it still warns, with %q", w.backupsKept())
		}
		w.pass(49 * time.Hour)
		if !warned("backups are overdue: the last one is of ") {
			t.Error("nothing is said of an old backup")
		}
	})
}

func TestABackupIsGoodThoughAnOldOneCannotBeDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	w.setup(small)
	old := filepath.Join(w.backupFolder(), "firehall-20200102T000000Z.db")
	if err := os.MkdirAll(filepath.Join(old, "not empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	older := filepath.Join(w.backupFolder(), "firehall-20200101T000000Z.db")
	for range 8 {
		if err := os.WriteFile(older, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		w.backup(t.Context())
		w.pass(24 * time.Hour)
	}
	b, err := w.act.Backups(t.Context())
	if err != nil || !b.FailedAt.IsZero() || b.At.IsZero() {
		t.Errorf("it is kept as %+v, %v", b, err)
	}
	if _, err := os.Stat(older); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the other old one stays: %v", err)
	}
	if !strings.Contains(w.log.String(), "old backups could not be deleted") {
		t.Error("nobody is told")
	}
}

func TestANodeEndsWhoseDatabaseIsSomebodyElses(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ended := make(chan error, 1)
	ended <- errors.New("a restore works on this database")
	w.yield(t.Context(), ended)
	<-w.engineRan
	if err := <-w.Failed(); err == nil || !strings.Contains(err.Error(), "must end: a restore works") {
		t.Errorf("it ends with %v", err)
	}
}

func TestWhatACrashHasLeftOfBackupsIsSweptAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	folder := filepath.Join(w.opts.Config.Data, BackupFolder)
	stay := []string{"firehall-20261119T030000Z.db", "mine.db"}
	for _, name := range append([]string{"firehall-20261120T030000Z.db.part", ".sending-1/firehall.db.part"}, stay...) {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.start()
	if got := w.backupsKept(); !slices.Equal(got, stay) {
		t.Errorf("there are %q", got)
	}
}
