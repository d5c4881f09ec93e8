package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
	"unicode/utf8"

	"firehall/internal/alert"
)

// Limits of what alert.Signal leaves open.
const (
	maxWord = 64   // runes of a severity's word
	maxName = 200  // runes of a detail's name and of a link's text
	maxHref = 4096 // bytes
)

// dropped is what neutral returns for a rune that has no place in a text.
const dropped = rune(-1)

// neutral returns the rune that is shown for r. A control character becomes
// U+FFFD, so that a reader sees that something was there; every kind of line
// break becomes "\n"; marks that turn the direction of text, and byte order
// marks, go.
func neutral(r rune) rune {
	switch {
	case r == '\n', r == '\t':
		return r
	case r == '\u0085', r == '\u2028', r == '\u2029', r == '\r':
		return '\n'
	case r < ' ', r >= 0x7f && r < 0xa0:
		return utf8.RuneError
	case r == '\u061c', r == '\u200e', r == '\u200f', r == '\ufeff',
		r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
		return dropped
	}
	return r
}

// plain says whether s is printable ASCII only.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// tidy says whether s is printable ASCII with single spaces inside only.
func tidy(s string) bool {
	space := true // before the first byte, so that none may begin it
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || space && s[i] == ' ' {
			return false
		}
		space = s[i] == ' '
	}
	return !space || s == ""
}

// line returns s as one neutral line of at most limit runes: runs of space are
// one space, and what is cut ends in "…".
func line(s string, limit int) string {
	if len(s) <= limit && tidy(s) {
		return s
	}
	var out strings.Builder
	runes, gap := 0, false
	for _, r := range s {
		switch r = neutral(r); r {
		case dropped:
			continue
		case ' ', '\n', '\t':
			gap = out.Len() > 0
			continue
		}
		if gap {
			out.WriteByte(' ')
			runes++
			gap = false
		}
		out.WriteRune(r)
		if runes++; runes > limit {
			return cutRunes(out.String(), limit)
		}
	}
	return out.String()
}

// cutRunes returns the first runes of s and "…", limit runes in all. s has
// more than that.
func cutRunes(s string, limit int) string {
	runes := 0
	for i := range s {
		if runes++; runes == limit {
			return strings.TrimRight(s[:i], " ") + "…"
		}
	}
	return s
}

// block returns s as neutral text of at most limit bytes that may have several
// lines. What is cut ends in "…".
func block(s string, limit int) string {
	if len(s) <= limit && plain(s) {
		return s
	}
	var out strings.Builder
	out.Grow(min(len(s), limit+utf8.UTFMax))
	for i, r := range s {
		if r == '\r' && strings.HasPrefix(s[i+1:], "\n") {
			continue
		}
		if r = neutral(r); r == dropped {
			continue
		}
		out.WriteRune(r)
		if out.Len() > limit {
			return cutBytes(out.String(), limit)
		}
	}
	return out.String()
}

// cutBytes returns the first runes of s and "…", at most limit bytes in all.
func cutBytes(s string, limit int) string {
	end := limit - len("…")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// keyOf returns s as a key. One that is too long, or that could not be shown
// as it is, becomes its SHA-256 in hex, so that different keys stay different.
func keyOf(s string) string {
	if len(s) <= alert.MaxKey && (plain(s) || isNeutral(s)) {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// isNeutral says whether s is one line of valid UTF-8 that neutral leaves as
// it is.
func isNeutral(s string) bool {
	for _, r := range s {
		if r == '\n' || r == '\t' || neutral(r) != r {
			return false
		}
	}
	return utf8.ValidString(s)
}

// escapes are the characters that people leave in links, though they have to
// be written as escapes.
var escapes = strings.NewReplacer(" ", "%20", `"`, "%22", "<", "%3C", ">", "%3E", "`", "%60")

// hrefOf returns s as a link that may be shown as one: http or https with a
// host and no password, or mailto. ok is false for everything else.
func hrefOf(s string) (href string, ok bool) {
	if s = strings.TrimSpace(s); strings.ContainsAny(s, " \"<>`") {
		s = escapes.Replace(s)
	}
	if len(s) > maxHref || strings.Contains(s, `\`) || !plain(s) && !isNeutral(s) {
		return "", false
	}
	u, err := url.Parse(s)
	if err != nil || u.User != nil {
		return "", false
	}
	switch u.Scheme {
	case "http", "https":
		ok = u.Hostname() != ""
	case "mailto":
		ok = u.Opaque != ""
	}
	href = u.String()
	return href, ok && len(href) <= maxHref
}
