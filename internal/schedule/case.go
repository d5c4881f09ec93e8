package schedule

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"firehall/internal/id"
)

// caseFormat is the format that Check reads.
const caseFormat = "oncall-schedule-case/1"

// maxCaseRange is the longest query of a case.
const maxCaseRange = 50 * 366 * 24 * time.Hour

type caseFile struct {
	Format string      `json:"format"`
	Cases  []checkCase `json:"cases"`
}

// checkCase is one schedule, one question and the answer that is expected.
type checkCase struct {
	ID       string       `json:"id"`
	Verify   string       `json:"verify"` // "skip": evaluated only
	Schedule caseSchedule `json:"schedule"`
	Query    struct {
		From time.Time `json:"from"`
		To   time.Time `json:"to"`
	} `json:"query"`
	Expect *caseExpect `json:"expect"`
}

type caseExpect struct {
	Intervals []Interval      `json:"intervals"`
	Gaps      *[][2]time.Time `json:"gaps"` // nil: not compared
}

type caseSchedule struct {
	Zone      string         `json:"time_zone"`
	Layers    []caseLayer    `json:"layers"`
	Overrides []caseOverride `json:"overrides"` // in creation order
}

type caseLayer struct {
	Name        string        `json:"name"`
	Zone        string        `json:"time_zone"`
	Priority    int           `json:"priority"`
	ActiveFrom  string        `json:"active_from"`
	ActiveUntil string        `json:"active_until"`
	Windows     []Window      `json:"windows"`
	Users       []id.Person   `json:"users"`
	Rotation    *caseRotation `json:"rotation"`
}

type caseRotation struct {
	Unit         string      `json:"unit"`
	Every        int         `json:"every"`
	Start        string      `json:"start"`
	Members      []Turn      `json:"members"`
	First        memberIndex `json:"first"`
	Advance      string      `json:"advance"`
	Align        string      `json:"align"`
	WeekStart    string      `json:"week_start"`
	IntervalMode string      `json:"interval_mode"`
}

// memberIndex is the member whose turn it is at the start: a place in the
// list, from 0, or a name.
type memberIndex struct {
	place int
	name  id.Person
}

func (m *memberIndex) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte{'"'}) {
		return json.Unmarshal(b, &m.name)
	}
	return json.Unmarshal(b, &m.place)
}

// in returns the place among members; a name that is not there is the first.
func (m memberIndex) in(members []Turn) int {
	if m.name == "" {
		return m.place
	}
	return max(0, slices.IndexFunc(members, func(t Turn) bool { return slices.Contains(t, m.name) }))
}

type caseOverride struct {
	Kind   Kind        `json:"kind"`
	Start  time.Time   `json:"start"`
	End    time.Time   `json:"end"`
	Users  []id.Person `json:"users"`
	Remove id.Person   `json:"remove"`
	Add    id.Person   `json:"add"`
	Shifts []Interval  `json:"shifts"`
}

// plan makes the schedule of a case ready.
func (s caseSchedule) plan() (*Plan, error) {
	r := Revision{}
	for _, l := range s.Layers {
		r.Layers = append(r.Layers, l.layer())
	}
	c, err := Compile(Schedule{Zone: s.Zone, Revisions: []Revision{r}})
	if err != nil {
		return nil, err
	}
	var overrides []Override
	for _, o := range s.Overrides {
		overrides = append(overrides, o.override())
	}
	return c.With(overrides, nil), nil
}

func (l caseLayer) layer() Layer {
	out := Layer{
		Name: l.Name, Priority: l.Priority, Zone: l.Zone, Windows: l.Windows, Users: l.Users,
		ActiveFrom: l.ActiveFrom, ActiveUntil: l.ActiveUntil,
	}
	if r := l.Rotation; r != nil {
		out.Rotation = &Rotation{
			Unit: r.Unit, Every: cmp.Or(r.Every, 1), Start: r.Start, Members: r.Members, Offset: r.First.in(r.Members),
			Advance: r.Advance, Align: r.Align, WeekStart: strings.ToLower(r.WeekStart), IntervalMode: r.IntervalMode,
		}
	}
	return out
}

func (o caseOverride) override() Override {
	out := Override{Kind: o.Kind, From: o.Start, Until: o.End, Users: o.Users, Remove: o.Remove, Add: o.Add}
	for _, s := range o.Shifts {
		out.Shifts = append(out.Shifts, FixedShift{Person: s.User, From: s.Start, Until: s.End})
	}
	return out
}
