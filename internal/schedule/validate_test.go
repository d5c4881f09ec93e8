package schedule

import (
	"strings"
	"testing"

	"firehall/internal/id"
)

func TestValidate(t *testing.T) {
	layer := func(change func(*Layer)) Schedule {
		l := weekly("ana", "ben")
		change(&l)
		return of(l)
	}
	rotation := func(change func(*Rotation)) Schedule {
		return layer(func(l *Layer) { change(l.Rotation) })
	}
	window := func(v Window) Schedule {
		return layer(func(l *Layer) { l.Windows = []Window{{From: "09:00", To: "17:00"}, v} })
	}
	many := func(n int) []Turn {
		out := make([]Turn, n)
		for i := range out {
			out[i] = Turn{"ana"}
		}
		return out
	}
	other := of(weekly("ana"))
	other.Zone = "Europe/Atlantis"
	unnamed := of(weekly("ana"))
	unnamed.Name = "Primary!"
	tests := map[string]struct {
		schedule Schedule
		path     string // "": nothing is wrong
		says     string
	}{
		"a rotation":                       {of(weekly("ana", "ben")), "", ""},
		"empty turns beside others":        {rotation(func(r *Rotation) { r.Members = []Turn{{"ana"}, {}} }), "", ""},
		"a name that is none":              {unnamed, "name", "Primary!"},
		"a zone that does not exist":       {other, "zone", "IANA"},
		"a layer's zone that does not":     {layer(func(l *Layer) { l.Zone = "Europe/Atlantis" }), "layers[0].zone", "Europe/Atlantis"},
		"no layers":                        {of(), "layers", "1 to 50"},
		"too many layers":                  {of(make([]Layer, 51)...), "layers", "51"},
		"two layers of one name":           {of(weekly("ana"), weekly("ben")), "layers[1].name", "weekly"},
		"a layer without a name":           {layer(func(l *Layer) { l.Name = "" }), "layers[0].name", "name"},
		"a priority out of range":          {layer(func(l *Layer) { l.Priority = 1001 }), "layers[0].priority", "1000"},
		"users and a rotation":             {layer(func(l *Layer) { l.Users = []id.Person{"cy"} }), "layers[0].users", "either"},
		"neither users nor a rotation":     {layer(func(l *Layer) { l.Rotation = nil }), "layers[0].rotation", "nobody"},
		"users that are no names":          {layer(func(l *Layer) { l.Rotation, l.Users = nil, []id.Person{"Ana Reis"} }), "layers[0].users", "Ana Reis"},
		"no members":                       {rotation(func(r *Rotation) { r.Members = nil }), "layers[0].rotation.members", "no members"},
		"only empty turns":                 {rotation(func(r *Rotation) { r.Members = []Turn{{}, {}} }), "layers[0].rotation.members", "empty"},
		"too many members":                 {rotation(func(r *Rotation) { r.Members = many(201) }), "layers[0].rotation.members", "200"},
		"a member that is no name":         {rotation(func(r *Rotation) { r.Members[1] = Turn{"ben", ""} }), "layers[0].rotation.members[1]", "people"},
		"a crowd in one turn":              {rotation(func(r *Rotation) { r.Members[1] = make(Turn, 21) }), "layers[0].rotation.members[1]", "20"},
		"turns of no length":               {rotation(func(r *Rotation) { r.Every = 0 }), "layers[0].rotation.every", "1 to"},
		"turns without end":                {rotation(func(r *Rotation) { r.Every = 1001 }), "layers[0].rotation.every", "1000"},
		"an unknown unit":                  {rotation(func(r *Rotation) { r.Unit = "fortnight" }), "layers[0].rotation.unit", "fortnight"},
		"a start that is no local time":    {rotation(func(r *Rotation) { r.Start = "monday" }), "layers[0].rotation.start", "monday"},
		"an unknown advance":               {rotation(func(r *Rotation) { r.Advance = "often" }), "layers[0].rotation.advance", "often"},
		"active days of weeks":             {rotation(func(r *Rotation) { r.Advance = "active" }), "layers[0].rotation.advance", "day"},
		"a window that names no day":       {window(Window{Days: []string{}, From: "09:00", To: "17:00"}), "layers[0].windows[1].days", "no day"},
		"a day that does not exist":        {window(Window{Days: []string{"mon", "Tuesday"}, From: "09:00", To: "17:00"}), "layers[0].windows[1].days[1]", "Tuesday"},
		"an end on no day":                 {window(Window{From: "09:00", To: "17:00", ToDay: "x"}), "layers[0].windows[1].to_day", "mon"},
		"a window that starts at 24:00":    {window(Window{From: "24:00", To: "17:00"}), "layers[0].windows[1].from", "23:59"},
		"a window without an end":          {window(Window{From: "09:00"}), "layers[0].windows[1].to", "24:00"},
		"too many windows":                 {layer(func(l *Layer) { l.Windows = make([]Window, 51) }), "layers[0].windows", "50"},
		"active until before it is active": {layer(func(l *Layer) { l.ActiveFrom, l.ActiveUntil = "2026-02-01T00:00", "2026-01-01T00:00" }), "layers[0].active_until", "ends before"},
		"active from no time":              {layer(func(l *Layer) { l.ActiveFrom = "soon" }), "layers[0].active_from", "soon"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			found := Validate(test.schedule)
			if test.path == "" {
				if len(found) > 0 {
					t.Errorf("found %v", found)
				}
				return
			}
			for _, f := range found {
				if f.Path == test.path && strings.Contains(f.Sentence, test.says) {
					return
				}
			}
			t.Errorf("found %v, want %s to say %q", found, test.path, test.says)
		})
	}
}
