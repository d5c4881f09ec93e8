package store

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestInspect(t *testing.T) {
	onBoth(t, func(w *world) {
		t, c := w.T, w.config
		err := w.db.Do(t.Context(), func(tx *Tx) error { return tx.SetFact(t.Context(), FactKeyCheck, "v1.abc") })
		if err != nil {
			t.Fatal(err)
		}
		check := func(when string) {
			i, err := Inspect(t.Context(), c)
			if err != nil {
				t.Fatalf("%s: %v", when, err)
			}
			if i.Tables != newestMigration() || i.Newest != i.Tables || i.Facts[FactKeyCheck] != "v1.abc" || i.Bytes == 0 || i.Held != 0 || (i.Postgres && i.Settings["synchronous_commit"] != "off") || i.Broken != "" {
				t.Errorf("%s: %+v", when, i)
			}
			if i.Postgres != (c.URL != "") || i.Postgres == i.Clock.IsZero() || i.Postgres == i.Read || i.Standby {
				t.Errorf("%s: %+v", when, i)
			}
			if i.Postgres && (i.Version < 140000 || i.Settings["fsync"] == "" || i.MaxConnections == 0 || i.Connections == 0) {
				t.Errorf("%s: %+v", when, i)
			}
		}
		check("beside a node")
		if inUse := InUse(c.Dir); inUse != (c.URL == "") {
			t.Errorf("in use: %v", inUse)
		}
		if err := w.db.Close(); err != nil {
			t.Fatal(err)
		}
		check("without a node")
		if InUse(c.Dir) {
			t.Error("it is in use by nobody")
		}
	})
}

func TestInspectFindsADamagedFile(t *testing.T) {
	c := Config{Dir: t.TempDir(), Now: time.Now}
	d, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(c.Dir, File)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte(strings.Repeat("damage! ", 1024)), info.Size()/2&^4095); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	if i, err := Inspect(t.Context(), c); err == nil && i.Broken == "" {
		t.Errorf("got %+v", i)
	}
}

func TestInspectChangesNothing(t *testing.T) {
	c := Config{Dir: t.TempDir(), Now: time.Now}
	if _, err := Inspect(t.Context(), c); err == nil {
		t.Error("an empty folder is a database")
	}
	if err := os.WriteFile(filepath.Join(c.Dir, File), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if i, err := Inspect(context.Background(), c); err != nil || i.Tables != 0 {
		t.Errorf("of an empty file: %+v, %v", i, err)
	}
	if info, err := os.Stat(filepath.Join(c.Dir, File)); err != nil || info.Size() != 0 {
		t.Errorf("it was written: %v, %v", info, err)
	}
}
