package alert

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// signal is one more signal about triggered().
func signal(status SignalStatus, word string) Signal {
	return Signal{Key: "disk", Status: status, Summary: "disk full", Severity: word}
}

// usual reads what sources say by the defaults.
func usual() Reading { return Reading{Words: DefaultWords(), Urgency: DefaultUrgency()} }

// fold is Fold as usual, at 12:09.
func fold(a Alert, s Signal, known ...Member) Folding {
	return a.Fold(s, known, usual(), after(9))
}

func TestWhatAFoldDoes(t *testing.T) {
	warning := triggered()
	warning.Severity, warning.Urgency = Warning, Low
	info := triggered()
	info.Severity, info.Urgency = Info, None
	ackedInfo, _ := info.Acknowledge("ana", 0, noon)
	ackedCritical := triggered()
	ackedCritical.Severity = Critical
	ackedCritical, _ = ackedCritical.Acknowledge("ana", 0, noon)
	eased := fold(ackedCritical, signal(Firing, "warning")).Alert
	tests := map[string]struct {
		from     Alert
		signal   Signal
		severity Severity
		urgency  Urgency
		wake     Wake
		reason   string // "": nothing changed
	}{
		"as bad as it was":                    {triggered(), signal(Firing, "error"), Error, High, NoWake, ""},
		"milder stays as urgent":              {triggered(), signal(Firing, "info"), Info, High, NoWake, "severity error → info"},
		"worse, and as urgent":                {triggered(), signal(Firing, "critical"), Critical, High, NoWake, "severity error → critical"},
		"worse and more urgent":               {warning, signal(Firing, "error"), Error, High, Start, "severity warning → error: urgency low → high"},
		"worse than what tells nobody":        {info, signal(Firing, "warning"), Warning, Low, Start, "severity info → warning: urgency none → low"},
		"acked, as bad as then":               {held(), signal(Firing, "error"), Error, High, NoWake, ""},
		"acked, milder than then":             {held(), signal(Firing, "info"), Info, High, NoWake, "severity error → info"},
		"acked, worse than then":              {held(), signal(Firing, "critical"), Critical, High, Restart, "severity error → critical: worse than when it was acknowledged"},
		"acked, milder and then as bad again": {eased, signal(Firing, "critical"), Critical, High, NoWake, "severity warning → critical"},
		"snoozed, worse than then":            {snoozed(), signal(Firing, "critical"), Critical, High, Restart, "severity error → critical: worse than when it was acknowledged"},
		"acked while it told nobody, and now": {ackedInfo, signal(Firing, "warning"), Warning, Low, Restart, "severity info → warning: worse than when it was acknowledged"},
		"merged into another, milder":         {mergedInto(other()), signal(Firing, "info"), Info, High, NoWake, "severity error → info"},
		"a word nobody knows is error":        {warning, signal(Firing, "awful"), Error, High, Start, "severity warning → error: urgency low → high"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := fold(test.from, test.signal)
			if f.Alert.Severity != test.severity || f.Alert.Urgency != test.urgency || f.Page != test.wake || f.Reason != test.reason {
				t.Errorf("severity %s, urgency %s, wakes %q: %q", f.Alert.Severity, f.Alert.Urgency, f.Page, f.Reason)
			}
			changed, at := test.reason != "", test.from.ChangedAt
			if changed {
				at = after(9)
			}
			if f.Changed != changed || !f.Alert.ChangedAt.Equal(at) || f.Resolved {
				t.Errorf("changed: %v at %s, resolved: %v", f.Changed, f.Alert.ChangedAt, f.Resolved)
			}
			if f.Alert.Status != test.from.Status || f.Alert.Owner != test.from.Owner || f.Alert.Signals != test.from.Signals+1 {
				t.Errorf("status %s, owner %q, signals %d", f.Alert.Status, f.Alert.Owner, f.Alert.Signals)
			}
		})
	}
}

