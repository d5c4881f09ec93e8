// Package id names things. Setup things (people, teams, schedules, policies,
// services, sources) are named by their makers and keep that name for good;
// everything that happens gets a sortable id with a prefix.
package id

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"io"
	"regexp"
	"time"
)

// Lasting names: 1 to 64 characters of a–z, 0–9 and "-", as in the setup file.
type (
	Person   string
	Team     string
	Schedule string
	Policy   string
	Service  string
	Source   string
)

// Generated ids: a prefix and 26 characters that sort by the time of making.
type (
	Alert         string // alert_…
	Page          string // page_…
	Send          string // send_…
	Message       string // message_…
	Override      string // override_…
	PolicyVersion string // policy_…
	Token         string // token_…
	Entry         string // entry_…: one line of a timeline
	Run           string // run_…: one life of one node
)

// Prefixes of generated ids.
const (
	PrefixAlert         = "alert_"
	PrefixPage          = "page_"
	PrefixSend          = "send_"
	PrefixMessage       = "message_"
	PrefixOverride      = "override_"
	PrefixPolicyVersion = "policy_"
	PrefixToken         = "token_"
	PrefixEntry         = "entry_"
	PrefixRun           = "run_"
)

var (
	encoding = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)
	name     = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)
)

// IsName says whether s may be a lasting name.
func IsName(s string) bool { return name.MatchString(s) }

// Maker makes ids. It is not safe for use by two goroutines at once: a
// transaction has its own. Ids of one Maker increase strictly.
type Maker struct {
	random io.Reader
	last   uint64
}

// NewMaker returns a Maker that reads its randomness from r, or from the
// system when r is nil.
func NewMaker(r io.Reader) *Maker {
	if r == nil {
		r = rand.Reader
	}
	return &Maker{random: r}
}

// New returns prefix and 26 characters: 64 bits of time in microseconds, which
// it moves forward by one when two are asked for in the same microsecond, and
// 64 random bits.
func (m *Maker) New(prefix string, now time.Time) string {
	t := uint64(now.UnixMicro())
	if t <= m.last {
		t = m.last + 1
	}
	m.last = t
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], t)
	if _, err := io.ReadFull(m.random, b[8:]); err != nil {
		panic("id: the system gives no randomness: " + err.Error())
	}
	return prefix + encoding.EncodeToString(b[:])
}

// At returns the smallest id with prefix that can be made at t: ids made
// before t sort below it. Retention deletes by it.
func At(prefix string, t time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(t.UnixMicro()))
	return prefix + encoding.EncodeToString(b[:])
}
