package schedule

import (
	"slices"
	"strings"
	"testing"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/span"
)

func TestLayers(t *testing.T) {
	office := Window{From: "09:00", To: "17:00"}
	with := func(l Layer, name string, priority int, windows ...Window) Layer {
		l.Name, l.Priority, l.Windows = name, priority, windows
		return l
	}
	gap := weekly("ana")
	gap.Rotation.Members = []Turn{{}, {"ana"}}
	active := weekly("ana")
	active.ActiveFrom, active.ActiveUntil = "2026-01-06T12:00", "2026-01-06T13:00"
	tests := map[string]struct {
		layers []Layer
		want   []string // of Tuesday 2026-01-06
	}{
		"equal ones join in their order":    {[]Layer{weekly("ben"), with(weekly("ana"), "b", 0, office)}, []string{"01-06T00:00 ben", "01-06T09:00 ben and ana", "01-06T17:00 ben"}},
		"nobody is on call twice":           {[]Layer{weekly("ana"), with(weekly("ana"), "b", 0, office)}, []string{"01-06T00:00 ana", "01-06T09:00 ana", "01-06T17:00 ana"}},
		"a higher one hides lower ones":     {[]Layer{weekly("ben"), with(weekly("ana"), "b", 1, office)}, []string{"01-06T00:00 ben", "01-06T09:00 ana", "01-06T17:00 ben"}},
		"an empty turn of it hides them":    {[]Layer{weekly("ben"), with(gap, "b", 1, office)}, []string{"01-06T00:00 ben", "01-06T09:00 nobody", "01-06T17:00 ben"}},
		"an empty turn beside one does not": {[]Layer{weekly("ben"), with(gap, "b", 0, office)}, []string{"01-06T00:00 ben"}},
		"priorities may be negative":        {[]Layer{with(weekly("low"), "a", -5), with(weekly("ana"), "b", -1, office)}, []string{"01-06T00:00 low", "01-06T09:00 ana", "01-06T17:00 low"}},
		"outside its time it hides nobody":  {[]Layer{with(weekly("ben"), "a", -1), active}, []string{"01-06T00:00 ben", "01-06T12:00 ana", "01-06T13:00 ben"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expectShifts(t, planOf(t, of(test.layers...), nil, nil), "2026-01-06T00:00", "2026-01-07T00:00", test.want...)
		})
	}
}

func TestTheWholeShift(t *testing.T) {
	two := weekly("ana", "ben")
	twice := daily("ana", "ben", "ana")
	tests := map[string]struct {
		layer       Layer
		from, until string // "": none within the horizon
	}{
		"a turn":                        {two, "2026-01-05T09:00:00Z", "2026-01-12T09:00:00Z"},
		"two turns that meet":           {twice, "2026-01-07T09:00:00Z", "2026-01-09T09:00:00Z"},
		"the only member's never ends":  {weekly("ana"), "", ""},
		"nor by the hour":               {Layer{Rotation: &Rotation{Unit: "hour", Every: 1, Start: "2026-01-01T00:00", Members: []Turn{{"ana"}}}}, "", ""},
		"an end of the layer is an end": {Layer{Users: []id.Person{"ana"}, ActiveUntil: "2026-02-01T00:00"}, "", "2026-02-01T00:00:00Z"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := planOf(t, of(test.layer), nil, nil).OnCall(at("2026-01-08T10:00"))
			if !slices.Equal(a.People, []id.Person{"ana"}) {
				t.Fatalf("%v are on call", a.People)
			}
			for _, end := range []struct {
				got  time.Time
				want string
			}{{a.From, test.from}, {a.Until, test.until}} {
				if end.got.IsZero() != (end.want == "") || (end.want != "" && end.got.Format(time.RFC3339) != end.want) {
					t.Errorf("got %v, want %q", end.got, end.want)
				}
			}
		})
	}
}

func TestReasons(t *testing.T) {
	closed := weekly("ana", "ben")
	closed.Windows = []Window{{Days: []string{"sun"}, From: "09:00", To: "17:00"}}
	empty := weekly("ana", "ben")
	empty.Rotation.Members = []Turn{{"ana"}, {}}
	second := daily("cy", "dee")
	by := func(o Override) []Override { o.By = "boss"; return made(o) }
	away := Absences{"ana": {{}}}
	tests := map[string]struct {
		schedule  Schedule
		overrides []Override
		off       Absences
		at        string
		want      string
	}{
		"a turn":             {of(weekly("ana", "ben")), nil, nil, "2026-01-06T10:00", "ana: layer weekly, turn 1 of 2, until Mon 2026-01-12 09:00 UTC"},
		"two layers":         {of(weekly("ana", "ben"), second), nil, nil, "2026-01-06T10:00", "ana and dee: layers weekly, daily, until Wed 2026-01-07 09:00 UTC"},
		"people of a layer":  {of(Layer{Name: "all", Users: []id.Person{"ana"}}), nil, nil, "2026-01-06T10:00", "ana: layer all, with no end in sight"},
		"a swap":             {of(weekly("ana", "ben")), by(Override{Kind: Swap, Remove: "ana", Add: "cy"}), nil, "2026-01-06T10:00", "cy: an override by boss, cy in place of ana (layer weekly), until Tue 2026-01-06 12:00 UTC"},
		"a replacement":      {of(weekly("ana", "ben")), by(Override{Kind: ReplaceAll, Users: []id.Person{"cy"}}), nil, "2026-01-06T10:00", "cy: an override by boss in place of everyone, until Tue 2026-01-06 12:00 UTC"},
		"a fixed gap":        {of(weekly("ana", "ben")), by(Override{Kind: FixedWindow}), nil, "2026-01-06T10:00", "nobody: an override by boss with fixed shifts, until Tue 2026-01-06 12:00 UTC"},
		"an empty turn":      {of(empty), nil, nil, "2026-01-13T10:00", "nobody: layer weekly, turn 2 of 2, which is empty, until Mon 2026-01-19 09:00 UTC"},
		"no open window":     {of(closed), nil, nil, "2026-01-06T10:00", "nobody: no layer covers this time, until Sun 2026-01-11 09:00 UTC"},
		"no layers":          {Schedule{Zone: "UTC"}, nil, nil, "2026-01-06T10:00", "nobody: the schedule has no layers, with no end in sight"},
		"who is away":        {of(weekly("ana", "ben")), nil, away, "2026-01-06T10:00", "nobody: ana would be, by layer weekly, turn 1 of 2, but cannot: disabled or on leave, until Mon 2026-01-12 09:00 UTC"},
		"one of two is away": {of(weekly("ana", "ben"), second), nil, away, "2026-01-06T10:00", "dee: layers weekly, daily, without ana (disabled or on leave), until Wed 2026-01-07 09:00 UTC"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a, err := OnCall(test.schedule, test.overrides, test.off, at(test.at))
			if err != nil || a.Reason != test.want {
				t.Errorf("got  %q, %v\nwant %q", a.Reason, err, test.want)
			}
		})
	}
}

