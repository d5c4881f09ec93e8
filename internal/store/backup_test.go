package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firehall/internal/fault"
)

// suitsAll takes every secret key for the copy's.
func suitsAll(Copy) error { return nil }

// backup makes a backup of the world's database, which must succeed.
func (w *world) backup() Copy {
	w.Helper()
	c, err := w.db.Backup(w.Context(), filepath.Join(w.TempDir(), "b ü%20?.db"))
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// restoredInto restores a copy and opens the database.
func restoredInto(t *testing.T, c Config, file string, replace bool) (*world, Restored) {
	t.Helper()
	c.Now = (&clock{now: after(60)}).Now
	out, err := Restore(t.Context(), c, file, replace, suitsAll)
	if err != nil {
		t.Fatal(err)
	}
	return open(t, c), out
}

func TestABackupHoldsEveryRowAndIsRestoredOnEitherDatabase(t *testing.T) {
	onBoth(t, func(w *world) {
		w.fill(30)
		w.do(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, FactKeyCheck, "the check") })
		c := w.backup()
		if c.KeyCheck != "the check" || !c.MadeAt.Equal(start) || c.Version != newestMigration() || c.Rows < 300 {
			w.Errorf("it holds %+v", c)
		}
		w.holds(c.Path)
		for name, into := range map[string]Config{"sqlite": {Dir: w.TempDir()}, "postgres": {URL: postgres(w.T)}} {
			other, out := restoredInto(w.T, into, c.Path, false)
			other.holds(c.Path)
			if got := must(other.db.Fact(w.Context(), FactKeyCheck))(w); got != "the check" {
				w.Errorf("%s: the check of the key is %q", name, got)
			}
			if held := must(other.db.HeldAlerts(w.Context()))(w); held != 30 || out.Held != 30 {
				w.Errorf("%s: %d alerts are held, and it says %d", name, held, out.Held)
			}
		}
	})
}

func TestABackupIsOfOneMomentWhileOthersWrite(t *testing.T) {
	onBoth(t, func(w *world) {
		w.fill(200)
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				_ = w.db.Do(w.Context(), func(tx *Tx) error { // both, or neither
					ref := tx.NewID("t_")
					err := tx.SetTimers(w.Context(), Timer{Kind: "a", Ref: ref, DueAt: start}, Timer{Kind: "b", Ref: ref, DueAt: start})
					return errors.Join(err, tx.SetFact(w.Context(), "last", ref))
				})
			}
		}()
		c := w.backup()
		close(stop)
		<-stopped
		file, err := openFile(c.Path)
		if err != nil {
			w.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		var halves, all, last int
		err = errors.Join(
			file.QueryRow("SELECT count(*) FROM (SELECT ref FROM timers WHERE kind IN ('a', 'b') GROUP BY ref HAVING count(*) <> 2)").Scan(&halves),
			file.QueryRow("SELECT count(*) FROM timers WHERE kind = 'a'").Scan(&all),
			file.QueryRow("SELECT count(*) FROM timers JOIN facts ON facts.name = 'last' AND ref = facts.value").Scan(&last),
		)
		if err != nil || halves != 0 || (all > 0 && last != 2) {
			w.Errorf("%d halves of %d, the last %d times, %v", halves, all, last, err)
		}
	})
}

func TestABackupAsItIsLeavesOlderTablesAsTheyAre(t *testing.T) {
	onEmpty(t, func(t *testing.T, pool *sql.DB, c Config) {
		old := versions(t)[1]
		if err := migrateTo(t.Context(), pool, c.URL != "", migrationFiles(), old); err != nil {
			t.Fatal(err)
		}
		if err := pool.Close(); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "backup.db")
		made, err := BackupAsIs(t.Context(), c, file)
		if err != nil || made.Version != old {
			t.Fatalf("the copy has version %d, %v", made.Version, err)
		}
		now := (&world{T: t, config: c}).rawly()
		if version, err := versionOf(t.Context(), now); err != nil || version != old {
			t.Errorf("the database has version %d, %v", version, err)
		}
		into := Config{Dir: t.TempDir(), Now: c.Now}
		if _, err := Restore(t.Context(), into, file, false, func(Copy) error { return nil }); err != nil {
			t.Error(err)
		}
	})
}

func TestABackupAsItIsWaitsForNoNode(t *testing.T) {
	w := open(t, Config{Dir: t.TempDir()})
	_, err := BackupAsIs(t.Context(), w.config, filepath.Join(t.TempDir(), "backup.db"))
	if err == nil || !strings.Contains(err.Error(), "another firehall uses the data folder") {
		t.Errorf("beside a node: %v", err)
	}
}

func TestARestoreIntoPostgreSQLNeedsRoomBesideItsBackup(t *testing.T) {
	beside, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	for want, backup := range map[string]string{beside: filepath.Join(beside, "b.db"), data: filepath.Join(beside, "gone", "b.db")} {
		folder, err := roomBeside(backup, data)
		if err != nil || filepath.Dir(folder.path) != want {
			t.Errorf("of %s: %v, %v", backup, folder, err)
			continue
		}
		folder.remove()
	}
}

