package lint

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"firehall/internal/notify"
	"firehall/internal/span"
)

// silent are the kinds of contact that wake nobody.
const silent = " email slack "

// wakes says whether a kind of contact may wake somebody. A kind that is not
// known may.
func wakes(kind string) bool { return !strings.Contains(silent, " "+kind+" ") }

func onlyMail(contacts map[string]notify.Contact) bool {
	for _, c := range contacts {
		if c.Kind != "email" {
			return false
		}
	}
	return len(contacts) > 0
}

// anyWakes says whether one of some contacts may wake their person.
func anyWakes(contacts map[string]notify.Contact) bool {
	for _, c := range contacts {
		if wakes(c.Kind) {
			return true
		}
	}
	return false
}

func capital(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}

// lasting says a length of time as a setup file does: "5m".
func lasting(d time.Duration) string { return span.Duration(d).String() }

// after says when something is tried: "at once", "after 5m".
func after(d time.Duration) string {
	if d == 0 {
		return "at once"
	}
	return "after " + lasting(d)
}

// maxNames is how many names one sentence lists.
const maxNames = 5

// names lists names: "ana, ben and 3 more".
func names[K ~string](list []K) string {
	words := make([]string, 0, len(list))
	for i, n := range list {
		if i == maxNames && len(list) > maxNames+1 {
			words = append(words, fmt.Sprintf("%d more", len(list)-i))
			break
		}
		words = append(words, string(n))
	}
	return listed(words)
}

// plural returns "1 thing" or "3 things".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
