package action

import (
	"errors"
	"fmt"
	"strings"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/intake"
	"firehall/internal/route"
	"firehall/internal/store"
)

// ReadAs returns how the messages of a source are read.
func ReadAs(setup *store.Setup, s route.Source) intake.Options {
	options := intake.Options{Fold: s.Fold}
	service := setup.Services[route.Find(s).Service]
	if len(setup.Installation.Severity)+len(service.Severity) > 0 {
		options.Words = setup.Words(service)
	}
	return options
}

// Read returns what the door of a source makes of a body: the arrival of its
// signals, of which those that want a key of their own have none yet; or, when
// the body cannot be read, that of the alert that says so.
func Read(setup *store.Setup, s route.Source, body []byte) Arrival {
	in := Arrival{Source: s, Body: body, Size: len(body)}
	read, err := intake.Parse(s.Kind, ReadAs(setup, s), body)
	if err == nil {
		in.Signals = read.Signals
		return in
	}
	sentence, wrong := "the message cannot be read", []string{err.Error()}
	var r *intake.Refusal
	if errors.As(err, &r) {
		sentence, wrong = r.Sentence, r.Errors
	}
	in.Signals, in.Urgency = []alert.Signal{UnreadableSignal(s.Name, sentence, wrong, len(body))}, alert.High
	return in
}

// unreadable begins the keys of alerts about messages that cannot be read: one
// at a time for each source.
const unreadable = "unreadable:"

// UnreadableSignal says that a message of so many bytes cannot be read, and
// what is wrong with it.
func UnreadableSignal(s id.Source, why string, wrong []string, size int) alert.Signal {
	details := map[string]string{"why": why, "size": fmt.Sprintf("%d bytes", size)}
	if len(wrong) > 0 {
		details["errors"] = strings.Join(wrong, "\n")
	}
	return alert.Signal{
		Key: unreadable + string(s), Status: alert.Firing, Summary: "Unreadable message from " + string(s),
		Severity: "unreadable", // a word that no map knows is an error
		Details:  details,
	}
}
