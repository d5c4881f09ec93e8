package store

import (
	"time"

	"firehall/internal/span"
)

// OffSpan is a time in which a person was disabled. A zero Until is not over.
type OffSpan struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until,omitzero"`
}

// maxOff is how many times of being disabled are remembered of a person.
const maxOff = 50

// After returns the person with the times in which they were disabled, given
// what they were until now: the past stays as it was.
func (p Person) After(was Person, now time.Time) Person {
	p.Off = was.Off
	if p.Disabled == was.Disabled {
		return p
	}
	p.Off = append([]OffSpan{}, was.Off...)
	switch last := len(p.Off) - 1; {
	case p.Disabled:
		p.Off = append(p.Off, OffSpan{From: now})
	case last >= 0 && p.Off[last].Until.IsZero():
		p.Off[last].Until = now
	}
	if n := len(p.Off) - maxOff; n > 0 {
		p.Off = p.Off[n:]
	}
	return p
}

// absent returns when the person is not on call: what they had before they
// were disabled was theirs.
func (p Person) absent() []span.Span {
	var out []span.Span
	open := false
	for _, o := range p.Off {
		open = o.Until.IsZero()
		if !open || p.Disabled {
			out = append(out, span.Span{From: o.From, Until: o.Until})
		}
	}
	if p.Disabled && !open { // since before it was remembered
		return []span.Span{{}}
	}
	return out
}
