package lint_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/lint"
	"firehall/internal/notify"
	"firehall/internal/route"
	"firehall/internal/schedule"
	"firehall/internal/service"
	"firehall/internal/span"
	"firehall/internal/store"
	"firehall/internal/team"
)

const hour = time.Hour

// calm returns a setup in which nothing is found that is worse than a note:
// ana and ben take turns, ben and ana stand behind them, dee is the fallback.
func calm() *store.Setup {
	s := store.NewSetup()
	for _, n := range []id.Person{"ana", "ben", "dee"} {
		s.People[n] = store.Person{
			Person: team.Person{Name: n, FullName: string(n), Zone: "UTC"},
			Reach: notify.Reach{
				Contacts: map[string]notify.Contact{"hook": {Kind: "webhook", To: "https://hooks.example.com"}, "mail": {Kind: "email", To: "a@example.com"}},
				Rules:    map[string][]notify.Rule{"high": {{Via: []string{"hook"}}, {Via: []string{"mail"}}}, "low": {{Via: []string{"mail"}}}},
			},
		}
	}
	s.Teams["t"] = store.Team{Team: team.Team{Name: "t", Managers: []id.Person{"ana"}, Members: []id.Person{"ana", "ben", "dee"}}}
	rota := func(name id.Schedule, members ...schedule.Turn) {
		s.Schedules[name] = schedule.Schedule{Name: name, Team: "t", Zone: "UTC", Revisions: []schedule.Revision{{Layers: []schedule.Layer{
			{Name: "weekly", Rotation: &schedule.Rotation{Unit: "week", Every: 1, Start: "2026-11-02T10:00", Members: members}},
		}}}}
	}
	rota("first", schedule.Turn{"ana"}, schedule.Turn{"ben"})
	rota("second", schedule.Turn{"ben"}, schedule.Turn{"ana"})
	s.Installation = store.Installation{Fallback: []escalation.Target{"person:dee"}, HeartbeatURL: "https://hc.example.com"}
	s.Policies["p"] = store.Policy{Policy: escalation.Policy{
		Name: "p", Team: "t", Repeat: 1, AckTimeout: span.Duration(hour), Fallback: []escalation.Target{"person:dee"},
		Steps: []escalation.Step{
			{Page: []escalation.Target{"schedule:first"}, Wait: span.Duration(5 * time.Minute)},
			{Page: []escalation.Target{"schedule:second"}, Wait: span.Duration(5 * time.Minute)},
		},
	}}
	s.Services["shop"] = service.Service{Name: "shop", Team: "t", Policy: "p"}
	return s
}

func find(found []lint.Finding, code string) (lint.Finding, bool) {
	i := slices.IndexFunc(found, func(f lint.Finding) bool { return f.Code == code })
	if i < 0 {
		return lint.Finding{}, false
	}
	return found[i], true
}

func TestACalmSetupIsSilent(t *testing.T) {
	if found := lint.Run(calm(), lint.Facts{}, monday); len(found) > 0 {
		t.Errorf("%v", codes(found))
	}
}

func TestAnyNanosecondWillDo(t *testing.T) {
	if found := lint.Run(calm(), lint.Facts{}, monday.Add(123456789)); len(found) > 0 {
		t.Errorf("%v", codes(found))
	}
}

func TestWhatFactsTell(t *testing.T) {
	arrived := func(at time.Time) lint.Told { return lint.Told{ArrivedAt: at} }
	told := map[lint.Contact]lint.Told{}
	for _, n := range []id.Person{"ana", "ben", "dee"} {
		told[lint.Contact{Person: n, Name: "hook"}], told[lint.Contact{Person: n, Name: "mail"}] = arrived(monday.Add(-hour)), arrived(monday.Add(-hour))
	}
	but := func(n id.Person, contacts ...string) map[lint.Contact]lint.Told {
		out := map[lint.Contact]lint.Told{}
		for k, v := range told {
			out[k] = v
		}
		for _, name := range contacts {
			out[lint.Contact{Person: n, Name: name}] = lint.Told{ArrivedAt: monday.Add(-2 * hour), FailedAt: monday.Add(-hour), Words: "410 Gone"}
		}
		return out
	}
	away := func(days int) schedule.Absences {
		return schedule.Absences{"dee": {{From: monday.Add(24 * hour), Until: monday.Add(time.Duration(days+1) * 24 * hour)}}}
	}
	tests := map[string]struct {
		facts lint.Facts
		code  string
		level lint.Level
		says  string
	}{
		"all contacts work":            {facts: lint.Facts{Told: told}},
		"nothing was ever sent":        {lint.Facts{Told: map[lint.Contact]lint.Told{}}, "contact-untested", lint.Note, "The contact hook of ana was never tested: whether it works shows"},
		"nothing arrived of late":      {lint.Facts{Told: map[lint.Contact]lint.Told{{Person: "ana", Name: "hook"}: {Before: true}}}, "contact-untested", lint.Note, "Nothing has arrived through hook of ana in the last 90 days"},
		"one of two contacts fails":    {lint.Facts{Told: but("ana", "hook")}, "contact-failing", lint.Warning, "failed on Mon 2026-11-16 11:00 UTC (410 Gone); their other contacts are tried"},
		"all contacts of one fail":     {lint.Facts{Told: but("ana", "hook", "mail")}, "contact-failing", lint.Error, "an alert would not reach them"},
		"the fallback is on leave":     {lint.Facts{Away: away(7)}, "fallback-unreachable", lint.Warning, "From Tue 2026-11-17 12:00 until Tue 2026-11-24 12:00, UTC, nobody in the fallback"},
		"the leave is over":            {facts: lint.Facts{Away: schedule.Absences{"dee": {{From: monday.Add(-48 * hour), Until: monday.Add(-hour)}}}}},
		"one who takes turns is away":  {lint.Facts{Away: schedule.Absences{"ana": {{From: monday, Until: monday.Add(7 * 24 * hour)}}}}, "step-gap", lint.Warning, "step 1"},
		"a server that is well":        {facts: lint.Facts{Node: &lint.Node{PublicURL: "https://firehall.example.com", Mail: true, Skew: time.Second, CertificateUntil: monday.Add(60 * 24 * hour), Backups: &lint.Backups{LastAt: monday.Add(-30 * hour)}}}},
		"a clock that is slightly off": {lint.Facts{Node: &lint.Node{PublicURL: "https://firehall.example.com", Mail: true, Skew: 3 * time.Second}}, "clock-skew", lint.Warning, "3s off"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			found := lint.Run(calm(), test.facts, monday)
			if test.code == "" {
				if len(found) > 0 {
					t.Errorf("%v", codes(found))
				}
				return
			}
			f, ok := find(found, test.code)
			if !ok || f.Level != test.level || !strings.Contains(f.Sentence, test.says) {
				t.Errorf("%+v, of %v", f, codes(found))
			}
		})
	}
}

