package schedule

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"firehall/internal/fault"
	"firehall/internal/id"
)

// Limits of a schedule.
const (
	maxLayers    = 50
	maxWindows   = 50 // of a layer
	maxMembers   = 200
	maxTogether  = 20 // people in one turn
	maxPriority  = 1000
	maxLayerName = 64 // runes
)

// problems collects what is wrong, each with the path of its field. The zero
// value drops them.
type problems struct {
	found *[]fault.Field
	path  string
}

// at returns problems under a part of the path.
func (p problems) at(format string, args ...any) problems {
	p.path = p.in(fmt.Sprintf(format, args...))
	return p
}

func (p problems) in(part string) string {
	if p.path == "" || part == "" {
		return p.path + part
	}
	return p.path + "." + part
}

func (p problems) add(part, format string, args ...any) {
	if p.found != nil {
		*p.found = append(*p.found, fault.Field{Path: p.in(part), Sentence: fmt.Sprintf(format, args...)})
	}
}

// Validate says what is wrong with a schedule's newest layers and zone, each
// next to its field, such as "layers[0].rotation.members"; none when it may be
// saved. It does not know whether the people and the team exist.
func Validate(s Schedule) []fault.Field {
	var found []fault.Field
	p := problems{found: &found}
	if !id.IsName(string(s.Name)) {
		p.add("name", "%.60q cannot be a schedule's name: use a-z, 0-9 and -, at most 64", s.Name)
	}
	z := &zones{}
	if _, err := z.number(s.Zone); err != nil {
		p.add("zone", "%s", err)
		z.names, z.list = append(z.names, s.Zone), append(z.list, nil) // said once, not per layer
	}
	layers := s.Layers()
	if n := len(layers); n == 0 || n > maxLayers {
		p.add("layers", "a schedule has 1 to %d layers, not %d", maxLayers, n)
		return found
	}
	for i, l := range layers {
		at := p.at("layers[%d]", i)
		l.validate(at)
		l.compile(at, s.Zone, z)
		for _, other := range layers[:i] {
			if other.Name == l.Name {
				at.add("name", "two layers are called %.64q: give each its own name", l.Name)
				break
			}
		}
	}
	return found
}

// validate reports what can be computed but makes no sense to save.
func (l Layer) validate(p problems) {
	if n := utf8.RuneCountInString(l.Name); n == 0 || n > maxLayerName || strings.ContainsAny(l.Name, "\r\n\x00") {
		p.add("name", "give the layer a name of 1 to %d characters on one line", maxLayerName)
	}
	if l.Priority < -maxPriority || l.Priority > maxPriority {
		p.add("priority", "a priority is from %d to %d", -maxPriority, maxPriority)
	}
	if len(l.Windows) > maxWindows {
		p.add("windows", "a layer has at most %d windows", maxWindows)
	}
	switch {
	case l.Rotation != nil && len(l.Users) > 0:
		p.add("users", "a layer has either users or a rotation: leave one out")
	case l.Rotation != nil:
		l.Rotation.validate(p.at("rotation"))
	case len(l.Users) == 0:
		p.add("rotation", "nobody is ever on call in this layer: give it a rotation with members")
	default:
		validateTurn(p.at("users"), Turn(l.Users))
	}
}

func (r Rotation) validate(p problems) {
	if len(r.Members) > maxMembers {
		p.add("members", "a rotation has at most %d members", maxMembers)
		return
	}
	people := 0
	for i, m := range r.Members {
		validateTurn(p.at("members[%d]", i), m)
		people += len(m)
	}
	switch {
	case len(r.Members) == 0:
		p.add("members", "the rotation has no members: name at least one person")
	case people == 0:
		p.add("members", "every turn is empty: name at least one person")
	}
}

func validateTurn(p problems, t Turn) {
	if len(t) > maxTogether {
		p.add("", "at most %d people take a turn together", maxTogether)
		return
	}
	for _, person := range t {
		if !id.IsName(string(person)) {
			p.add("", "%.60q cannot be a person: use a name from people, of a-z, 0-9 and -", person)
		}
	}
}
