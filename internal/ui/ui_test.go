package ui

import (
	"strings"
	"testing"
	"time"
)

func TestAge(t *testing.T) {
	tests := map[string]struct {
		d    time.Duration
		want string
	}{
		"what has not begun":                {-time.Minute, "0 s"},
		"under a minute":                    {54*time.Second + 999*time.Millisecond, "54 s"},
		"at a minute":                       {time.Minute, "1 m"},
		"under an hour":                     {59*time.Minute + 59*time.Second, "59 m"},
		"a full hour has no minutes":        {time.Hour, "1 h"},
		"hours and minutes":                 {2*time.Hour + 10*time.Minute, "2 h 10 m"},
		"a day and a half is still hours":   {36 * time.Hour, "36 h"},
		"from two days on only days":        {80 * time.Hour, "3 d"},
		"a year is not told apart by years": {365 * 24 * time.Hour, "365 d"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := strings.ReplaceAll(Age(test.d), unitGap, " "); got != test.want {
				t.Errorf("%s is %q, want %q", test.d, got, test.want)
			}
		})
	}
}

func TestCountdown(t *testing.T) {
	tests := map[string]struct {
		d    time.Duration
		want string
	}{
		"what is past":         {-time.Second, "0:00"},
		"seconds have zeros":   {65 * time.Second, "1:05"},
		"rounds to the second": {110*time.Second - time.Millisecond, "1:50"},
		"just under an hour":   {time.Hour - time.Second, "59:59"},
		"from an hour on":      {6*time.Hour + 3*time.Minute, "6 h 3 m"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := strings.ReplaceAll(Countdown(test.d), unitGap, " "); got != test.want {
				t.Errorf("%s is %q, want %q", test.d, got, test.want)
			}
		})
	}
}

func TestClock(t *testing.T) {
	sydney, err := time.LoadLocation("Australia/Sydney")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 20, 13, 30, 0, 0, time.UTC).In(sydney) // 00:30 on the 21st there
	tests := map[string]struct {
		at   time.Time
		want string
	}{
		"the same day is a time":                {now.Add(time.Hour), "01:30"},
		"the day before has its date":           {now.Add(-time.Hour), "23:30 on 20 Nov"},
		"another year has its year":             {now.AddDate(1, 0, 0), "00:30 on 21 Nov 2027"},
		"what is UTC is told in the reader's":   {time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC), "01:00"},
		"the same day of another year is dated": {now.AddDate(-1, 0, 0), "00:30 on 21 Nov 2025"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Clock(test.at, now); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestLine(t *testing.T) {
	tests := map[string]struct {
		text  string
		limit int
		want  string
	}{
		"is left alone":                      {"disk full on web-01", 50, "disk full on web-01"},
		"at the limit is left alone":         {"12345", 5, "12345"},
		"over the limit ends in an ellipsis": {"123456", 5, "1234…"},
		"counts runes and never splits one":  {"磁盘磁盘磁盘", 4, "磁盘磁…"},
		"line ends become spaces":            {" a\r\n\tb\u2028c ", 50, "a b c"},
		"control characters become spaces":   {"a\x00\x1b[31mb", 50, "a [31mb"},
		"marks that turn text go":            {"a\u202e\u2066\u200fb\ufeff", 50, "ab"},
		"joiners of emoji stay":              {"👩\u200d💻", 50, "👩\u200d💻"},
		"what is no text is shown as such":   {"a\xffb", 50, "a\uFFFDb"},
		"a huge one is cut":                  {strings.Repeat("x", 1<<20), 3, "xx…"},
		"markup stays as it was written":     {"<b>&amp;", 50, "<b>&amp;"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Line(test.text, test.limit); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestTextKeepsItsLines(t *testing.T) {
	if got, want := Text("\n one \r\n\n\n\n two\u202e \n", 50), "one\n\ntwo"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOutsideLink(t *testing.T) {
	tests := map[string]struct{ href, host string }{
		"https":                    {"https://wiki.example:8443/a?b=c#d", "wiki.example"},
		"http":                     {"http://10.0.0.1/", "10.0.0.1"},
		"mail":                     {"mailto:ops@example.com", "ops@example.com"},
		"script":                   {"javascript:alert(1)", ""},
		"script in capitals":       {"JavaScript:alert(1)", ""},
		"script behind a tab":      {"java\tscript:alert(1)", ""},
		"data":                     {"data:text/html,<script>alert(1)</script>", ""},
		"a path of ours":           {"/alerts", ""},
		"another host, no kind":    {"//evil.example/x", ""},
		"no host":                  {"https:///x", ""},
		"a password":               {"https://user:secret@wiki.example/", ""},
		"a user that looks a host": {"https://bank.example@evil.example/", ""},
		"a backslash":              {`https://wiki.example\@evil.example`, ""},
		"a space":                  {"https://wiki.example/a b", ""},
		"a quote":                  {`https://wiki.example/"onclick=alert(1)`, ""},
		"a mark that turns text":   {"https://wiki.example/\u202egnp.exe", ""},
		"a line end":               {"https://wiki.example/\r\nX: y", ""},
		"too long":                 {"https://wiki.example/" + strings.Repeat("x", maxHref), ""},
		"nothing":                  {"", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := OutsideLink(test.href, "Runbook")
			if got.Host != test.host || (got.Href != "") != (test.host != "") {
				t.Errorf("%q is %+v, want host %q", test.href, got, test.host)
			}
		})
	}
}
