package schedule

import "testing"

func TestTurnsAreLocalTime(t *testing.T) {
	berlin := func(unit string, every int, start string) Schedule {
		s := of(Layer{Name: "l", Rotation: &Rotation{Unit: unit, Every: every, Start: start, Members: []Turn{{"a"}, {"b"}, {"c"}}}})
		s.Zone = "Europe/Berlin"
		return s
	}
	tests := map[string]struct {
		schedule    Schedule
		from, until string // UTC
		want        []string
	}{
		"a day of 23 hours":                   {berlin("day", 1, "2026-03-28T09:00"), "2026-03-28T08:00", "2026-03-30T07:00", []string{"03-28T08:00 a", "03-29T07:00 b"}},
		"a day of 25 hours":                   {berlin("day", 1, "2026-10-24T09:00"), "2026-10-24T07:00", "2026-10-26T08:00", []string{"10-24T07:00 a", "10-25T08:00 b"}},
		"hours that are skipped are nobody's": {berlin("hour", 1, "2026-03-29T00:00"), "2026-03-28T23:00", "2026-03-29T02:00", []string{"03-28T23:00 a", "03-29T00:00 b", "03-29T01:00 a"}},
		"an hour that happens twice is one's": {berlin("hour", 1, "2026-10-25T00:00"), "2026-10-24T22:00", "2026-10-25T03:00", []string{"10-24T22:00 a", "10-24T23:00 b", "10-25T00:00 c", "10-25T02:00 a"}},
		"every is the length of a turn":       {berlin("day", 2, "2026-06-01T00:00"), "2026-05-31T22:00", "2026-06-06T22:00", []string{"05-31T22:00 a", "06-02T22:00 b", "06-04T22:00 c"}},
		"turns go on before the start":        {berlin("day", 1, "2026-06-08T00:00"), "2026-05-31T22:00", "2026-06-03T22:00", []string{"05-31T22:00 c", "06-01T22:00 a", "06-02T22:00 b"}},
		"months clamp from the anchor":        {berlin("month", 1, "2026-01-31T12:00"), "2026-01-31T11:00", "2026-04-30T10:00", []string{"01-31T11:00 a", "02-28T11:00 b", "03-31T10:00 c"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expectShifts(t, planOf(t, test.schedule, nil, nil), test.from, test.until, test.want...)
		})
	}
}

func TestWaysToCountTurns(t *testing.T) {
	rotation := func(change func(*Rotation)) Schedule {
		l := daily("a", "b", "c")
		change(l.Rotation)
		return of(l)
	}
	office := func(change func(*Rotation)) Schedule {
		s := rotation(change)
		s.Revisions[0].Layers[0].Windows = []Window{{Days: []string{"mon", "wed"}, From: "09:00", To: "17:00"}}
		return s
	}
	active := func(r *Rotation) { r.Advance = "active" }
	tests := map[string]struct {
		schedule    Schedule
		from, until string
		want        []string
	}{
		"days without a window are turns too": {
			office(func(*Rotation) {}), "2026-01-05T09:00", "2026-01-12T17:00",
			[]string{"01-05T09:00 a", "01-05T17:00 nobody", "01-07T09:00 c", "01-07T17:00 nobody", "01-12T09:00 b"},
		},
		"unless only active days count": {
			office(active), "2026-01-05T09:00", "2026-01-12T17:00",
			[]string{"01-05T09:00 a", "01-05T17:00 nobody", "01-07T09:00 b", "01-07T17:00 nobody", "01-12T09:00 c"},
		},
		"before the start too": {
			office(active), "2025-12-29T09:00", "2026-01-05T17:00",
			[]string{"12-29T09:00 b", "12-29T17:00 nobody", "12-31T09:00 c", "12-31T17:00 nobody", "01-05T09:00 a"},
		},
		"a start on a day without a window is the next one's": {
			office(func(r *Rotation) { active(r); r.Start = "2026-01-06T09:00" }), "2026-01-05T09:00", "2026-01-07T17:00",
			[]string{"01-05T09:00 c", "01-05T17:00 nobody", "01-07T09:00 a"},
		},
		"two active days a turn": {
			office(func(r *Rotation) { active(r); r.Every = 2 }), "2026-01-05T09:00", "2026-01-12T17:00",
			[]string{"01-05T09:00 a", "01-05T17:00 nobody", "01-07T09:00 a", "01-07T17:00 nobody", "01-12T09:00 b"},
		},
		"all days are active without windows": {
			rotation(active), "2026-01-05T09:00", "2026-01-07T09:00", []string{"01-05T09:00 a", "01-06T09:00 b"},
		},
		"an offset skips members": {
			rotation(func(r *Rotation) { r.Offset = 2 }), "2026-01-05T09:00", "2026-01-07T09:00", []string{"01-05T09:00 c", "01-06T09:00 a"},
		},
		"only the first of every units, by rrule": {
			rotation(func(r *Rotation) { r.Every, r.IntervalMode = 3, "rrule" }), "2026-01-04T09:00", "2026-01-09T09:00",
			[]string{"01-04T09:00 nobody", "01-05T09:00 a", "01-06T09:00 nobody", "01-08T09:00 b"},
		},
		"weeks from Monday, by calendar": {
			rotation(func(r *Rotation) { r.Unit, r.Start, r.Align = "week", "2026-01-07T09:00", "calendar" }), "2026-01-05T09:00", "2026-01-19T09:00",
			[]string{"01-05T09:00 a", "01-12T09:00 b"},
		},
		"weeks from Sunday, by calendar": {
			rotation(func(r *Rotation) {
				r.Unit, r.Start, r.Align, r.WeekStart = "week", "2026-01-07T09:00", "calendar", "sun"
			}), "2026-01-04T09:00", "2026-01-18T09:00",
			[]string{"01-04T09:00 a", "01-11T09:00 b"},
		},
		"months from the 1st, by calendar": {
			rotation(func(r *Rotation) { r.Unit, r.Start, r.Align = "month", "2026-01-20T09:00", "calendar" }), "2026-01-01T09:00", "2026-03-01T09:00",
			[]string{"01-01T09:00 a", "02-01T09:00 b"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expectShifts(t, planOf(t, test.schedule, nil, nil), test.from, test.until, test.want...)
		})
	}
}
