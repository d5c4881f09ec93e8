package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// Sizes in bytes.
const (
	pooled   = 32 << 10 // a buffer of the pool
	firstOf  = 64 << 10 // what is kept of a body that is too large
	readOnTo = 64 << 20 // how far a body that is too large is read, so that its sender reads the answer
)

var buffers = sync.Pool{New: func() any { return new([pooled]byte) }}

// body is what a request carried. Release it when it is not used any more.
type body struct {
	bytes   []byte // whole; of one that is too large or broken, what was read
	size    int    // bytes that arrived, as far as they were counted
	large   bool   // over the limit
	full    bool   // there was no room for it
	problem string // why it could not be read whole; "" when it could

	buffer *[pooled]byte
	from   *room
	taken  int
}

// release gives back the memory of the body: bytes must not be used after it.
func (b *body) release() {
	b.from.give(b.taken)
	buffers.Put(b.buffer)
	b.bytes, b.buffer, b.taken = nil, nil, 0
}

// copied returns a copy of up to n bytes of the body.
func (b *body) copied(n int) []byte { return bytes.Clone(b.bytes[:min(n, len(b.bytes))]) }

// receive reads the body of a request as its sender meant it: at most limit
// bytes, packed and unpacked.
func receive(r *http.Request, limit int, from *room) body {
	b := readFrom(r.Body, limit, from)
	if b.large {
		b.drain(r)
	}
	if b.large || b.full || b.problem != "" {
		return b
	}
	switch strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))) {
	case "", "identity":
	case "gzip", "x-gzip":
		b.unpack(limit)
	default:
		b.problem = "the body's Content-Encoding is not known here: send gzip, or send it as it is"
	}
	return b
}

var (
	errTooLarge = errors.New("the body is too large")
	errNoRoom   = errors.New("there is no room for the body")
)

func readFrom(src io.Reader, limit int, from *room) body {
	b := body{from: from, buffer: buffers.Get().(*[pooled]byte)}
	b.bytes = b.buffer[:0]
	switch err := b.fill(src, limit); {
	case err == nil:
	case errors.Is(err, errTooLarge):
		b.large = true
	case errors.Is(err, errNoRoom):
		b.full = true
	default:
		b.problem = why(err)
	}
	b.size = len(b.bytes)
	return b
}

// fill reads up to limit bytes; one more is too large.
func (b *body) fill(src io.Reader, limit int) error {
	for {
		if len(b.bytes) == cap(b.bytes) && !b.grow(limit) {
			return errNoRoom
		}
		n, err := src.Read(b.bytes[len(b.bytes):min(cap(b.bytes), limit+1)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		switch {
		case len(b.bytes) > limit:
			return errTooLarge
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// grow doubles what the body can hold. It takes room for the copy that is
// kept, too.
func (b *body) grow(limit int) bool {
	size := min(2*cap(b.bytes), limit+1)
	if !b.from.take(2*size - b.taken) {
		return false
	}
	b.taken = 2 * size
	b.bytes = append(make([]byte, 0, size), b.bytes...)
	return true
}

// unpack puts what the body packs in its place. One that cannot be unpacked
// stays as it came.
func (b *body) unpack(limit int) {
	z, err := gzip.NewReader(bytes.NewReader(b.bytes))
	if err != nil {
		b.problem = why(err)
		return
	}
	u := readFrom(z, limit, b.from)
	if u.problem != "" || u.full {
		b.problem, b.full = u.problem, u.full
		u.release()
		return
	}
	b.release()
	*b = u
}

// drain reads on, so that the sender has sent it all and reads the answer, and
// counts what came.
func (b *body) drain(r *http.Request) {
	if r.ContentLength > readOnTo {
		b.size = int(r.ContentLength)
		return
	}
	more, _ := io.Copy(io.Discard, io.LimitReader(r.Body, readOnTo-int64(b.size)))
	b.size += int(more)
}

// why says why a body could not be read, for its sender.
func why(err error) string {
	var slow net.Error
	switch {
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return "the body is not gzip, though its Content-Encoding says so"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the body ended before it was complete"
	case errors.As(err, &slow) && slow.Timeout():
		return "the body came too slowly"
	}
	return fmt.Sprintf("the body could not be read to its end: %.200s", err)
}
