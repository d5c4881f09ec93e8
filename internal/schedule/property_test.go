package schedule

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"firehall/internal/id"
	"firehall/internal/span"
)

// awkward are zones with odd clock changes, and times around one of them.
var awkward = []struct {
	zone   string
	around string
}{
	{"Australia/Lord_Howe", "2021-04-03T15:00:00Z"}, // half an hour back
	{"Pacific/Apia", "2011-12-30T10:00:00Z"},        // a whole day is skipped
	{"Pacific/Kwajalein", "1969-09-30T13:00:00Z"},   // a day happens twice
	{"America/Sao_Paulo", "2018-11-04T03:00:00Z"},   // midnight is skipped
	{"America/Sao_Paulo", "2019-02-17T02:00:00Z"},   // midnight happens twice
	{"Antarctica/Troll", "2026-03-29T01:00:00Z"},    // two hours at once
	{"Africa/Casablanca", "2026-02-15T02:00:00Z"},   // back for Ramadan
	{"Europe/Dublin", "2026-10-25T01:00:00Z"},       // negative summer time
	{"Asia/Kathmandu", "1985-12-31T18:30:00Z"},      // a quarter of an hour
	{"America/New_York", "2026-03-08T07:00:00Z"},
}

var people = []id.Person{"ana", "ben", "cy", "dee", "eli"}

func drawPeople(t *rapid.T, least, most int) []id.Person {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(people), least, most, rapid.ID[id.Person]).Draw(t, "people")
}

// drawTime returns a time within three weeks of centre, often at its hour.
func drawTime(t *rapid.T, centre time.Time, label string) time.Time {
	if rapid.Bool().Draw(t, label+" near") {
		return centre.Add(time.Duration(rapid.IntRange(-180, 180).Draw(t, label)) * time.Minute)
	}
	return centre.Add(time.Duration(rapid.IntRange(-21*24*60, 21*24*60).Draw(t, label)) * time.Minute)
}

func drawWindow(t *rapid.T) Window {
	clock := rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, "h"), rapid.SampledFrom([]int{0, 15, 30}).Draw(t, "m"))
	})
	w := Window{From: clock.Draw(t, "from"), To: clock.Draw(t, "to")}
	if rapid.Bool().Draw(t, "midnight") {
		w.To = "24:00"
	}
	if rapid.Bool().Draw(t, "some days") {
		w.Days = rapid.SliceOfNDistinct(rapid.SampledFrom(dayNames[:]), 1, 7, rapid.ID[string]).Draw(t, "days")
	}
	if rapid.IntRange(0, 3).Draw(t, "long") == 0 {
		w.ToDay = rapid.SampledFrom(dayNames[:]).Draw(t, "to day")
	}
	return w
}

func drawRotation(t *rapid.T, centre time.Time) *Rotation {
	r := &Rotation{
		Unit:    rapid.SampledFrom([]string{"hour", "day", "week", "month"}).Draw(t, "unit"),
		Every:   rapid.IntRange(1, 4).Draw(t, "every"),
		Start:   drawTime(t, centre, "start").Format("2006-01-02T15:04"),
		Offset:  rapid.IntRange(0, 3).Draw(t, "offset"),
		Members: []Turn{drawPeople(t, 1, 2)},
	}
	for range rapid.IntRange(0, 3).Draw(t, "more members") {
		r.Members = append(r.Members, drawPeople(t, 0, 2))
	}
	if r.Unit == "day" && rapid.Bool().Draw(t, "active") {
		r.Advance = "active"
	}
	if rapid.IntRange(0, 5).Draw(t, "rrule") == 0 {
		r.IntervalMode = "rrule"
	}
	if rapid.IntRange(0, 5).Draw(t, "calendar") == 0 {
		r.Align = "calendar"
	}
	return r
}

