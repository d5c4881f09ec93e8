package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"firehall/internal/fault"
	"firehall/internal/id"
)

// noise returns n bytes that cannot be packed.
func noise(n int) []byte {
	var out []byte
	for i := 0; len(out) < n; i++ {
		sum := sha256.Sum256([]byte(fmt.Sprint(i)))
		out = append(out, sum[:]...)
	}
	return out[:n]
}

func TestAMessageIsKeptByteByByte(t *testing.T) {
	bodies := map[string][]byte{
		"nothing":                        nil,
		"one byte":                       {0},
		"every byte":                     bytesUpTo(256),
		"not UTF-8":                      []byte("\xff\xfe\x00 broken \xc3("),
		"as long as is kept unpacked":    bytes.Repeat([]byte("a"), smallBody),
		"longer, and repeats itself":     bytes.Repeat([]byte("a"), smallBody+1),
		"longer, and cannot be packed":   noise(smallBody + 1),
		"JSON":                           []byte(`{"alerts":[` + strings.Repeat(`{"status":"firing"},`, 500) + `{}]}`),
		"what looks as if it was packed": append([]byte{0x28, 0xb5, 0x2f, 0xfd}, noise(1000)...),
		"a megabyte":                     bytes.Repeat(noise(1<<10), 1<<10),
		"sixteen megabytes":              bytes.Repeat([]byte("firehall"), 2<<20),
	}
	onBoth(t, func(w *world) {
		for name, body := range bodies {
			n := id.Message("message_" + strings.ReplaceAll(name, " ", "-"))
			w.do(func(ctx context.Context, tx *Tx) error {
				return tx.AddMessages(ctx, []Message{{ID: n, Source: "ours", Kind: "generic", Size: len(body) + 7, Body: body}})
			})
			m := must(w.db.Message(w.Context(), n))(w)
			if !bytes.Equal(m.Body, body) {
				w.Errorf("%s: %d bytes went in, %d came out", name, len(body), len(m.Body))
			}
			if m.ID != n || m.Source != "ours" || m.Kind != "generic" || m.Size != len(body)+7 {
				w.Errorf("%s: %s of %s, kind %s, %d bytes", name, m.ID, m.Source, m.Kind, m.Size)
			}
		}
	})
}

func bytesUpTo(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(i)
	}
	return out
}

func TestWhatIsPackedIsSmallerAndUnpacksToTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := bytes.Repeat(rapid.SliceOfN(rapid.Byte(), 1, 50).Draw(t, "bytes"), rapid.IntRange(1, 100).Draw(t, "times"))
		encoding, out := packed(body)
		if encoding == "" {
			if !bytes.Equal(out, body) {
				t.Fatal("it was changed and not packed")
			}
			return
		}
		back, err := unpacker.DecodeAll(out, nil)
		if err != nil || !bytes.Equal(back, body) || len(out) >= len(body) || len(body) <= smallBody {
			t.Fatalf("%d bytes were packed into %d and unpacked into %d, %v", len(body), len(out), len(back), err)
		}
	})
}

func TestMessagesArePackedByManyAtOnce(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 50 {
				body := bytes.Repeat([]byte(fmt.Sprint(i, " ", j, " ")), 500)
				_, out := packed(body)
				if back, err := unpacker.DecodeAll(out, nil); err != nil || !bytes.Equal(back, body) {
					t.Errorf("%d of %d came back as %d bytes, %v", j, i, len(back), err)
				}
			}
		})
	}
	all.Wait()
}

func TestAMessageThatIsNotThere(t *testing.T) {
	onBoth(t, func(w *world) {
		_, err := w.db.Message(w.Context(), "message_gone")
		if !fault.Is(err, fault.NotFound) || err.Error() != "there is no message message_gone; messages are kept for 14 days" {
			w.Errorf("it says %v", err)
		}
	})
}

func TestAPackedMessageThatIsDamagedSaysSo(t *testing.T) {
	onBoth(t, func(w *world) {
		w.do(func(ctx context.Context, tx *Tx) error {
			return tx.insert(ctx, messageTable, [][]any{{"message_1", "s", "generic", "zstd", int64(5), []byte("no zstd")}})
		})
		if _, err := w.db.Message(w.Context(), "message_1"); err == nil || !strings.HasPrefix(err.Error(), "unpack message message_1: ") {
			w.Errorf("it says %v", err)
		}
	})
}

// arrive keeps n messages of 100 bytes each, one a minute.
func (w *world) arrive(n int) {
	w.Helper()
	for i := range n {
		w.clock.set(after(i))
		w.do(func(ctx context.Context, tx *Tx) error {
			return tx.AddMessages(ctx, []Message{{ID: id.Message(tx.NewID(id.PrefixMessage)), Size: 100, Body: []byte("x")}})
		})
	}
}

// kept fails unless so many messages are kept.
func (w *world) kept(n int) {
	w.Helper()
	got, size, err := w.db.MessagesSize(w.Context())
	if got != n || size != int64(100*n) || err != nil {
		w.Errorf("%d messages of %d bytes are kept, expected %d; %v", got, size, n, err)
	}
}

// deleted fails unless a call deletes so many messages.
func (w *world) deleted(n int, call func(ctx context.Context, tx *Tx) (int, error)) {
	w.Helper()
	w.do(func(ctx context.Context, tx *Tx) error {
		got, err := call(ctx, tx)
		if got != n {
			w.Errorf("%d were deleted, expected %d", got, n)
		}
		return err
	})
}

func TestRetentionDeletesTheOldInBatchesAndNothingElse(t *testing.T) {
	onBoth(t, func(w *world) {
		older := func(than time.Time, n int) func(context.Context, *Tx) (int, error) {
			return func(ctx context.Context, tx *Tx) (int, error) { return tx.DeleteMessages(ctx, than, n) }
		}
		w.deleted(0, older(after(999), 10))
		w.arrive(25)
		w.kept(25)
		w.deleted(0, older(start, 10)) // the first arrived then, not before
		w.deleted(0, older(after(20), 0))
		w.deleted(8, older(after(20), 8))
		w.kept(17)
		w.deleted(8, older(after(20), 8))
		w.deleted(4, older(after(20), 8))
		w.deleted(0, older(after(20), 8))
		w.kept(5)
		w.deleted(1, older(after(20).Add(time.Microsecond), 8))
		w.deleted(4, older(after(999), 1000))
		w.kept(0)
	})
}

func TestTheOldestGoFirstWhenThereAreTooMany(t *testing.T) {
	onBoth(t, func(w *world) {
		oldest := func(n int) func(context.Context, *Tx) (int, error) {
			return func(ctx context.Context, tx *Tx) (int, error) { return tx.DeleteOldest(ctx, n) }
		}
		w.deleted(0, oldest(5))
		w.arrive(12)
		w.deleted(5, oldest(5))
		w.kept(7)
		w.deleted(0, func(ctx context.Context, tx *Tx) (int, error) { return tx.DeleteMessages(ctx, after(5), 99) }) // those five
		w.deleted(1, func(ctx context.Context, tx *Tx) (int, error) { return tx.DeleteMessages(ctx, after(6), 99) })
		w.deleted(6, oldest(99))
		w.kept(0)
	})
}
