package alert

import "strings"

// Severity says how bad an alert is; a greater one is worse.
type Severity int

// The severities, mildest first.
const (
	Info Severity = iota + 1
	Warning
	Error
	Critical
)

var severities = map[Severity]string{Info: "info", Warning: "warning", Error: "error", Critical: "critical"}

// String returns the severity's word.
func (s Severity) String() string { return severities[s] }

// SeverityNamed returns the severity with exactly this word.
func SeverityNamed(word string) (Severity, bool) {
	for s, name := range severities {
		if name == word {
			return s, true
		}
	}
	return 0, false
}

// DefaultWords maps what sources say to severities. The installation may edit
// its own copy.
func DefaultWords() map[string]Severity {
	return map[string]Severity{
		"critical": Critical, "crit": Critical, "fatal": Critical, "emergency": Critical, "emerg": Critical,
		"disaster": Critical, "page": Critical, "down": Critical, "p1": Critical, "p2": Critical,
		"error": Error, "err": Error, "major": Error, "high": Error, "p3": Error, "average": Error,
		"warning": Warning, "warn": Warning, "minor": Warning, "medium": Warning, "p4": Warning,
		"info": Info, "information": Info, "informational": Info, "notice": Info, "low": Info, "ok": Info,
		"debug": Info, "none": Info, "p5": Info,
	}
}

// SeverityOf returns the severity that words gives a source's own word, case
// and surrounding space aside. A word it does not know is Error.
func SeverityOf(words map[string]Severity, word string) Severity {
	if s, ok := words[strings.ToLower(strings.TrimSpace(word))]; ok {
		return s
	}
	return Error
}

// Urgency says what an alert's severity means at its service; a greater one is
// more urgent.
type Urgency int

// The urgencies, quietest first.
const (
	None Urgency = iota + 1 // stored and listed; tells nobody
	Low                     // waits for working hours
	High                    // pages at once
)

var urgencies = map[Urgency]string{None: "none", Low: "low", High: "high"}

// String returns the urgency's word.
func (u Urgency) String() string { return urgencies[u] }

// UrgencyNamed returns the urgency with exactly this word.
func UrgencyNamed(word string) (Urgency, bool) {
	for u, name := range urgencies {
		if name == word {
			return u, true
		}
	}
	return 0, false
}

// DefaultUrgency is what a service without its own map uses.
func DefaultUrgency() map[Severity]Urgency {
	return map[Severity]Urgency{Critical: High, Error: High, Warning: Low, Info: None}
}
