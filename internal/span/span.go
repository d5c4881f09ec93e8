// Package span holds ranges of time.
package span

import "time"

// Span is a half-open range of time: From is inside, Until is not.
type Span struct {
	From, Until time.Time
}

// Contains says whether t is inside.
func (s Span) Contains(t time.Time) bool {
	return !t.Before(s.From) && t.Before(s.Until)
}

// Empty says whether no instant is inside.
func (s Span) Empty() bool { return !s.From.Before(s.Until) }

// Overlap returns what s and o share; it is Empty when they share nothing.
func (s Span) Overlap(o Span) Span {
	if o.From.After(s.From) {
		s.From = o.From
	}
	if o.Until.Before(s.Until) {
		s.Until = o.Until
	}
	return s
}
