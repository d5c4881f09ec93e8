package schedule_test

import (
	"slices"
	"testing"
	"time"

	"firehall/internal/id"
	"firehall/internal/schedule"
)

func TestShiftsWithinABound(t *testing.T) {
	from := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
	until := from.AddDate(0, 0, 7)
	c, err := schedule.Compile(schedule.Schedule{Name: "s", Zone: "UTC", Revisions: []schedule.Revision{{Layers: []schedule.Layer{
		{Name: "hourly", Users: []id.Person{"ana"}, Windows: []schedule.Window{{From: "09:00", To: "10:00"}}},
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	p := c.With(nil, nil)
	list, pieces := p.ShiftsWithin(from, until, 15)
	if pieces != 15 || len(list) != 15 || !slices.EqualFunc(list, p.Shifts(from, until), func(a, b schedule.Shift) bool { return a.Span == b.Span }) {
		t.Errorf("%d shifts of %d pieces", len(list), pieces)
	}
	if list, pieces := p.ShiftsWithin(from, until, 14); list != nil || pieces != 15 {
		t.Errorf("with one piece too many: %d shifts, %d pieces", len(list), pieces)
	}
}
