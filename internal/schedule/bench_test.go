package schedule

import (
	"fmt"
	"testing"
	"time"

	"firehall/internal/id"
)

// yearOf is a schedule of five layers and twelve people, weekly and daily, with
// a hundred overrides over a year.
func yearOf() (Schedule, []Override) {
	var staff []id.Person
	for i := range 12 {
		staff = append(staff, id.Person(fmt.Sprint("person-", i)))
	}
	s := Schedule{Name: "primary", Zone: "Europe/Lisbon"}
	layer := func(name, unit, zone string, priority int, windows ...Window) Layer {
		r := &Rotation{Unit: unit, Every: 1, Start: "2026-01-05T09:00"}
		for i := range staff {
			r.Members = append(r.Members, Turn{staff[(i+len(name))%len(staff)]})
		}
		return Layer{Name: name, Zone: zone, Priority: priority, Rotation: r, Windows: windows}
	}
	office := Window{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "09:00", To: "17:00"}
	s.Revisions = []Revision{{Layers: []Layer{
		layer("base", "week", "", 0),
		layer("shadow", "week", "America/New_York", 0, office),
		layer("nights", "day", "", 1, Window{From: "20:00", To: "08:00"}),
		layer("office", "day", "Asia/Tokyo", 1, office),
		layer("weekend", "week", "", 2, Window{Days: []string{"fri"}, From: "17:00", To: "08:00", ToDay: "mon"}),
	}}}
	var overrides []Override
	for i := range 100 {
		o := Cover(staff[i%12], staff[(i+1)%12], at("2026-01-05T00:00").Add(time.Duration(i)*87*time.Hour), time.Time{})
		o.Until, o.ID = o.From.Add(9*time.Hour), id.Override(fmt.Sprint("override_", i))
		overrides = append(overrides, o)
	}
	return s, overrides
}

func BenchmarkWhoFromScratch(b *testing.B) {
	s, overrides := yearOf()
	for b.Loop() {
		if _, err := OnCall(s, overrides, nil, at("2026-06-10T03:00")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWho(b *testing.B) {
	s, overrides := yearOf()
	p := planOf(b, s, overrides, nil)
	start := at("2026-01-01T00:00")
	n := 0
	for b.Loop() {
		n++
		if a := p.OnCall(start.Add(time.Duration(n%8760) * time.Hour)); len(a.People) == 0 {
			b.Fatal(a.Reason)
		}
	}
}

func BenchmarkYearOfShifts(b *testing.B) {
	s, overrides := yearOf()
	p := planOf(b, s, overrides, nil)
	for b.Loop() {
		if n := len(p.Shifts(at("2026-01-01T00:00"), at("2027-01-01T00:00"))); n < 1000 {
			b.Fatal(n)
		}
	}
}

func BenchmarkYearOfHourlyShifts(b *testing.B) {
	s, overrides := yearOf()
	hourly := s.Revisions[0].Layers[0]
	hourly.Priority, hourly.Rotation.Unit = 3, "hour"
	s.Revisions[0].Layers[0] = hourly
	p := planOf(b, s, overrides, nil)
	for b.Loop() {
		if n := len(p.Shifts(at("2026-01-01T00:00"), at("2027-01-01T00:00"))); n < 8700 {
			b.Fatal(n)
		}
	}
}
