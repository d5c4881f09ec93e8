package alert

import (
	"testing"
)

func TestAFiringSignalOpensAnAlert(t *testing.T) {
	s := Signal{
		Key: "disk", Status: Firing, Summary: "disk full", Severity: "P3", Resends: true, StartsAt: after(-2),
		Details: map[string]string{"host": "web-01"}, Links: []Link{{Href: "https://wiki.example", Text: "wiki"}},
	}
	want := Alert{
		ID: "alert_a", Key: "disk", Summary: "disk full", Severity: Error, Urgency: High, Status: Triggered, Signals: 1,
		Details: s.Details, Links: s.Links, Resends: true, StartsAt: after(-2), OpenedAt: noon, ChangedAt: noon, Last: -1,
	}
	same(t, FromSignal("alert_a", s, usual(), noon), want)
}

func TestHowBadANewAlertIs(t *testing.T) {
	member := func(firing bool, word string) Member { return Member{Key: word, Firing: firing, Severity: word} }
	quiet := map[Severity]Urgency{Critical: Low, Error: None}
	tests := map[string]struct {
		word     string
		members  []Member
		words    map[string]Severity
		urgency  map[Severity]Urgency
		severity Severity
		means    Urgency
	}{
		"its own word":                         {"warning", nil, DefaultWords(), nil, Warning, Low},
		"a word nobody knows":                  {"awful", nil, DefaultWords(), nil, Error, High},
		"no word":                              {"", nil, DefaultWords(), nil, Error, High},
		"a word of the service":                {"awful", nil, map[string]Severity{"awful": Critical}, nil, Critical, High},
		"the service's urgency":                {"critical", nil, DefaultWords(), quiet, Critical, Low},
		"the service says it tells nobody":     {"error", nil, DefaultWords(), quiet, Error, None},
		"what the service leaves out":          {"warning", nil, DefaultWords(), quiet, Warning, Low},
		"the worst of its members":             {"info", []Member{member(true, "warning"), member(true, "critical")}, DefaultWords(), nil, Critical, High},
		"a milder member, and it alone":        {"critical", []Member{member(true, "info")}, DefaultWords(), nil, Info, None},
		"a member that is over does not count": {"info", []Member{member(true, "warning"), member(false, "critical")}, DefaultWords(), nil, Warning, Low},
		"members that say nothing":             {"info", []Member{member(true, "")}, DefaultWords(), nil, Info, None},
		"one that says nothing beside one":     {"info", []Member{member(true, ""), member(true, "error")}, DefaultWords(), nil, Error, High},
		"only members that are over":           {"info", []Member{member(false, "critical")}, DefaultWords(), nil, Info, None},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := Signal{Status: Firing, Severity: test.word, Members: test.members}
			a := FromSignal("alert_a", s, Reading{Words: test.words, Urgency: test.urgency}, noon)
			if a.Severity != test.severity || a.Urgency != test.means {
				t.Errorf("it is %s, urgency %s", a.Severity, a.Urgency)
			}
		})
	}
}
