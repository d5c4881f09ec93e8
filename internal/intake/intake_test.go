package intake

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"firehall/internal/fault"
)

// refusal returns the refusal that a body meets.
func refusal(t *testing.T, kind, body string) *Refusal {
	t.Helper()
	got, err := Parse(kind, Options{}, []byte(body))
	var r *Refusal
	if !errors.As(err, &r) {
		t.Fatalf("%.200s: %v, %d signals; want a refusal", body, err, len(got.Signals))
	}
	if r.Status != http.StatusBadRequest || r.Sentence == "" || len(r.Errors) == 0 || len(got.Signals) != 0 {
		t.Fatalf("%.200s: refused with %+v and %d signals", body, r, len(got.Signals))
	}
	for _, e := range r.Errors {
		shownLine(t, "error", e, 600)
	}
	return r
}

func TestBodiesThatNoKindReads(t *testing.T) {
	tests := map[string]struct{ body, says string }{
		"an empty body":                {"", "the body is empty"},
		"only space":                   {" \r\n\t", "the body is empty"},
		"only a byte order mark":       {"\ufeff", "the body is empty"},
		"text":                         {"disk full", "not JSON: line 1, byte 1"},
		"a form":                       {"summary=disk+full", "not JSON"},
		"a body that was cut off":      {`{"summary":"disk`, "not JSON"},
		"a comma too many":             {"{\"summary\":\"a\",\n}", "line 2, byte 1"},
		"two bodies in one":            {`{"summary":"a"} {"summary":"b"}`, "not JSON"},
		"a bare NUL":                   {"{\"summary\":\"a\x00b\"}", "not JSON"},
		"UTF-16":                       {"\xff\xfe{\x00}\x00", "not JSON"},
		"null":                         {"null", "is nothing"},
		"a number":                     {"1", "is a number"},
		"a text":                       {`"disk full"`, "is a text"},
		"true":                         {"true", "is true or false"},
		"lists 65 levels deep":         {nested(65, "[", "]"), "nested deeper than 64 levels"},
		"objects 10,000 levels deep":   {nested(10000, `{"a":`, "}"), "nested deeper than 64 levels"},
		"a million levels without end": {strings.Repeat("[", 1<<20), "nested deeper than 64 levels"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, kind := range names() {
				if got := refusal(t, kind, test.body).Error(); !strings.Contains(got, test.says) {
					t.Errorf("%s says %q, want %q in it", kind, got, test.says)
				}
			}
			if _, err := ParseChange([]byte(test.body)); err == nil {
				t.Error("a change event is read")
			}
		})
	}
}

func nested(levels int, open, end string) string {
	return strings.Repeat(open, levels) + "1" + strings.Repeat(end, levels)
}

func TestAKindThatDoesNotExist(t *testing.T) {
	_, err := Parse("alertmanger", Options{}, []byte(`{}`))
	if !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "alertmanager, generic, pagerduty") {
		t.Errorf("got %v", err)
	}
}

func TestNestingOf64LevelsIsRead(t *testing.T) {
	s := one(t, "generic", Options{}, `{"summary":"deep","details":{"a":`+nested(62, "[", "]")+`}}`)
	if want := nested(62, "[", "]"); s.Details["a"] != want {
		t.Errorf("details.a is %q, want %q", s.Details["a"], want)
	}
}

func TestBracketsInTextsAreNoNesting(t *testing.T) {
	s := one(t, "generic", Options{}, `{"summary":"`+strings.Repeat(`[{\"`, 100)+`"}`)
	if !strings.HasPrefix(s.Summary, `[{"[{"`) {
		t.Errorf("summary is %q", s.Summary)
	}
}

func TestAByteOrderMarkIsSkipped(t *testing.T) {
	if s := one(t, "generic", Options{}, "\ufeff \n{\"summary\":\"disk full\"}"); s.Summary != "disk full" {
		t.Errorf("summary is %q", s.Summary)
	}
}

func TestASenderIsToldTwentyThingsAtMost(t *testing.T) {
	for kind, body := range map[string]string{
		"generic":      "[" + strings.Repeat("1,", 5000) + "1]",
		"alertmanager": `{"alerts":[` + strings.Repeat("1,", 5000) + "1]}",
	} {
		if got := refusal(t, kind, body); len(got.Errors) != maxProblems {
			t.Errorf("%s: %d errors, want %d", kind, len(got.Errors), maxProblems)
		}
	}
}

func TestLimit(t *testing.T) {
	for kind, want := range map[string]int{"alertmanager": 16 << 20, "pagerduty": 512 << 10, "generic": 1 << 20, "unknown": 1 << 20} {
		if got := Limit(kind); got != want {
			t.Errorf("%s: %d bytes, want %d", kind, got, want)
		}
	}
}

func TestEveryKindIsInTheGallery(t *testing.T) {
	all := Kinds()
	if len(all) != len(kinds) {
		t.Fatalf("%d kinds in the gallery, want %d", len(all), len(kinds))
	}
	for _, k := range all {
		setup := k.Setup("https://firehall.example", "0123456789abcdef")
		found, ok := KindNamed(k.Name)
		if !ok || found != k || k.Title == "" || !strings.HasSuffix(k.About, ".") {
			t.Errorf("%q is described as %+v", k.Name, k)
		}
		if !strings.Contains(setup, "https://firehall.example/") || !strings.Contains(setup, "0123456789abcdef") || strings.ContainsAny(k.Name, "{}") {
			t.Errorf("the setup of %s lacks the address or the key: %s", k.Name, setup)
		}
		if strings.Contains(setup, "{url}") || strings.Contains(setup, "{key}") {
			t.Errorf("the setup of %s is not filled in: %s", k.Name, setup)
		}
	}
}

func TestTheTextToCopyStandsInTheDocs(t *testing.T) {
	docs, err := os.ReadFile("../../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range Kinds() {
		if setup := k.Setup("https://firehall.example.com", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"); !strings.Contains(string(docs), "\n"+setup+"```\n") {
			t.Errorf("docs/sources.md lacks what to copy for %s:\n%s", k.Name, setup)
		}
	}
}
