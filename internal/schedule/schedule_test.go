package schedule

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
)

func TestALayerReadsAndWritesTheSetupForm(t *testing.T) {
	tests := map[string]string{
		"a rotation with windows": `{"name":"weekly","priority":0,"windows":[{"days":["mon","tue","wed","thu","fri"],"from":"09:00","to":"17:00"}],` +
			`"rotation":{"unit":"week","every":1,"start":"2026-11-03T12:00","members":["ana","ben","cy"]}}`,
		"pairs, empty turns and everything optional": `{"name":"nights","priority":2,"zone":"Asia/Tokyo","active_from":"2026-12-01T00:00:00Z","active_until":"2027-01-01T09:00",` +
			`"windows":[{"from":"17:00","to":"24:00"}],"rotation":{"unit":"day","every":2,"start":"2026-11-03T12:00","members":["ana",["ana","dee"],[]]}}`,
		"people without a rotation": `{"name":"always","priority":-1,"users":["ana","ben"]}`,
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			var l Layer
			if err := json.Unmarshal([]byte(text), &l); err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(l.Plain())
			if err != nil || string(got) != text {
				t.Errorf("got  %s, %v\nwant %s", got, err, text)
			}
			s := Schedule{Name: "primary", Zone: "Europe/Lisbon", Revisions: []Revision{{Layers: []Layer{l}}}}
			if found := Validate(s); len(found) > 0 {
				t.Errorf("it is refused: %v", found)
			}
		})
	}
}

func TestAMemberIsANameOrAList(t *testing.T) {
	for _, text := range []string{`3`, `null`, `{"a":1}`, `["ana", 3]`, `[["ana"]]`} {
		var m Turn
		if err := json.Unmarshal([]byte(text), &m); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s is read as %v, error %v", text, m, err)
		}
	}
}

func TestPlainDropsWhatIsNotSetup(t *testing.T) {
	l := Layer{Name: "weekly", Rotation: &Rotation{
		Unit: "week", Every: 1, Start: "2026-11-03T12:00", Members: []Turn{{"ana"}, {"ben"}},
		Offset: 1, Align: "calendar", WeekStart: "sun", IntervalMode: "rrule",
	}}
	got := l.Plain()
	if got.Rotation.Offset != 0 || got.Rotation.Align != "" || got.Rotation.WeekStart != "" || got.Rotation.IntervalMode != "" {
		t.Errorf("got %+v", got.Rotation)
	}
	if l.Rotation.Offset != 1 {
		t.Error("the layer itself was changed")
	}
}

func TestPeopleAreThoseOfRevisionsThatStillCount(t *testing.T) {
	s := Schedule{Zone: "UTC", Revisions: []Revision{
		{Layers: []Layer{{Users: []id.Person{"gone"}}}},
		{From: at("2026-01-05T00:00"), Layers: []Layer{weekly("now", "both")}},
		{From: at("2026-01-12T00:00"), Layers: []Layer{weekly("both", "later")}},
	}}
	tests := map[string]struct {
		now  string
		want []id.Person
	}{
		"while one is in effect and one is to come": {"2026-01-06T00:00", []id.Person{"both", "later", "now"}},
		"at the very time the last begins":          {"2026-01-12T00:00", []id.Person{"both", "later"}},
		"before the second begins":                  {"2026-01-04T00:00", []id.Person{"both", "gone", "later", "now"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := s.People(at(test.now)); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// at reads a time in UTC, such as "2026-01-05T09:00".
func at(text string) time.Time {
	t, err := ParseLocal("UTC", text)
	if err != nil {
		panic(err)
	}
	return t
}

// weekly is a layer in which single people take turns from Monday 2026-01-05
// 09:00 on.
func weekly(members ...id.Person) Layer {
	r := Rotation{Unit: "week", Every: 1, Start: "2026-01-05T09:00"}
	for _, m := range members {
		r.Members = append(r.Members, Turn{m})
	}
	return Layer{Name: "weekly", Rotation: &r}
}

// daily is the same by days.
func daily(members ...id.Person) Layer {
	l := weekly(members...)
	l.Name, l.Rotation.Unit = "daily", "day"
	return l
}

// of is a schedule of layers in UTC.
func of(layers ...Layer) Schedule {
	return Schedule{Name: "primary", Zone: "UTC", Revisions: []Revision{{Layers: layers}}}
}

// planOf makes a schedule ready, with overrides and absences.
func planOf(t testing.TB, s Schedule, overrides []Override, off Absences) *Plan {
	t.Helper()
	c, err := Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	return c.With(overrides, off)
}

// told returns shifts as lines such as "01-05T09:00 ana,ben".
func told(shifts []Shift) []string {
	out := make([]string, len(shifts))
	for i, s := range shifts {
		out[i] = s.From.Format("01-02T15:04") + " " + names(s.People)
	}
	return out
}

// expectShifts compares the shifts of a range, told as told does.
func expectShifts(t *testing.T, p *Plan, from, until string, want ...string) {
	t.Helper()
	if got := told(p.Shifts(at(from), at(until))); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