func TestAFoldFollowsWhatTheServiceSaysNow(t *testing.T) {
	tests := map[string]struct {
		from    Alert
		urgency map[Severity]Urgency
		want    Urgency
		wake    Wake
		reason  string
	}{
		"the same severity is more urgent now": {quietError(), DefaultUrgency(), High, Start, "urgency low → high"},
		"it is less urgent now: it stays":      {triggered(), map[Severity]Urgency{Error: None}, High, NoWake, ""},
		"acked, and more urgent now":           {ackedQuietError(), DefaultUrgency(), High, NoWake, "urgency low → high"},
		"worse, and told to nobody":            {ackedNone(), map[Severity]Urgency{Error: None, Critical: None}, None, NoWake, "severity info → error"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := test.from.Fold(signal(Firing, "error"), nil, Reading{Words: DefaultWords(), Urgency: test.urgency}, after(9))
			if f.Alert.Urgency != test.want || f.Page != test.wake || f.Reason != test.reason || f.Changed != (test.reason != "") {
				t.Errorf("urgency %s, wakes %q, changed %v: %q", f.Alert.Urgency, f.Page, f.Changed, f.Reason)
			}
		})
	}
}

func TestWhoAsksForAnUrgencyGetsItAtLeast(t *testing.T) {
	asks := func(u Urgency) Reading { return Reading{Words: DefaultWords(), Asked: u} }
	if a := FromSignal("alert_a", signal(Firing, "info"), asks(High), noon); a.Urgency != High || a.Severity != Info {
		t.Errorf("opened: %s, urgency %s", a.Severity, a.Urgency)
	}
	if f := quietError().Fold(signal(Firing, "error"), nil, asks(High), after(9)); f.Alert.Urgency != High || f.Page != Start {
		t.Errorf("raised: urgency %s, wakes %q", f.Alert.Urgency, f.Page)
	}
	if f := triggered().Fold(signal(Firing, "error"), nil, asks(None), after(9)); f.Alert.Urgency != High || f.Changed {
		t.Errorf("lowered: urgency %s, changed %v", f.Alert.Urgency, f.Changed)
	}
}

func TestAFoldKnowsSinceWhen(t *testing.T) {
	a, s := triggered(), signal(Firing, "error")
	a.StartsAt = noon
	if got := fold(a, s).Alert.StartsAt; !got.Equal(noon) {
		t.Errorf("a signal that does not say since when: %s", got)
	}
	s.StartsAt = after(3)
	if got := fold(a, s).Alert.StartsAt; !got.Equal(after(3)) {
		t.Errorf("a signal that says so: %s", got)
	}
}

func quietError() Alert {
	a := triggered()
	a.Urgency = Low
	return a
}

func ackedQuietError() Alert {
	a, _ := quietError().Acknowledge("ana", 0, noon)
	return a
}

func ackedNone() Alert {
	a := triggered()
	a.Severity, a.Urgency = Info, None
	a, _ = a.Acknowledge("ana", 0, noon)
	return a
}

func TestAFoldShowsWhatTheSignalSays(t *testing.T) {
	a := triggered()
	a.Details = map[string]string{"host": "web-01", "disk": "91 %"}
	a.Links = []Link{{Href: "https://old.example"}}
	s := signal(Firing, "error")
	s.Summary, s.Details, s.Links = "disk is full", map[string]string{"disk": "99 %"}, []Link{{Href: "https://new.example"}}
	f := fold(a, s)
	if f.Alert.Summary != "disk is full" || f.Alert.Signals != 2 || !slices.Equal(f.Alert.Links, s.Links) {
		t.Errorf("%+v", f.Alert)
	}
	if diff := cmp.Diff(map[string]string{"host": "web-01", "disk": "99 %"}, f.Alert.Details); diff != "" {
		t.Error(diff)
	}
	if len(s.Details) != 1 || a.Details["disk"] != "91 %" {
		t.Errorf("the signal's details are %v, the old ones %v", s.Details, a.Details)
	}
	s.Details, s.Links = nil, nil
	f = fold(a, s)
	if !slices.Equal(f.Alert.Links, a.Links) || len(f.Alert.Details) != 2 {
		t.Errorf("a signal without links and details left %v, %v", f.Alert.Links, f.Alert.Details)
	}
}

