package api

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/store"
)

func TestAnOwnerTakesABackupThatIsWhole(t *testing.T) {
	onBoth(t, func(w *world) {
		w.api.scratch = filepath.Join(w.t.TempDir(), "backups")
		w.raise("disk full")
		r := w.call("owner", "POST", "/backup", nil).is(200)
		h := r.Header()
		sum := sha256.Sum256(r.Body.Bytes())
		if h.Get("Repr-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" || h.Get("Content-Length") != strconv.Itoa(r.Body.Len()) {
			w.t.Errorf("of %d bytes it says %v", r.Body.Len(), h)
		}
		if got := h.Get("Content-Disposition"); got != `attachment; filename="firehall-20261120T030000Z.db"` {
			w.t.Errorf("it is called %s", got)
		}
		path := filepath.Join(w.t.TempDir(), "copy.db")
		if err := os.WriteFile(path, r.Body.Bytes(), 0o600); err != nil {
			w.t.Fatal(err)
		}
		c, err := store.OpenCopy(w.t.Context(), path, true)
		if err != nil || strconv.FormatInt(c.Rows, 10) != h.Get("Firehall-Rows") {
			w.t.Errorf("it holds %+v, %v", c, err)
		}
		if left, err := os.ReadDir(w.api.scratch); err != nil || len(left) > 0 {
			w.t.Errorf("it left %v, %v", left, err)
		}
		if first := w.call("dee", "GET", "/audit?limit=1", nil).is(200).items()[0]; first["action"] != "backup" {
			w.t.Errorf("the audit log says %v", first)
		}
		if err := os.Remove(w.api.scratch); err != nil {
			w.t.Fatal(err)
		}
		for _, who := range []string{"dee", "ana", "reader", "eve"} {
			w.call(who, "POST", "/backup", nil).is(403)
		}
		if _, err := os.Stat(w.api.scratch); !errors.Is(err, os.ErrNotExist) {
			w.t.Errorf("a folder was made for those who may not: %v", err)
		}
	})
}

func TestHowBackupsStand(t *testing.T) {
	onBoth(t, func(w *world) {
		ctx := w.t.Context()
		says := func(words ...string) {
			w.t.Helper()
			body := w.call("dee", "GET", "/backup", nil).is(200).Body.String()
			for _, word := range words {
				if !strings.Contains(body, word) {
					w.t.Errorf("%s does not say %s", body, word)
				}
			}
		}
		says(`"every":"1d"`, `"keep":7`, `"overdue":false`, `"held":0`)
		claim := func(want bool) {
			w.t.Helper()
			if mine, err := w.act.ClaimBackup(ctx, store.DefaultBackupPlan); err != nil || mine != want {
				w.t.Errorf("claimed: %v, %v", mine, err)
			}
		}
		end := func(failed error) {
			w.t.Helper()
			if err := w.act.EndBackup(ctx, store.Copy{Path: "/b.db", MadeAt: w.clock(), Bytes: 9, Rows: 8}, "host-1", failed); err != nil {
				w.t.Fatal(err)
			}
		}
		claim(true)
		end(nil)
		says(`"at":"2026-11-20T03:00:00Z"`, `"file":"/b.db"`, `"host":"host-1"`, `"bytes":9`)
		w.pass(24*time.Hour - time.Second)
		claim(false)
		w.pass(time.Second)
		claim(true)
		end(errors.New("the disk is full"))
		says(`"failed_at":"2026-11-21T03:00:00Z"`, `"why":"the disk is full"`, `"file":"/b.db"`)
		w.pass(time.Hour - time.Second)
		claim(false)
		w.pass(time.Second)
		claim(true)
		w.pass(24 * time.Hour)
		says(`"overdue":true`)
		end(nil)
		says(`"overdue":false`, `"at":"2026-11-22T04:00:00Z"`)
		w.call("ana", "GET", "/backup", nil).is(403)
		if mine, err := w.act.ClaimBackup(ctx, store.BackupPlan{Every: store.DefaultBackupPlan.Every}); err != nil || mine {
			w.t.Errorf("one is made though none are wanted: %v", err)
		}
	})
}

func TestOneNodeMakesTheBackup(t *testing.T) {
	onBoth(t, func(w *world) {
		if !w.db.Postgres() {
			return // it has one node
		}
		ctx := w.t.Context()
		other := w.another()
		if mine, err := w.act.ClaimBackup(ctx, store.DefaultBackupPlan); err != nil || !mine {
			w.t.Fatalf("%v, %v", mine, err)
		}
		if mine, err := other.ClaimBackup(ctx, store.DefaultBackupPlan); err != nil || mine {
			w.t.Errorf("both make it, %v", err)
		}
		if err := w.db.Close(); err != nil { // the first is lost
			w.t.Fatal(err)
		}
		if mine, err := other.ClaimBackup(ctx, store.DefaultBackupPlan); err != nil || !mine {
			w.t.Errorf("nobody makes it, %v", err)
		}
	})
}

// another returns the actions of another node on the same database.
func (w *world) another() *action.Actions {
	w.t.Helper()
	db, err := store.Open(w.t.Context(), w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	act := action.New(db, w.act.Secret, w.act.Log, silent{})
	w.t.Cleanup(func() {
		act.Close()
		_ = db.Close()
	})
	return act
}

func TestResumeOverTheAPI(t *testing.T) {
	onBoth(t, func(w *world) {
		if got := w.call("dee", "POST", "/resume", nil).is(200).object(); got["alerts"] != 0.0 {
			w.t.Errorf("it let go %v", got)
		}
		w.call("ana", "POST", "/resume", nil).is(403)
		w.call("reader", "POST", "/resume", nil).is(403)
	})
}
