package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/klauspost/compress/zstd"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store/db"
)

// Message is one request's or mail's bytes from outside.
type Message struct {
	ID     id.Message
	Source id.Source
	Kind   string // the source's kind when it arrived
	Size   int    // bytes that arrived; Body is shorter when that was over the limit
	Body   []byte
}

// AlertKey names the unresolved alert that a signal folds into.
type AlertKey struct {
	Service id.Service
	Key     string
}

func sortedKeys(keys []AlertKey) []AlertKey {
	keys = slices.Clone(keys)
	slices.SortFunc(keys, func(a, b AlertKey) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Key, b.Key))
	})
	return slices.Compact(keys)
}

// smallBody is how many bytes are kept as they are: packing gains nothing.
const smallBody = 600

var (
	packer, _   = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(128<<10))
	unpacker, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
)

func packed(body []byte) (encoding string, out []byte) {
	if body == nil {
		body = []byte{}
	}
	if len(body) > smallBody {
		if small := packer.EncodeAll(body, nil); len(small) < len(body) {
			return "zstd", small
		}
	}
	return "", body
}

// Message returns a kept message. It fails with NotFound when there is none,
// or none any more.
func (r reader) Message(ctx context.Context, n id.Message) (Message, error) {
	row, err := r.q.Message(ctx, string(n))
	if none(err) {
		return Message{}, fault.New(fault.NotFound, "there is no message %s; messages are kept for 14 days", n)
	}
	if err != nil {
		return Message{}, err
	}
	m := Message{ID: n, Source: id.Source(row.Source), Kind: row.Kind, Size: int(row.Size), Body: row.Body}
	if row.Encoding == "zstd" {
		if m.Body, err = unpacker.DecodeAll(row.Body, nil); err != nil {
			return Message{}, fmt.Errorf("unpack message %s: %w", n, err)
		}
	}
	return m, nil
}

// MessagesSize returns how many messages are kept and how many bytes they had.
func (r reader) MessagesSize(ctx context.Context) (n int, bytes int64, err error) {
	row, err := r.q.MessagesSize(ctx)
	return int(row.N), row.Bytes, err
}

// DeleteMessages deletes up to n of the oldest messages that arrived before a
// time and returns how many it deleted.
func (tx *Tx) DeleteMessages(ctx context.Context, before time.Time, n int) (int, error) {
	return tx.deleteMessages(ctx, id.At(id.PrefixMessage, before), n)
}

func (tx *Tx) deleteMessages(ctx context.Context, below string, n int) (int, error) {
	old, err := tx.q.ExpiredMessages(ctx, db.ExpiredMessagesParams{Before: below, N: int64(n)})
	if err != nil || len(old) == 0 {
		return 0, err
	}
	gone, err := tx.q.DeleteMessagesBelow(ctx, old[len(old)-1])
	return int(gone), err
}

// DeleteOldest deletes up to n of the oldest messages whatever their age and
// returns how many it deleted.
func (tx *Tx) DeleteOldest(ctx context.Context, n int) (int, error) {
	return tx.deleteMessages(ctx, id.PrefixMessage+"w", n)
}
