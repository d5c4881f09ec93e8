package schedule

import (
	"slices"
	"strings"
	"testing"
	"time"

	"firehall/internal/id"
)

// made gives overrides the order of the list as their order of making.
func made(overrides ...Override) []Override {
	for i := range overrides {
		o := &overrides[i]
		o.ID = id.Override("override_" + string(rune('a'+i)))
		o.CreatedAt = at("2026-01-01T00:00").Add(time.Duration(i) * time.Minute)
		if o.From.IsZero() {
			o.From, o.Until = at("2026-01-06T10:00"), at("2026-01-06T12:00")
		}
	}
	return overrides
}

func TestOverrides(t *testing.T) {
	swap := func(remove, add id.Person) Override { return Override{Kind: Swap, Remove: remove, Add: add} }
	replace := func(users ...id.Person) Override { return Override{Kind: ReplaceAll, Users: users} }
	fixed := Override{Kind: FixedWindow, Shifts: []FixedShift{
		{"fay", at("2026-01-06T10:30"), at("2026-01-06T11:30")},
		{"gil", at("2026-01-06T11:00"), at("2026-01-06T12:00")},
	}}
	pair := weekly("ana")
	pair.Rotation.Members = []Turn{{"ana", "ben"}}
	none := weekly("ana")
	none.Windows = []Window{{Days: []string{"sun"}, From: "09:00", To: "17:00"}}
	tests := map[string]struct {
		layer     Layer
		overrides []Override
		inside    string // at 10:15
		override  id.Override
	}{
		"a swap takes the place":                     {pair, made(swap("ana", "cy")), "cy and ben", "override_a"},
		"only add joins":                             {pair, made(swap("", "cy")), "ana, ben and cy", "override_a"},
		"only add joins nobody":                      {none, made(swap("", "cy")), "cy", "override_a"},
		"only remove leaves":                         {pair, made(swap("ana", "")), "ben", "override_a"},
		"the last one leaves a gap":                  {weekly("ana"), made(swap("ana", "")), "nobody", "override_a"},
		"who is not on call cannot be replaced":      {pair, made(swap("dee", "cy")), "ana and ben", ""},
		"who is on call already joins nothing":       {pair, made(swap("", "ana")), "ana and ben", ""},
		"nobody is on call twice":                    {pair, made(swap("ana", "ben")), "ben", "override_a"},
		"a swap applies to the result of the last":   {pair, made(swap("ana", "cy"), swap("cy", "dee")), "dee and ben", "override_b"},
		"in the order of making, not the other":      {pair, made(swap("cy", "dee"), swap("ana", "cy")), "cy and ben", "override_b"},
		"everyone is replaced":                       {pair, made(replace("cy")), "cy", "override_a"},
		"by whoever was named last":                  {pair, made(replace("cy"), replace("dee")), "dee", "override_b"},
		"swaps do not apply to a replacement":        {pair, made(replace("cy"), swap("cy", "dee")), "cy", "override_a"},
		"a fixed window beats all, with its gaps":    {pair, made(fixed, replace("cy"), swap("ana", "dee")), "nobody", "override_a"},
		"the fixed window made last beats the other": {pair, made(fixed, Override{Kind: FixedWindow, Shifts: []FixedShift{{"hal", at("2026-01-06T10:00"), at("2026-01-06T12:00")}}}), "hal", "override_b"},
		"another schedule's is ignored":              {pair, made(Override{Schedule: "secondary", Kind: ReplaceAll, Users: []id.Person{"cy"}}), "ana and ben", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			slices.Reverse(test.overrides) // they may come in any order
			p := planOf(t, of(test.layer), test.overrides, nil)
			a := p.OnCall(at("2026-01-06T10:15"))
			if got := names(a.People); got != test.inside || a.Override != test.override {
				t.Errorf("inside: got %s by %q, want %s by %q", got, a.Override, test.inside, test.override)
			}
			plain := planOf(t, of(test.layer), nil, nil)
			for _, outside := range []string{"2026-01-06T09:59", "2026-01-06T12:00"} {
				if got, want := p.OnCall(at(outside)), plain.OnCall(at(outside)); !slices.Equal(got.People, want.People) {
					t.Errorf("at %s: got %v, want %v", outside, got.People, want.People)
				}
			}
		})
	}
}

