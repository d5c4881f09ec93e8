package web

// press is a button of the screen; without Do it is a place that says why
// there is none, so that a second tap finds no other button there.
type press struct {
	Do, Label, Icon string
	Kind            string // solid, quiet or resolve; "" is plain
}

// dock is what can be done.
type dock struct {
	Main   press   // the huge one
	Pair   []press // beside each other under the thumb; none: nothing can be done
	Beside []press // below the note
}

// dock returns what can be done as the alert stands. Two taps in one place
// never mean two different things: where a button was pressed, the screen
// after it has the same one, a harmless one or none.
func (s sight) dock() dock {
	addNote := press{doNote, "Add note", "message-square", ""}
	resolve := press{doResolve, "Resolve", "circle-check", ""}
	escalate := press{doEscalate, "Escalate", "circle-arrow-up", ""}
	switch s.standing() {
	case over, absorbed:
		return dock{}
	case mine:
		main := press{"", "You have it", "hand", "quiet"}
		if !s.alert.HoldUntil.IsZero() {
			main = press{doAck, "I’m still on it", "hand", "quiet"}
		}
		resolve.Kind = "resolve"
		return dock{main, []press{{doEscalate, "Give it back", "undo-2", ""}, resolve}, []press{addNote}}
	case theirs:
		return dock{press{doAck, "Take it over", "hand", "quiet"}, []press{escalate, resolve}, []press{addNote}}
	}
	pass := press{doDecline, "Can’t take it", "user-x", ""}
	if _, ok := s.declined(); ok {
		pass = press{"", "Handed on", "", ""}
	}
	return dock{press{doAck, "I’m on it", "hand", "solid"}, []press{escalate, pass}, []press{addNote, resolve}}
}