func drawLayers(t *rapid.T, centre time.Time) []Layer {
	var out []Layer
	for i := range rapid.IntRange(0, 4).Draw(t, "layers") {
		l := Layer{Name: fmt.Sprint("layer ", i), Priority: rapid.IntRange(0, 2).Draw(t, "priority")}
		if rapid.IntRange(0, 3).Draw(t, "own zone") == 0 {
			l.Zone = rapid.SampledFrom(awkward).Draw(t, "zone").zone
		}
		for range rapid.IntRange(0, 2).Draw(t, "windows") {
			l.Windows = append(l.Windows, drawWindow(t))
		}
		if rapid.IntRange(0, 3).Draw(t, "from") == 0 {
			l.ActiveFrom = drawTime(t, centre, "active from").Format(time.RFC3339)
		}
		if rapid.IntRange(0, 4).Draw(t, "users") == 0 {
			l.Users = drawPeople(t, 0, 2)
		} else {
			l.Rotation = drawRotation(t, centre)
		}
		out = append(out, l)
	}
	return out
}

func drawOverride(t *rapid.T, centre time.Time, n int) Override {
	o := Override{ID: id.Override(fmt.Sprint("override_", n)), From: drawTime(t, centre, "from")}
	length := func() time.Duration { return time.Duration(rapid.IntRange(1, 5000).Draw(t, "minutes")) * time.Minute }
	o.Until = o.From.Add(length())
	switch o.Kind = rapid.SampledFrom([]Kind{Swap, Swap, ReplaceAll, FixedWindow}).Draw(t, "kind"); o.Kind {
	case Swap:
		o.Remove = rapid.SampledFrom(append(people, "")).Draw(t, "remove")
		o.Add = rapid.SampledFrom(append(people, "")).Draw(t, "add")
	case ReplaceAll:
		o.Users = drawPeople(t, 1, 2)
	case FixedWindow:
		from := o.From.Add(length() / 2)
		o.Shifts = []FixedShift{{"eli", from, from.Add(length() / 2)}, {"cy", o.From, from}}
	}
	return o
}

// drawn is a random schedule with what lies on it, and where its zone is odd.
type drawn struct {
	schedule  Schedule
	overrides []Override
	off       Absences
	centre    time.Time
}

func draw(t *rapid.T) drawn {
	place := rapid.SampledFrom(awkward).Draw(t, "zone")
	centre, _ := time.Parse(time.RFC3339, place.around)
	d := drawn{schedule: Schedule{Name: "s", Zone: place.zone}, centre: centre}
	d.schedule.Revisions = []Revision{{Layers: drawLayers(t, centre)}}
	if rapid.Bool().Draw(t, "second revision") {
		d.schedule.Revisions = append(d.schedule.Revisions, Revision{From: drawTime(t, centre, "revised"), Layers: drawLayers(t, centre)})
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "overrides") {
		d.overrides = append(d.overrides, drawOverride(t, centre, i))
	}
	if rapid.Bool().Draw(t, "leave") {
		from := drawTime(t, centre, "leave from")
		d.off = Absences{"ana": {{From: from, Until: from.Add(50 * time.Hour)}}}
	}
	return d
}

func (d drawn) plan(t *rapid.T) *Plan {
	c, err := Compile(d.schedule)
	if err != nil {
		t.Fatal(err)
	}
	return c.With(d.overrides, d.off)
}

func sameShift(a, b Shift) bool {
	return a.Layer == b.Layer && a.Override == b.Override && slices.Equal(a.People, b.People)
}

func TestShiftsTileTheirRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		from := drawTime(t, d.centre, "from")
		until := from.Add(time.Duration(rapid.IntRange(1, 40*24*60).Draw(t, "minutes")) * time.Minute)
		shifts := d.plan(t).Shifts(from, until)
		end := from
		for i, s := range shifts {
			if !s.From.Equal(end) || s.Empty() {
				t.Fatalf("shift %d is %v to %v after %v", i, s.From, s.Until, end)
			}
			if i > 0 && sameShift(s, shifts[i-1]) {
				t.Fatalf("shifts %d and %d are one", i-1, i)
			}
			end = s.Until
		}
		if !end.Equal(until) {
			t.Fatalf("shifts end at %v, not %v", end, until)
		}
	})
}

func TestShiftsOfTwoRangesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		p := d.plan(t)
		cuts := []time.Time{drawTime(t, d.centre, "a"), drawTime(t, d.centre, "b"), drawTime(t, d.centre, "c")}
		slices.SortFunc(cuts, time.Time.Compare)
		sum := p.Shifts(cuts[0], cuts[1])
		for i, s := range p.Shifts(cuts[1], cuts[2]) {
			if n := len(sum); i == 0 && n > 0 && sameShift(s, sum[n-1]) {
				sum[n-1].Until = s.Until
				continue
			}
			sum = append(sum, s)
		}
		equal := func(a, b Shift) bool { return a.From.Equal(b.From) && a.Until.Equal(b.Until) && sameShift(a, b) }
		if whole := p.Shifts(cuts[0], cuts[2]); !slices.EqualFunc(whole, sum, equal) {
			t.Fatalf("whole %v\nparts %v", whole, sum)
		}
	})
}

func TestOnCallAgreesWithShifts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		p := d.plan(t)
		at := drawTime(t, d.centre, "at")
		a := p.OnCall(at)
		for _, s := range p.Shifts(at.Add(-50*24*time.Hour), at.Add(50*24*time.Hour)) {
			if !s.Contains(at) {
				continue
			}
			if !slices.Equal(s.People, a.People) || s.Layer != a.Layer || s.Override != a.Override {
				t.Fatalf("at %v shifts say %v, who says %v", at, s, a)
			}
			whole := span.Span{From: a.From, Until: a.Until}
			if a.Until.IsZero() {
				whole.Until = s.Until
			}
			if common := whole.Overlap(s.Span); common != s.Span {
				t.Fatalf("the shift %v is not inside the whole %v", s.Span, whole)
			}
			return
		}
		t.Fatal("no shift holds the time")
	})
}

func TestAnOverrideChangesNothingOutsideItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		before := d.plan(t)
		o := drawOverride(t, d.centre, len(d.overrides))
		d.overrides = append(d.overrides, o)
		after := d.plan(t)
		for _, at := range []time.Time{o.From.Add(-time.Microsecond), o.Until, drawTime(t, d.centre, "at")} {
			if (span.Span{From: o.From, Until: o.Until}).Contains(at) {
				continue
			}
			if a, b := before.OnCall(at), after.OnCall(at); !slices.Equal(a.People, b.People) {
				t.Fatalf("at %v, outside: %v became %v", at, a.People, b.People)
			}
		}
	})
}

func TestNextHandoffIsTheFirstChangeOfPeople(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		p := d.plan(t)
		at := drawTime(t, d.centre, "at")
		next, found := p.NextHandoff(at)
		for _, s := range p.Shifts(at, at.Add(Horizon)) {
			if same := samePeople(s.People, p.OnCall(at).People); same {
				continue
			}
			if !found || !next.From.Equal(s.From) || !slices.Equal(next.People, s.People) {
				t.Fatalf("after %v shifts say %v, the handoff %v %v", at, s, next, found)
			}
			return
		}
		if found && next.From.Before(at.Add(Horizon)) {
			t.Fatalf("a handoff to %v, but no shift of others", next)
		}
	})
}

func TestResolveIsMonotoneAndInvertsTheClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		place := rapid.SampledFrom(awkward).Draw(t, "zone")
		centre, _ := time.Parse(time.RFC3339, place.around)
		loc, _ := time.LoadLocation(place.zone)
		c, fresh := clock{loc: loc}, clock{loc: loc}
		shown := func(label string) wall {
			return wall(centre.Unix()) + wall(rapid.IntRange(-3*86400, 3*86400).Draw(t, label))
		}
		a, b := shown("a"), shown("b")
		if a > b {
			a, b = b, a
		}
		if c.resolve(a) > c.resolve(b) {
			t.Fatalf("%v is %v, after %v, %v", a, c.resolve(a).time(), b, c.resolve(b).time())
		}
		if fresh.resolve(b) != c.resolve(b) {
			t.Fatal("what the clock read before changes what it reads")
		}
		i := instantOf(drawTime(t, centre, "at"), never)
		if (c.resolve(a) <= i) != (a <= c.reached(i)) {
			t.Fatalf("%v is %v, but by %v the clock reached %v", a, c.resolve(a).time(), i.time(), c.reached(i))
		}
	})
}
