package intake

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"firehall/internal/alert"
)

// satisfies fails the test when a signal is not neutral or not within its
// limits, whatever it was made of.
func satisfies(t *testing.T, signals []alert.Signal) {
	t.Helper()
	for _, s := range signals {
		shownLine(t, "key", s.Key, alert.MaxKey)
		shownLine(t, "severity", s.Severity, maxWord*utf8.UTFMax)
		satisfiesSummary(t, s.Summary)
		satisfiesDetails(t, s.Details, s.Links)
		if s.Status != alert.Firing && s.Status != alert.SignalAcked && s.Status != alert.SignalClosed {
			t.Errorf("status %q", s.Status)
		}
		if len(s.Members) > alert.MaxMembers {
			t.Errorf("%d members", len(s.Members))
		}
		keys := map[string]bool{}
		for _, m := range s.Members {
			if m.Key == "" || keys[m.Key] {
				t.Errorf("member key %q is empty or there twice", m.Key)
			}
			keys[m.Key] = true
			shownLine(t, "member key", m.Key, alert.MaxKey)
			shownLine(t, "member severity", m.Severity, maxWord*utf8.UTFMax)
			satisfiesSummary(t, m.Summary)
			satisfiesDetails(t, m.Details, m.Links)
			if m.Firing && !m.EndsAt.IsZero() {
				t.Errorf("member %s fires and has ended at %s", m.Key, m.EndsAt)
			}
		}
	}
}

func satisfiesSummary(t *testing.T, s string) {
	t.Helper()
	shownLine(t, "summary", s, alert.MaxSummary*utf8.UTFMax)
	if n := utf8.RuneCountInString(s); n < 1 || n > alert.MaxSummary {
		t.Errorf("summary of %d runes: %q", n, s)
	}
	if strings.TrimSpace(s) != s && plain(s) {
		t.Errorf("summary has space around it: %q", s)
	}
}

func satisfiesDetails(t *testing.T, details map[string]string, links []alert.Link) {
	t.Helper()
	if len(details) > alert.MaxDetails || len(links) > alert.MaxLinks {
		t.Errorf("%d details, %d links", len(details), len(links))
	}
	for name, text := range details {
		shownLine(t, "name of a detail", name, maxName*utf8.UTFMax)
		shownText(t, "detail "+name, text, alert.MaxDetail)
	}
	for _, l := range links {
		shownLine(t, "text of a link", l.Text, maxName*utf8.UTFMax)
		shownLine(t, "link", l.Href, maxHref)
		u, err := url.Parse(l.Href)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" || strings.ContainsAny(l.Href, " \"<>\\`") {
			t.Errorf("link %q must not be shown as one: %v", l.Href, err)
		}
	}
}

// shownLine is shownText for what has one line.
func shownLine(t *testing.T, what, s string, limit int) {
	t.Helper()
	shownText(t, what, s, limit)
	if strings.ContainsAny(s, "\n\t") {
		t.Errorf("%s has several lines: %q", what, s)
	}
}

// shownText says it by itself, without the code under test: no bytes that are
// not UTF-8, no control characters, no marks that turn the direction of text.
func shownText(t *testing.T, what, s string, limit int) {
	t.Helper()
	if len(s) > limit {
		t.Errorf("%s has %d bytes, at most %d", what, len(s), limit)
	}
	if !utf8.ValidString(s) {
		t.Errorf("%s is not UTF-8: %q", what, s)
	}
	for _, r := range s {
		control := r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r <= 0x9f
		turns := r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x061c
		if control || turns || r == 0x2028 || r == 0x2029 {
			t.Errorf("%s holds %U: %q", what, r, s)
		}
	}
}