func TestABackupIsItsOwnersAloneAndThereWholeOrNotAtAll(t *testing.T) {
	onBoth(t, func(w *world) {
		c := w.backup()
		info, err := os.Stat(c.Path)
		if err != nil || info.Mode().Perm() != 0o600 || info.Size() != c.Bytes {
			w.Errorf("%v, %v", info, err)
		}
		if _, err := w.db.Backup(w.Context(), c.Path); err == nil || !strings.Contains(err.Error(), "is there already") {
			w.Errorf("it writes over a backup: %v", err)
		}
		ctx, cancel := context.WithCancel(w.Context())
		cancel()
		path := filepath.Join(w.TempDir(), "broken-off.db")
		if _, err := w.db.Backup(ctx, path); err == nil {
			w.Error("it was not broken off")
		}
		if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) > 0 {
			w.Errorf("it left %v, %v", list, err)
		}
		if err := os.WriteFile(path+".part", []byte("half"), 0o600); err != nil { // of a crash
			w.Fatal(err)
		}
		if _, err := w.db.Backup(w.Context(), path); err != nil {
			w.Error(err)
		}
		files, err := filepath.Glob(filepath.Dir(path) + "/*")
		if err != nil || !slices.Equal(files, []string{path}) {
			w.Errorf("there are %q, %v", files, err)
		}
	})
}

func TestWhatIsNoBackupIsRefusedWithTheWayOut(t *testing.T) {
	t.Parallel()
	w := open(t, Config{Dir: t.TempDir()})
	w.fill(300)
	good := w.backup().Path
	file := func(change func(path string)) string {
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := copyFile(good, path); err != nil {
			t.Fatal(err)
		}
		change(path)
		return path
	}
	run := func(text string) func(string) {
		return func(path string) {
			db, err := openFile(path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if _, err := db.Exec(text); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := map[string]struct{ path, says string }{
		"no file":              {filepath.Join(t.TempDir(), "none.db"), "cannot be read"},
		"a text":               {file(func(path string) { _ = os.WriteFile(path, []byte(strings.Repeat("no database ", 999)), 0o600) }), "is not a backup of Firehall, or it is damaged"},
		"an empty file":        {file(func(path string) { _ = os.Truncate(path, 0) }), "is not a backup of Firehall"},
		"half a file":          {file(func(path string) { half(t, path) }), "damaged"},
		"a flipped page":       {file(func(path string) { flip(t, path) }), "damaged"},
		"of a newer version":   {file(run("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")), "is of a newer Firehall: its tables have version 9999"},
		"of something else":    {file(run("DROP TABLE goose_db_version")), "is not a backup of Firehall"},
		"the good one is good": {good, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Restore(t.Context(), Config{Dir: t.TempDir(), Now: w.clock.Now}, test.path, false, suitsAll)
			if test.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if fault.Of(err) == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("it says %v", err)
			}
		})
	}
}

func half(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil {
		err = os.Truncate(path, info.Size()/2)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// flip spoils a page in the middle.
func flip(t *testing.T, path string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := len(raw) / 2 / 4096 * 4096
	copy(raw[at:at+64], slices.Repeat([]byte{0xee}, 64))
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestARestoreReplacesNothingByAccident(t *testing.T) {
	onBoth(t, func(w *world) {
		w.fill(3)
		c := w.backup()
		config := w.config
		_, err := Restore(w.Context(), config, c.Path, true, suitsAll)
		if err == nil || (w.config.URL == "") != strings.Contains(err.Error(), "another firehall uses the data folder") {
			w.Errorf("beside a node: %v", err)
		}
		w.do(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, "a", "1") })
		if err := w.db.Close(); err != nil {
			w.Fatal(err)
		}
		_, err = Restore(w.Context(), config, c.Path, false, suitsAll)
		if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "--replace") {
			w.Errorf("into what is not empty: %v", err)
		}
		wrong := errors.New("another key")
		_, err = Restore(w.Context(), config, c.Path, true, func(Copy) error { return wrong })
		if !errors.Is(err, wrong) {
			w.Errorf("with another key: %v", err)
		}
		w.db = w.another()
		w.facts("a")
		if err := w.db.Close(); err != nil {
			w.Fatal(err)
		}
		other, out := restoredInto(w.T, config, c.Path, true)
		other.facts()
		other.holds(c.Path)
		if w.config.URL != "" {
			return
		}
		aside, err := openFile(out.Aside)
		if err != nil {
			w.Fatal(err)
		}
		defer func() { _ = aside.Close() }()
		var value string
		if err := aside.QueryRow("SELECT value FROM facts WHERE name = 'a'").Scan(&value); err != nil || value != "1" {
			w.Errorf("aside there is %q, %v", value, err)
		}
	})
}

// A restore over a database that cannot be read must not take its log for its
// own.
func TestARestoreOverWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	w := open(t, Config{Dir: t.TempDir()})
	w.fill(3)
	c := w.backup()
	dir := t.TempDir()
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.WriteFile(filepath.Join(dir, File+end), []byte(strings.Repeat("garbage ", 9999)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Restore(t.Context(), Config{Dir: dir, Now: w.clock.Now}, c.Path, false, suitsAll); !fault.Is(err, fault.Conflict) {
		t.Errorf("it says %v", err)
	}
	other, _ := restoredInto(t, Config{Dir: dir}, c.Path, true)
	other.holds(c.Path)
}

func TestANodeDoesNotStartWhileARestoreWorks(t *testing.T) {
	w := onPostgres(t)
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}
	h, err := takeHouse(t.Context(), w.config.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), w.config)
	if !fault.Is(err, fault.Conflict) || err.Error() != "a restore or a move works on this database; start when it has ended" {
		t.Errorf("it says %v", err)
	}
	h.close()
	w.db = w.another()
	if _, err := takeHouse(t.Context(), w.config.URL); !fault.Is(err, fault.Conflict) {
		t.Errorf("beside a node: %v", err)
	}
}
