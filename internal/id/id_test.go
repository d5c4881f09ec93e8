package id

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestALastingName(t *testing.T) {
	good := map[string]string{
		"one letter":              "a",
		"one digit":               "7",
		"letters, digits and -":   "payments-2",
		"- in a row":              "a--b",
		"all digits":              "2026",
		"64 characters":           strings.Repeat("a", 64),
		"64 characters and a - ":  "a" + strings.Repeat("-", 62) + "a",
		"what looks like an id":   "alert-0",
		"a word of another thing": "person",
	}
	for what, name := range good {
		if !IsName(name) {
			t.Errorf("%s: %q is refused", what, name)
		}
	}
	bad := map[string]string{
		"nothing":              "",
		"65 characters":        strings.Repeat("a", 65),
		"only a -":             "-",
		"a - in front":         "-a",
		"a - at the end":       "a-",
		"an upper-case letter": "Ana",
		"an underscore":        "a_b",
		"a dot":                "a.b",
		"a space":              "a b",
		"a letter with accent": "josé",
		"a line break behind":  "ana\n",
		"a second line":        "ana\nben",
		"a NUL":                "a\x00b",
		"broken UTF-8":         "a\xffb",
	}
	for what, name := range bad {
		if IsName(name) {
			t.Errorf("%s: %q is taken", what, name)
		}
	}
}

func TestIDsOfOneMakerIncreaseStrictlyWhateverTheClockDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, now, last := NewMaker(nil), noon, ""
		for range rapid.IntRange(2, 50).Draw(t, "ids") {
			now = now.Add(time.Duration(rapid.Int64Range(-3e9, 3e9).Draw(t, "step")))
			n := m.New(PrefixAlert, now)
			if n <= last {
				t.Fatalf("%s is made after %s", n, last)
			}
			last = n
		}
	})
}

func TestIDsSortAsTextByTheTimeOfTheirMaking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.SliceOfNDistinct(rapid.Int64Range(1, 1<<62), 2, 20, rapid.ID[int64]).Draw(t, "micros")
		slices.Sort(micros)
		var ids []string
		for _, at := range micros { // each by a maker of its own, as on many nodes
			ids = append(ids, NewMaker(nil).New(PrefixSend, time.UnixMicro(at)))
		}
		if !slices.IsSorted(ids) {
			t.Fatalf("not in order: %q", ids)
		}
	})
}

func TestAnIDIsItsPrefixAnd26PlainCharacters(t *testing.T) {
	for _, prefix := range []string{
		PrefixAlert, PrefixPage, PrefixSend, PrefixMessage, PrefixOverride, PrefixPolicyVersion, PrefixToken, PrefixEntry, PrefixRun,
	} {
		body, ok := strings.CutPrefix(NewMaker(nil).New(prefix, noon), prefix)
		if !ok || len(body) != 26 || strings.Trim(body, "0123456789abcdefghijklmnopqrstuv") != "" {
			t.Errorf("after %s comes %q", prefix, body)
		}
	}
}

func TestTwoNodesInTheSameMicrosecondMakeDifferentIDs(t *testing.T) {
	if a, b := NewMaker(nil).New(PrefixAlert, noon), NewMaker(nil).New(PrefixAlert, noon); a == b {
		t.Errorf("both made %s", a)
	}
}

func TestAnIDIsMadeOfTheGivenRandomness(t *testing.T) {
	made := func() string {
		return NewMaker(bytes.NewReader([]byte("12345678"))).New(PrefixAlert, noon)
	}
	if a, b := made(), made(); a != b {
		t.Errorf("the same time and randomness made %s and %s", a, b)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the well is dry") }

func TestWithoutRandomnessNoIDIsMade(t *testing.T) {
	defer func() {
		if r, _ := recover().(string); !strings.Contains(r, "the well is dry") {
			t.Errorf("it said %q", r)
		}
	}()
	t.Errorf("it made %s", NewMaker(broken{}).New(PrefixAlert, noon))
}

func TestAtLiesBetweenWhatWasMadeBeforeAndAfter(t *testing.T) {
	m := NewMaker(nil)
	before, after := m.New(PrefixMessage, noon.Add(-time.Microsecond)), m.New(PrefixMessage, noon)
	if at := At(PrefixMessage, noon); at <= before || at > after {
		t.Errorf("%s is not between %s and %s", at, before, after)
	}
	if lowest := NewMaker(bytes.NewReader(make([]byte, 8))).New(PrefixMessage, noon); At(PrefixMessage, noon) != lowest {
		t.Errorf("the smallest id of that time is %s, not %s", lowest, At(PrefixMessage, noon))
	}
}
