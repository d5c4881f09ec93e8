package doctor

import (
	"context"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 20, 3, 7, 0, 0, time.UTC)

// is fails unless a finding has a level and says a text; anything but ok says
// how to mend it.
func is(t *testing.T, name string, f Diagnosis, level Level, says string) {
	t.Helper()
	if f.Level != level || !strings.Contains(f.Sentence, says) || (f.Mend == "") != (level == OK) || strings.HasSuffix(f.Sentence, ".") || strings.HasSuffix(f.Mend, ".") {
		t.Errorf("%s: got %+v, want %s that says %q", name, f, level, says)
	}
}

func TestClocks(t *testing.T) {
	tests := map[string]struct {
		ahead, doubt time.Duration
		level        Level
		says         string
	}{
		"the same":                       {0, 0, OK, "the clocks of this machine and the server agree"},
		"a second ahead":                 {time.Second, 0, OK, "agree"},
		"five seconds ahead":             {5 * time.Second, 0, Warning, "this machine is 5s ahead of that of the server"},
		"five seconds behind":            {-5 * time.Second, 0, Warning, "5s behind that of the server"},
		"perhaps, the answer took long":  {5 * time.Second, 4 * time.Second, OK, "agree"},
		"an hour, however long it took":  {time.Hour, 4 * time.Second, Problem, "1h0m0s ahead"},
		"an hour behind":                 {-time.Hour, 0, Problem, "pages and handoffs come at the wrong time"},
		"at the very limit of a problem": {30 * time.Second, 0, Problem, "30s ahead"},
	}
	for name, test := range tests {
		is(t, name, Clock("this machine", "the server", test.ahead, test.doubt), test.level, test.says)
	}
}

func TestHowFarClocksAreApartIsMeasuredByHalfTheWay(t *testing.T) {
	// The server's clock is an hour behind; asking took a second there, three of
	// looking, and one back.
	began := now.Add(-time.Hour).Add(time.Second)
	ahead, doubt := Ahead(now, began, began.Add(3*time.Second), now.Add(5*time.Second))
	if ahead != time.Hour || doubt != time.Second {
		t.Errorf("%s ahead, give or take %s", ahead, doubt)
	}
}

func TestCertificates(t *testing.T) {
	tests := map[string]struct {
		left  time.Duration
		level Level
		says  string
	}{
		"for months":     {90 * 24 * time.Hour, OK, "the certificate of x is good until 2027-02-18"},
		"for a week":     {7*24*time.Hour + time.Hour, Warning, "expires on 2026-11-27, in 7 days"},
		"for one day":    {25 * time.Hour, Warning, "in 1 day"},
		"to this second": {0, Problem, "expired on 2026-11-20"},
		"long over":      {-1000 * time.Hour, Problem, "expired on 2026-10-09"},
	}
	for name, test := range tests {
		is(t, name, Certificate("the certificate of x", now.Add(test.left), now, "renew it"), test.level, test.says)
	}
}

func TestRunKeepsTheOrderAndNamesWhatFound(t *testing.T) {
	first := make(chan struct{})
	got := Run(t.Context(), time.Minute, []Check{
		{"one", func(context.Context) []Diagnosis { <-first; return []Diagnosis{Good("a"), Good("b")} }},
		{"none", func(context.Context) []Diagnosis { return nil }},
		{"two", func(context.Context) []Diagnosis { close(first); return []Diagnosis{Good("c")} }},
	})
	text := ""
	for _, f := range got {
		text += f.Check + ":" + f.Sentence + " "
	}
	if text != "one:a one:b two:c " {
		t.Errorf("got %s", text)
	}
}

func TestACheckThatNeverEndsIsAFindingItself(t *testing.T) {
	forever := make(chan struct{})
	defer close(forever)
	got := Run(t.Context(), time.Millisecond, []Check{
		{"dead drive", func(context.Context) []Diagnosis { <-forever; return nil }},
		{"slow network", func(ctx context.Context) []Diagnosis {
			<-ctx.Done()
			return []Diagnosis{Bad("no answer in time", "wait")}
		}},
	})
	if len(got) != 2 || got[0].Check != "dead drive" || got[1].Sentence != "no answer in time" {
		t.Fatalf("got %+v", got)
	}
	is(t, "dead drive", got[0], Problem, "longer than 1ms")
}

func TestCounted(t *testing.T) {
	got := Report{Items: []Diagnosis{Good("a"), Warn("b", "x"), Bad("c", "x"), Bad("d", "x")}}.Counted()
	if got.Problems != 2 || got.Warnings != 1 {
		t.Errorf("got %+v", got)
	}
}