func TestAReasonTellsTheTimeInTheSchedulesZone(t *testing.T) {
	l := weekly("ana", "ben")
	l.Zone = "Asia/Tokyo"
	s := of(l)
	s.Zone = "Europe/Lisbon"
	a, err := OnCall(s, nil, nil, at("2026-01-06T10:00"))
	if err != nil || !strings.HasSuffix(a.Reason, ", until Mon 2026-01-12 00:00 Europe/Lisbon") {
		t.Errorf("got %q, %v", a.Reason, err)
	}
}

func TestWhoIsAwayIsNeverOnCall(t *testing.T) {
	leave := Absences{"ana": {{From: at("2026-01-06T10:00"), Until: at("2026-01-06T12:00")}}}
	covered := made(Override{Kind: Swap, Remove: "ana", Add: "cy"})
	back := made(Override{Kind: ReplaceAll, Users: []id.Person{"ana", "cy"}})
	lower := weekly("low")
	lower.Name, lower.Priority = "low", -1
	tests := map[string]struct {
		overrides []Override
		want      []string
	}{
		"leave is a gap, and lower layers stay hidden": {nil, []string{"01-06T09:00 ana", "01-06T10:00 nobody", "01-06T12:00 ana"}},
		"a swap planned for it counts":                 {covered, []string{"01-06T09:00 ana", "01-06T10:00 cy", "01-06T12:00 ana"}},
		"no override brings them back":                 {back, []string{"01-06T09:00 ana", "01-06T10:00 cy", "01-06T12:00 ana"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expectShifts(t, planOf(t, of(weekly("ana", "ben"), lower), test.overrides, leave), "2026-01-06T09:00", "2026-01-06T13:00", test.want...)
		})
	}
}

func TestNextHandoff(t *testing.T) {
	twice := daily("ana", "ana", "ben")
	p := planOf(t, of(twice), nil, nil)
	next, ok := p.NextHandoff(at("2026-01-05T10:00"))
	want := span.Span{From: at("2026-01-07T09:00"), Until: at("2026-01-08T09:00")}
	if !ok || next.Span != want || !slices.Equal(next.People, []id.Person{"ben"}) {
		t.Errorf("got %v, %v, want ben at %v", next, ok, want)
	}
	if next, ok := planOf(t, of(weekly("ana")), nil, nil).NextHandoff(at("2026-01-05T10:00")); ok {
		t.Errorf("the only member hands off to %v", next)
	}
}

func TestALaterRevisionLeavesThePastAlone(t *testing.T) {
	s := of(daily("ana", "ben"))
	s.Revisions = append(s.Revisions, Revision{From: at("2026-01-07T12:00"), Layers: []Layer{daily("cy", "dee")}})
	expectShifts(t, planOf(t, s, nil, nil), "2026-01-06T09:00", "2026-01-09T09:00",
		"01-06T09:00 ben", "01-07T09:00 ana", "01-07T12:00 cy", "01-08T09:00 dee")
}

func TestAScheduleThatCannotBeComputedIsRefused(t *testing.T) {
	bad := weekly("ana")
	bad.Zone = "Mars/Olympus"
	_, err := OnCall(of(weekly("ana"), bad), nil, nil, at("2026-01-05T10:00"))
	if f := fault.Of(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Path != "revisions[0].layers[1].zone" {
		t.Errorf("got %v", err)
	}
	if _, err := Compile(Schedule{Zone: "Mars/Olympus"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestValidateRange(t *testing.T) {
	from := at("2026-01-05T10:00")
	if err := ValidateRange(from, from.Add(MaxRange)); err != nil {
		t.Errorf("the longest range is refused: %v", err)
	}
	for _, until := range []time.Time{from, from.Add(-time.Second), from.Add(MaxRange + time.Second)} {
		if err := ValidateRange(from, until); !fault.Is(err, fault.Invalid) {
			t.Errorf("until %v: got %v", until, err)
		}
	}
}
