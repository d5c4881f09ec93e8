package schedule

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
)

// CaseResult is what a case's schedule computes for its query. In JSON it is
// one line of `firehall schedule check`.
type CaseResult struct {
	ID        string         `json:"id"`
	Intervals []Interval     `json:"intervals"` // by start, end and user
	Gaps      [][2]time.Time `json:"gaps"`      // when nobody is on call, cut to the query
	Problem   string         `json:"-"`         // why it is not as expected; "" when it is
}

// Interval is an unbroken time of one person on call, cut to the query.
type Interval struct {
	User  id.Person `json:"user"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Check evaluates a file of schedule cases in the format
// oncall-schedule-case/1, one result for each case, in order. A case that
// expects nothing, or says that its answer is not verified, has no Problem when
// it can be evaluated. It fails with fault.Invalid when the file is not in the
// format.
func Check(file []byte) ([]CaseResult, error) {
	var f caseFile
	if err := json.Unmarshal(file, &f); err != nil {
		return nil, fault.New(fault.Invalid, "the file is no %s: %s", caseFormat, err)
	}
	if f.Format != caseFormat {
		return nil, fault.New(fault.Invalid, "the file's format is %.60q: only %q is known", f.Format, caseFormat)
	}
	out := make([]CaseResult, len(f.Cases))
	for i, c := range f.Cases {
		out[i] = c.check()
	}
	return out, nil
}

// check evaluates one case and compares it with what it expects.
func (c checkCase) check() CaseResult {
	out := CaseResult{ID: c.ID, Intervals: []Interval{}, Gaps: [][2]time.Time{}}
	if c.Query.To.Sub(c.Query.From) > maxCaseRange {
		out.Problem = "the query is longer than 50 years"
		return out
	}
	plan, err := c.Schedule.plan()
	if err != nil {
		out.Problem = err.Error()
		return out
	}
	shifts := plan.Shifts(c.Query.From, c.Query.To)
	out.Intervals = append(out.Intervals, intervals(shifts)...)
	out.Gaps = append(out.Gaps, gaps(shifts)...)
	if c.Expect != nil && c.Verify != "skip" {
		out.Problem = c.Expect.differs(out)
	}
	return out
}

// intervals returns the unbroken times of each person in shifts that tile a
// range, by start, end and user.
func intervals(shifts []Shift) []Interval {
	var out []Interval
	open := map[id.Person]int{} // in out
	for _, s := range shifts {
		for _, person := range s.People {
			if i, ok := open[person]; ok && out[i].End.Equal(second(s.From)) {
				out[i].End = second(s.Until)
				continue
			}
			open[person] = len(out)
			out = append(out, Interval{person, second(s.From), second(s.Until)})
		}
	}
	slices.SortFunc(out, compareIntervals)
	return out
}

func compareIntervals(a, b Interval) int {
	return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End), cmp.Compare(a.User, b.User))
}

// gaps returns the unbroken times without anybody in shifts that tile a range.
func gaps(shifts []Shift) [][2]time.Time {
	var out [][2]time.Time
	for _, s := range shifts {
		switch n := len(out); {
		case len(s.People) > 0:
		case n > 0 && out[n-1][1].Equal(second(s.From)):
			out[n-1][1] = second(s.Until)
		default:
			out = append(out, [2]time.Time{second(s.From), second(s.Until)})
		}
	}
	return out
}

// differs returns where got is not what is expected first, or "".
func (e caseExpect) differs(got CaseResult) string {
	want := slices.Clone(e.Intervals)
	slices.SortFunc(want, compareIntervals)
	for i := range max(len(want), len(got.Intervals)) {
		switch {
		case i >= len(want):
			return fmt.Sprintf("interval %d: got %s, expected no more", i, got.Intervals[i])
		case i >= len(got.Intervals):
			return fmt.Sprintf("interval %d: got no more, expected %s", i, want[i])
		case compareIntervals(want[i], got.Intervals[i]) != 0:
			return fmt.Sprintf("interval %d: got %s, expected %s", i, got.Intervals[i], want[i])
		}
	}
	same := func(a, b [2]time.Time) bool { return a[0].Equal(b[0]) && a[1].Equal(b[1]) }
	if e.Gaps != nil && !slices.EqualFunc(*e.Gaps, got.Gaps, same) {
		return fmt.Sprintf("gaps: got %v, expected %v", got.Gaps, *e.Gaps)
	}
	return ""
}

// second cuts a time to whole seconds: the format has no finer ones.
func second(t time.Time) time.Time { return t.Truncate(time.Second) }

// String returns the interval as "ana 2026-11-03T12:00:00Z to …".
func (v Interval) String() string {
	return fmt.Sprintf("%s %s to %s", v.User, v.Start.UTC().Format(time.RFC3339), v.End.UTC().Format(time.RFC3339))
}
