package alert

import (
	"maps"
	"testing"
)

func TestASourcesWordBecomesASeverity(t *testing.T) {
	want := map[Severity][]string{
		Critical: {"critical", "crit", "fatal", "emergency", "emerg", "disaster", "page", "down", "P1", "P2"},
		Error:    {"error", "err", "major", "high", "average", "P3"},
		Warning:  {"warning", "warn", "minor", "medium", "P4"},
		Info:     {"info", "information", "informational", "notice", "low", "debug", "none", "ok", "P5"},
	}
	known := 0
	for severity, words := range want {
		for _, word := range words {
			if got := SeverityOf(DefaultWords(), word); got != severity {
				t.Errorf("%s is %s, not %s", word, got, severity)
			}
			known++
		}
	}
	if n := len(DefaultWords()); n != known {
		t.Errorf("%d words are known, %d are specified here", n, known)
	}
}

func TestAWordIsReadWhateverItsCaseAndTheSpaceAroundIt(t *testing.T) {
	tests := map[string]struct {
		word string
		want Severity
	}{
		"upper case":                 {"CRITICAL", Critical},
		"mixed case":                 {"Warning", Warning},
		"space around it":            {"  info\t\n", Info},
		"an unknown word is error":   {"catastrophic", Error},
		"no word is error":           {"", Error},
		"only space is error":        {"  ", Error},
		"space inside is no word":    {"p 1", Error},
		"a number is error":          {"1", Error},
		"part of a word is no word":  {"critica", Error},
		"more than a word is error":  {"critical!", Error},
		"a word of another alphabet": {"критично", Error},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := SeverityOf(DefaultWords(), test.word); got != test.want {
				t.Errorf("%q is %s, not %s", test.word, got, test.want)
			}
		})
	}
}

func TestTheMapOfWordsIsTheOwnersToEdit(t *testing.T) {
	words := DefaultWords()
	words["sev1"], words["p1"] = Critical, Warning
	if a, b := SeverityOf(words, "SEV1"), SeverityOf(words, "P1"); a != Critical || b != Warning {
		t.Errorf("SEV1 is %s, P1 is %s", a, b)
	}
	if got := SeverityOf(DefaultWords(), "p1"); got != Critical {
		t.Errorf("the default is %s now", got)
	}
	if got := SeverityOf(nil, "critical"); got != Error {
		t.Errorf("without any words critical is %s", got)
	}
}

func TestAWorseSeverityIsGreater(t *testing.T) {
	if !(Critical > Error && Error > Warning && Warning > Info && Info > 0) {
		t.Error("critical > error > warning > info does not hold")
	}
	if !(High > Low && Low > None && None > 0) {
		t.Error("high > low > none does not hold")
	}
}

func TestSeveritiesAndUrgenciesAreFoundByTheirWords(t *testing.T) {
	for want, word := range map[Severity]string{Critical: "critical", Error: "error", Warning: "warning", Info: "info"} {
		if got, ok := SeverityNamed(word); !ok || got != want || got.String() != word {
			t.Errorf("%s is %d (%s), %v", word, got, got, ok)
		}
	}
	for want, word := range map[Urgency]string{High: "high", Low: "low", None: "none"} {
		if got, ok := UrgencyNamed(word); !ok || got != want || got.String() != word {
			t.Errorf("%s is %d (%s), %v", word, got, got, ok)
		}
	}
	for _, word := range []string{"", "Critical", "p1", "HIGH", "urgent"} {
		if s, ok := SeverityNamed(word); ok {
			t.Errorf("%q is severity %s", word, s)
		}
		if u, ok := UrgencyNamed(word); ok {
			t.Errorf("%q is urgency %s", word, u)
		}
	}
	if s, u := Severity(0).String(), Urgency(0).String(); s != "" || u != "" {
		t.Errorf("nothing is called %q and %q", s, u)
	}
}

func TestByDefaultCriticalAndErrorPageWarningWaitsAndInfoIsListed(t *testing.T) {
	want := map[Severity]Urgency{Critical: High, Error: High, Warning: Low, Info: None}
	if got := DefaultUrgency(); !maps.Equal(got, want) {
		t.Errorf("%v", got)
	}
}
