package ui

import (
	"strings"

	"firehall/internal/alert"
)

// Step is how far a send has come.
type Step string

// The steps of a send. One that was not needed has none.
const (
	Queued    Step = "queued"
	Sent      Step = "sent"
	Delivered Step = "delivered"
	Failed    Step = "failed"
)

func (s Step) icon() string {
	switch s {
	case Queued:
		return "clock"
	case Sent:
		return "check"
	case Delivered:
		return "check-check"
	case Failed:
		return "x"
	}
	return ""
}

// severityTone returns the tone of a severity's pill.
func severityTone(s alert.Severity) string {
	switch s {
	case alert.Critical:
		return "sev2"
	case alert.Warning:
		return "sev4"
	case alert.Info:
		return "sev5"
	}
	return "sev3"
}

// capital returns a word with its first letter large.
func capital(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
