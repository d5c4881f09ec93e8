package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// onSQLite runs a test of what only SQLite needs.
func onSQLite(t *testing.T) (w *world, path string) {
	t.Helper()
	t.Parallel()
	dir := t.TempDir()
	return open(t, Config{Dir: dir}), filepath.Join(dir, File)
}

// still stops the checkpoints in the background: the test makes them.
func (w *world) still() *sqliteWriter {
	w.Helper()
	last := len(w.db.closers) - 1
	if err := w.db.closers[last](); err != nil {
		w.Fatal(err)
	}
	w.db.closers = w.db.closers[:last]
	return w.db.writer.(*sqliteWriter)
}

// logSize returns how large the write-ahead log of a database is.
func logSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path + "-wal")
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// grow writes until the write-ahead log is over its limit.
func (w *world) grow(path string) {
	w.Helper()
	text := strings.Repeat("x", 4<<20)
	for begun := true; begun || logSize(w.T, path) < walLimit; begun = false {
		w.do(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, tx.NewID("big_"), text) })
	}
}

func TestTheWriteAheadLogStaysSmallUnderManySmallWrites(t *testing.T) {
	w, path := onSQLite(t)
	const transactions, places, each = 400, 50, 10 // so many rows in so many places of the table
	most := int64(0)
	for i := range transactions {
		var timers []Timer
		for place := range places {
			for j := range each {
				timers = append(timers, Timer{Kind: "k", Ref: fmt.Sprintf("%02d %04d", place, i*each+j), Lane: "l", DueAt: start})
			}
		}
		w.plan(timers...)
		most = max(most, logSize(t, path))
	}
	t.Logf("at most %d MiB", most>>20)
	if most > 4*walLimit {
		t.Errorf("the log grew to %d MiB", most>>20)
	}
	if n, _, err := w.db.TimersPending(t.Context()); n != transactions*places*each || err != nil {
		t.Errorf("%d timers are there, %v", n, err)
	}
}

func TestACheckpointEmptiesTheLogAndLosesNothing(t *testing.T) {
	w, path := onSQLite(t)
	writer := w.still()
	w.do(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, "a", "1") })
	before := logSize(t, path)
	if err := checkpoint(writer, path); err != nil || logSize(t, path) != before || before == 0 {
		t.Errorf("a small log went from %d to %d, %v", before, logSize(t, path), err)
	}
	text := strings.Repeat("x", walLimit)
	w.do(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, "big", text) })
	if size := logSize(t, path); size < walLimit {
		t.Fatalf("the log has only %d bytes", size)
	}
	if err := checkpoint(writer, path); err != nil || logSize(t, path) != 0 {
		t.Errorf("the log has %d bytes, %v", logSize(t, path), err)
	}
	w.facts("a")
	if got := must(w.db.Fact(t.Context(), "big"))(w); got != text {
		t.Errorf("%d bytes are left of %d", len(got), len(text))
	}
}

func TestNoLogIsNothingToWriteBack(t *testing.T) {
	t.Parallel()
	if err := checkpoint(&sqliteWriter{}, filepath.Join(t.TempDir(), File)); err != nil {
		t.Error(err)
	}
}

// Somebody who reads for long, like a backup, must not keep acknowledgements
// waiting: the log grows until they are done.
func TestALongReadDoesNotHoldUpTheWriter(t *testing.T) {
	for name, grown := range map[string]bool{"that began before the log grew": false, "that began after the log grew": true} {
		t.Run(name, func(t *testing.T) {
			w, path := onSQLite(t)
			writer := w.still()
			if grown {
				w.grow(path)
			}
			reading := w.reads(path)
			w.grow(path)
			begun := time.Now()
			for range 3 {
				if err := checkpoint(writer, path); err != nil {
					t.Error(err)
				}
			}
			if took := time.Since(begun); took > 4*time.Second { // waiting for the reader would be 5 s each time
				t.Errorf("the writer waited %s for a reader", took)
			}
			w.do(func(ctx context.Context, tx *Tx) error { return put(ctx, tx, "a", "1") })
			var n int
			if err := reading.QueryRowContext(t.Context(), "SELECT count(*) FROM facts WHERE name = 'a'").Scan(&n); err != nil || n != 0 {
				t.Errorf("it reads %d of what came later, %v", n, err)
			}
			if err := reading.Rollback(); err != nil {
				t.Fatal(err)
			}
			w.grow(path)
			if err := checkpoint(writer, path); err != nil || logSize(t, path) != 0 {
				t.Errorf("after the read the log has %d bytes, %v", logSize(t, path), err)
			}
			w.facts("a")
		})
	}
}

// reads begins to read, and keeps what it reads as it is.
func (w *world) reads(path string) *sql.Tx {
	w.Helper()
	pool, err := sql.Open("sqlite", sqliteDSN(path, "mode=ro"))
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = pool.Close() })
	reading, err := pool.BeginTx(w.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		w.Fatal(err)
	}
	var n int
	if err := reading.QueryRowContext(w.Context(), "SELECT count(*) FROM facts").Scan(&n); err != nil {
		w.Fatal(err)
	}
	return reading
}

// A reader sees one state while a writer goes on.
func TestReadersAndTheWriterDoNotWaitForEachOther(t *testing.T) {
	w, _ := onSQLite(t)
	var all sync.WaitGroup
	var read atomic.Int64
	w.do(func(ctx context.Context, tx *Tx) error {
		for range 16 { // more than there are connections to read
			all.Go(func() {
				if got, err := w.db.Fact(ctx, "a"); err != nil || got != "" {
					t.Errorf("%q, %v", got, err)
				}
				read.Add(1)
			})
		}
		all.Wait() // while this transaction is open
		return put(ctx, tx, "a", "1")
	})
	if read.Load() != 16 {
		t.Errorf("%d have read", read.Load())
	}
	w.facts("a")
}

func TestWritersThatWaitAreCounted(t *testing.T) {
	w, _ := onSQLite(t)
	var all sync.WaitGroup
	w.do(func(ctx context.Context, _ *Tx) error {
		for range 3 {
			all.Go(func() {
				if err := w.db.Do(ctx, func(*Tx) error { return nil }); err != nil {
					t.Error(err)
				}
			})
		}
		for w.db.WritersWaiting() < 3 && ctx.Err() == nil {
			runtime.Gosched() // they are on their way
		}
		return ctx.Err()
	})
	all.Wait()
	if n := w.db.WritersWaiting(); n != 0 {
		t.Errorf("%d wait", n)
	}
}

func TestAWriterWhoseCallerLeavesWhileItWaitsNeverBegins(t *testing.T) {
	w, _ := onSQLite(t)
	w.do(func(ctx context.Context, _ *Tx) error {
		gone, leave := context.WithCancel(ctx)
		leave()
		err := w.db.Do(gone, func(*Tx) error {
			t.Error("it began")
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("it failed with %v", err)
		}
		return nil
	})
}
