package id

import (
	"encoding/binary"
	"strings"
	"time"
)

// MadeAt returns when a generated id was made, in UTC and microseconds; false
// for a text that is none.
func MadeAt(n string) (time.Time, bool) {
	_, text, found := strings.Cut(n, "_")
	raw, err := encoding.DecodeString(text)
	if !found || err != nil || len(raw) != 16 {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(binary.BigEndian.Uint64(raw[:8]))).UTC(), true
}