func TestDetailsAreAtMost200AndTheNewOnesStay(t *testing.T) {
	many := func(prefix string, n int) map[string]string {
		out := map[string]string{}
		for i := range n {
			out[fmt.Sprint(prefix, i)] = prefix
		}
		return out
	}
	a, s := triggered(), signal(Firing, "error")
	a.Details, s.Details = many("old", 150), many("new", 120)
	got := fold(a, s).Alert.Details
	count := map[string]int{}
	for _, v := range got {
		count[v]++
	}
	if len(got) != MaxDetails || count["new"] != 120 {
		t.Errorf("%d details: %v", len(got), count)
	}
}

func TestASourceThatSaysItIsOverResolves(t *testing.T) {
	closed := signal(SignalClosed, "")
	closed.Summary, closed.Details = "disk ok", map[string]string{"disk": "2 %"}
	for name, from := range map[string]Alert{"a triggered one": triggered(), "an acknowledged one": held(), "a merged one": mergedInto(other())} {
		t.Run(name, func(t *testing.T) {
			f := fold(from, closed)
			if !f.Resolved || !f.Changed || f.Page != NoWake || f.Reason != "its source says it is over" {
				t.Errorf("%+v", f)
			}
			want := from
			want.Signals++
			same(t, f.Alert, want) // closing it is for Resolve; it shows what was wrong
		})
	}
}

func TestAMergedAlertThatGetsWorseStandsForItselfAgain(t *testing.T) {
	f := fold(mergedInto(other()), signal(Firing, "critical"))
	if f.Page != Start || f.Alert.Status != Triggered || f.Alert.MergedInto != "" || f.Alert.Owner != "" {
		t.Errorf("wakes %q, status %s, merged into %q, owner %q", f.Page, f.Alert.Status, f.Alert.MergedInto, f.Alert.Owner)
	}
}

// Whatever arrives: the severity is one that exists, urgency never falls, the
// count grows, and only an acknowledged alert restarts, only a triggered or a
// merged one starts.
func TestWhateverFoldsAnAlertStaysInOrder(t *testing.T) {
	words := rapid.SampledFrom([]string{"critical", "error", "warning", "info", "", "awful"})
	starts := map[string]Alert{"triggered": triggered(), "held": held(), "snoozed": snoozed(), "merged": mergedInto(other()), "listed": ackedNone()}
	rapid.Check(t, func(t *rapid.T) {
		a := starts[rapid.SampledFrom([]string{"triggered", "held", "snoozed", "merged", "listed"}).Draw(t, "from")]
		var known []Member
		for range rapid.IntRange(1, 8).Draw(t, "signals") {
			s := signal(rapid.SampledFrom([]SignalStatus{Firing, SignalClosed}).Draw(t, "status"), words.Draw(t, "word"))
			for _, key := range rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 4).Draw(t, "members") {
				s.Members = append(s.Members, Member{Key: key, Firing: rapid.Bool().Draw(t, "fires"), Severity: words.Draw(t, "of member"), StartsAt: noon})
			}
			f := a.Fold(s, known, usual(), noon.Add(time.Hour))
			wrong := f.Alert.Severity.String() == "" || f.Alert.Urgency < a.Urgency || f.Alert.Signals != a.Signals+1 ||
				(f.Page == Restart && a.Status != Acknowledged) || (f.Page == Start && a.Status != Triggered && a.MergedInto == "") ||
				(f.Page == Start && f.Alert.Urgency == a.Urgency && a.MergedInto == "") || (f.Page != NoWake && !f.Changed) || (f.Changed && f.Reason == "") ||
				(f.Resolved && s.Status != SignalClosed)
			if wrong {
				t.Fatalf("from %+v\nby %+v\ncame %+v", a, s, f)
			}
			known = joined(known, f.Members)
			if a = f.Alert; f.Resolved {
				return
			}
		}
	})
}