func TestAFixedWindowTilesItself(t *testing.T) {
	fixed := Override{Kind: FixedWindow, Shifts: []FixedShift{
		{"fay", at("2026-01-06T10:30"), at("2026-01-06T11:30")},
		{"gil", at("2026-01-06T11:00"), at("2026-01-06T11:45")},
	}}
	expectShifts(t, planOf(t, of(weekly("ana")), made(fixed), nil), "2026-01-06T09:00", "2026-01-06T13:00",
		"01-06T09:00 ana", "01-06T10:00 nobody", "01-06T10:30 fay", "01-06T11:00 fay and gil",
		"01-06T11:30 gil", "01-06T11:45 nobody", "01-06T12:00 ana")
}

func TestCover(t *testing.T) {
	from, until := at("2026-01-06T10:00"), at("2026-01-06T12:00")
	if o := Cover("cy", "", from, until); o.Kind != ReplaceAll || !slices.Equal(o.Users, []id.Person{"cy"}) {
		t.Errorf("in the place of everyone: %+v", o)
	}
	if o := Cover("cy", "ana", from, until); o.Kind != Swap || o.Remove != "ana" || o.Add != "cy" {
		t.Errorf("in the place of one: %+v", o)
	}
}

func TestValidateOverride(t *testing.T) {
	from, until := at("2026-01-06T10:00"), at("2026-01-06T12:00")
	good := Cover("cy", "ana", from, until)
	with := func(change func(*Override)) Override {
		o := good
		change(&o)
		return o
	}
	tests := map[string]struct {
		override Override
		path     string // "": nothing is wrong
	}{
		"a swap":                    {good, ""},
		"who joins":                 {with(func(o *Override) { o.Remove = "" }), ""},
		"who leaves":                {with(func(o *Override) { o.Add = "" }), ""},
		"a replacement of everyone": {Cover("cy", "", from, until), ""},
		"a fixed window of gaps":    {with(func(o *Override) { o.Kind = FixedWindow }), ""},
		"of no kind":                {with(func(o *Override) { o.Kind = "trade" }), "kind"},
		"without a beginning":       {with(func(o *Override) { o.From = time.Time{} }), "from"},
		"without an end":            {with(func(o *Override) { o.Until = time.Time{} }), "until"},
		"of no length":              {with(func(o *Override) { o.Until = o.From }), "until"},
		"of more than a year":       {with(func(o *Override) { o.Until = o.From.AddDate(1, 0, 2) }), "until"},
		"a swap of nobody":          {with(func(o *Override) { o.Add, o.Remove = "", "" }), "add"},
		"a swap with oneself":       {with(func(o *Override) { o.Add = o.Remove }), "add"},
		"a replacement by nobody":   {with(func(o *Override) { o.Kind = ReplaceAll }), "users"},
		"a shift that leaves its window": {with(func(o *Override) {
			o.Kind, o.Shifts = FixedWindow, []FixedShift{{"cy", from, until.Add(time.Second)}}
		}), "shifts[0].from"},
		"a shift of no length": {with(func(o *Override) {
			o.Kind, o.Shifts = FixedWindow, []FixedShift{{"cy", from, until}, {"cy", from, from}}
		}), "shifts[1].until"},
		"a shift of nobody": {with(func(o *Override) {
			o.Kind, o.Shifts = FixedWindow, []FixedShift{{"", from, until}}
		}), "shifts[0].person"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			found := ValidateOverride(test.override)
			switch {
			case test.path == "" && len(found) > 0:
				t.Errorf("found %v", found)
			case test.path != "" && (len(found) != 1 || found[0].Path != test.path || !strings.Contains(found[0].Sentence, " ")):
				t.Errorf("found %v, want one at %s", found, test.path)
			}
		})
	}
}
