package route

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAKeyIs16To128PlainCharacters(t *testing.T) {
	good := map[string]string{
		"32 hex digits":  "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
		"16 characters":  "aB3_-aB3_-aB3_-x",
		"128 characters": strings.Repeat("k", 128),
		"PagerDuty's 32": "R0ABCDEFGHIJKLMNOPQRSTUVWXYZ0123",
	}
	for what, key := range good {
		if !IsKey(key) {
			t.Errorf("%s: %q is refused", what, key)
		}
	}
	bad := map[string]string{
		"nothing":             "",
		"15 characters":       strings.Repeat("k", 15),
		"129 characters":      strings.Repeat("k", 129),
		"a space":             "0f1e2d3c4b5a6978 796a5b4c3d2e1f0",
		"a slash":             "0f1e2d3c4b5a6978/796a5b4c3d2e1f0",
		"a dot":               "0f1e2d3c4b5a6978.796a5b4c3d2e1f0",
		"a line break behind": "0f1e2d3c4b5a69788796a5b4c3d2e1f0\n",
		"a letter of another": "0f1e2d3c4b5a6978é796a5b4c3d2e1f0",
		"a NUL":               "0f1e2d3c4b5a6978\x00796a5b4c3d2e1f0",
	}
	for what, key := range bad {
		if IsKey(key) {
			t.Errorf("%s: %q is taken", what, key)
		}
	}
}

func TestALimitIsSoManyInALengthOfTime(t *testing.T) {
	good := map[string]Rate{
		"":          {},
		"120/1m":    {120, time.Minute},
		"1/1s":      {1, time.Second},
		"5/24h":     {5, 24 * time.Hour},
		"5/1d":      {5, 24 * time.Hour},
		"1000/1h5m": {1000, 65 * time.Minute},
	}
	for text, want := range good {
		if got, err := ParseRate(text); err != nil || got != want {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"120", "120/", "/1m", "/", " ", "0/1m", "-1/1m", "1.5/1m", "x/1m", "120/x", "120/0s", "120/999ms", "120/24h1s", "120/2d", "120/-1m",
		"120 / 1m", "120/1m/1m", "99999999999999999999/1m",
	} {
		got, err := ParseRate(text)
		if err == nil || got != (Rate{}) {
			t.Errorf("%q is read as %v", text, got)
		} else if !strings.HasSuffix(err.Error(), "is not a limit; write one like 120/1m") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWhatIsWrongWithASource(t *testing.T) {
	good := Source{Name: "ours", Kind: "generic", Service: "checkout"}
	with := func(change func(*Source)) Source {
		s := good
		change(&s)
		return s
	}
	tests := map[string]struct {
		source Source
		wrong  []string
	}{
		"nothing":          {good, nil},
		"nothing, in full": {Source{Kind: "generic", Service: "checkout", Fold: "each", Limit: "120/1m", Key: strings.Repeat("k", 16)}, nil},
		"fold of group":    {with(func(s *Source) { s.Fold = "group" }), nil},
		"no kind":          {with(func(s *Source) { s.Kind = "" }), []string{`kind: there is no kind of source called ""; there are alertmanager, generic`}},
		"an unknown kind":  {with(func(s *Source) { s.Kind = "nagios" }), []string{`kind: there is no kind of source called "nagios"; there are alertmanager, generic`}},
		"no service":       {with(func(s *Source) { s.Service = "" }), []string{"service: a source needs the service that its signals are about"}},
		"another fold":     {with(func(s *Source) { s.Fold = "all" }), []string{`fold: fold is group or each, not "all"`}},
		"a limit":          {with(func(s *Source) { s.Limit = "many" }), []string{`limit: "many" is not a limit; write one like 120/1m`}},
		"a key":            {with(func(s *Source) { s.Key = "short" }), []string{"key: a key is 16 to 128 of A–Z, a–z, 0–9, _ and -; leave it out to have one made"}},
		"all at once": {Source{Kind: "x", Fold: "y", Limit: "z", Key: "!"}, []string{
			`kind: there is no kind of source called "x"; there are alertmanager, generic`, "service: a source needs the service that its signals are about",
			`fold: fold is group or each, not "y"`, `limit: "z" is not a limit; write one like 120/1m`,
			"key: a key is 16 to 128 of A–Z, a–z, 0–9, _ and -; leave it out to have one made",
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range test.source.Validate([]string{"alertmanager", "generic"}) {
				got = append(got, f.Path+": "+f.Sentence)
			}
			if !slices.Equal(got, test.wrong) {
				t.Errorf("it says %q", got)
			}
		})
	}
}

func TestASignalGoesToTheServiceThatItsSourceNames(t *testing.T) {
	want := Found{Service: "checkout", Reason: "source ours sends everything to checkout"}
	if got := Find(Source{Name: "ours", Service: "checkout"}); got != want {
		t.Errorf("%+v", got)
	}
}