func TestASourceThatIsSilentForAMonthIsFound(t *testing.T) {
	for age, want := range map[time.Duration]bool{29 * 24 * hour: false, 30 * 24 * hour: true} {
		s := calm()
		s.Sources["old"] = route.Source{Name: "old", Kind: "generic", Service: "shop"}
		_, found := find(lint.Run(s, lint.Facts{Used: map[id.Source]time.Time{"old": monday.Add(-age)}}, monday), "source-unused")
		if found != want {
			t.Errorf("silent for %s: found is %v", age, found)
		}
	}
}

func TestOverridesThatLeaveAHole(t *testing.T) {
	cover := func(who id.Person, from, until time.Duration) schedule.Override {
		o := schedule.Cover(who, "", monday.Add(from), monday.Add(until))
		o.ID, o.Schedule = "override_1", "first"
		return o
	}
	ends := func(s *store.Setup) { s.Schedules["first"].Revisions[0].Layers[0].ActiveUntil = "2026-11-18T10:00" }
	tests := map[string]struct {
		o      schedule.Override
		change func(*store.Setup)
		code   string
	}{
		"by somebody who is there":             {o: cover("ben", 0, 24*hour)},
		"by somebody disabled":                 {o: cover("dee", 0, 24*hour), code: "override-unreachable", change: disable("dee")},
		"by somebody disabled, but it is over": {o: cover("dee", -48*hour, -24*hour), change: disable("dee")},
		"by somebody without a contact":        {o: cover("dee", 0, 24*hour), code: "override-unreachable", change: func(s *store.Setup) { s.People["dee"] = store.Person{Person: s.People["dee"].Person} }},
		"it ends where the rota has ended":     {o: cover("ben", 0, 96*hour), code: "override-ends-in-gap", change: ends},
		"it ends before the rota does":         {o: cover("ben", 0, 24*hour), change: ends},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := calm()
			s.Overrides["first"] = []schedule.Override{test.o}
			if test.change != nil {
				test.change(s)
			}
			found := lint.Run(s, lint.Facts{}, monday)
			for _, code := range []string{"override-unreachable", "override-ends-in-gap"} {
				if _, is := find(found, code); is != (code == test.code) {
					t.Errorf("%s found is %v: %v", code, is, codes(found))
				}
			}
		})
	}
}

func disable(n id.Person) func(*store.Setup) {
	return func(s *store.Setup) {
		p := s.People[n]
		p.Disabled = true
		s.People[n] = p
	}
}

func TestWhatNoSetupFileCanHold(t *testing.T) {
	tests := map[string]func(*store.Setup){
		"service-no-policy": func(s *store.Setup) { s.Services["old"] = service.Service{Name: "old", Team: "t"} },
		"rule-names-nothing": func(s *store.Setup) {
			s.People["ana"].Rules["high"] = append(s.People["ana"].Rules["high"], notify.Rule{Via: []string{"gone"}})
		},
	}
	for code, change := range tests {
		s := calm()
		change(s)
		if _, ok := find(lint.Run(s, lint.Facts{}, monday), code); !ok {
			t.Errorf("no %s", code)
		}
	}
}

func TestAChangeIsToldOfWhatItBrings(t *testing.T) {
	before, after := calm(), calm()
	disable("ben")(before)
	disable("ben")(after)
	after.Services["search"] = service.Service{Name: "search", Team: "t", Policy: "p", Urgency: service.Urgency{"critical": "none"}}
	was, is := lint.Run(before, lint.Facts{}, monday), lint.Run(after, lint.Facts{}, monday)
	brought := lint.New(was, is)
	if _, ok := find(brought, "critical-tells-nobody"); !ok || len(was) == 0 {
		t.Errorf("%v after %v", codes(brought), codes(was))
	}
	if _, ok := find(brought, "disabled-on-rota"); ok {
		t.Error("it is told again of what was there")
	}
}

func TestTheGravestComeFirst(t *testing.T) {
	s := calm()
	s.Installation.Fallback = nil
	p := s.Policies["p"]
	p.Fallback, p.AckTimeout = nil, span.Duration(24*hour)
	s.Policies["p"] = p
	found := lint.Run(s, lint.Facts{}, monday)
	if len(lint.Worst(found, lint.Error)) != 1 || len(lint.Worst(found, lint.Warning)) != 2 {
		t.Fatalf("%v", codes(found))
	}
	if !slices.IsSortedFunc(found, func(a, b lint.Finding) int {
		return slices.Index(lint.Levels, a.Level) - slices.Index(lint.Levels, b.Level)
	}) {
		t.Errorf("%v", codes(found))
	}
}
