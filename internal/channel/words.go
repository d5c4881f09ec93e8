package channel

import (
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxWords is the most that an outcome says, in bytes.
const MaxWords = 500

// line returns s as one harmless line of at most limit bytes: control
// characters and line ends become spaces, runs of spaces one, and marks that
// turn the direction of text or are invisible go. What is cut ends in "…".
func line(s string, limit int) string {
	if len(s) > 16*limit {
		s = s[:16*limit] // no need to clean what is cut anyway
	}
	s = strings.Join(strings.Fields(strings.Map(harmless, strings.ToValidUTF8(s, "\uFFFD"))), " ")
	return cut(s, limit)
}

// harmless returns what stands for r: itself, a space, or nothing (-1).
func harmless(r rune) rune {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029':
		return ' '
	case r == '\u200c', r == '\u200d': // joiners: Persian words and emoji need them
		return r
	case unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}

// cut returns s, at most limit bytes long, never ending inside a character.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	limit = max(limit-len("…"), 0)
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "…"
}

// without returns a provider's text as one line with each secret replaced.
// Secrets of less than four characters stay: they are words.
func without(secrets []string, text string) string {
	for _, secret := range secrets {
		if len(secret) >= 4 {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return line(text, MaxWords)
}

// urlSecrets returns what of a URL must not be repeated: all of it, its path
// and query, and each part of them that could be a key.
func urlSecrets(raw string) []string {
	u, err := url.Parse(raw)
	if err != nil {
		return []string{raw}
	}
	out := []string{raw, u.RequestURI(), u.Path, u.RawQuery}
	out = append(out, segments(u, 8)...)
	for _, values := range u.Query() {
		out = append(out, values...)
	}
	return out
}

// segments returns the parts of a URL's path, as written and unescaped, that
// are at least this long.
func segments(u *url.URL, atLeast int) []string {
	var out []string
	for _, path := range []string{u.EscapedPath(), u.Path} {
		for _, part := range strings.Split(path, "/") {
			if len(part) >= atLeast {
				out = append(out, part)
			}
		}
	}
	return out
}

// count returns n and the words for one or for many: "1 alert", "3 alerts".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
