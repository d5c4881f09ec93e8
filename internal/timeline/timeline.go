// Package timeline holds what happened to an alert, each decision with its
// reason and each send with its receipts.
package timeline

import (
	"time"

	"firehall/internal/id"
)

// Kind says what happened. Doors turn a kind into a sentence; see Sentence.
type Kind string

// What can happen to an alert.
const (
	Opened     Kind = "opened"     // a signal opened the alert; Reason says by which rule
	Folded     Kind = "folded"     // a signal changed its severity, status or members
	Worse      Kind = "worse"      // its severity rose after somebody had it
	Nobody     Kind = "nobody"     // a step or a fallback found nobody
	Paged      Kind = "paged"      // one person was asked to look
	Held       Kind = "held"       // low urgency waits for working hours
	Queued     Kind = "queued"     // a send was planned
	Attempt    Kind = "attempt"    // a call to a provider failed and is tried again, or its outcome is unknown
	Accepted   Kind = "accepted"   // the provider took the send
	Delivered  Kind = "delivered"  // the device has it
	Failed     Kind = "failed"     // the send is given up
	Skipped    Kind = "skipped"    // the send was not needed any more
	Acked      Kind = "acked"      // somebody has it
	Unacked    Kind = "unacked"    // given back
	Lapsed     Kind = "lapsed"     // an acknowledgement or a snooze ran out
	Nudged     Kind = "nudged"     // the owner is asked whether they still have it
	Snoozed    Kind = "snoozed"    // acknowledged until a time
	Escalated  Kind = "escalated"  // somebody asked for the next step now
	Declined   Kind = "declined"   // somebody cannot take it
	Reassigned Kind = "reassigned" // given to others
	Noted      Kind = "noted"      // somebody wrote a note
	Merged     Kind = "merged"     // this alert went into another, or another into this
	Resolved   Kind = "resolved"   // over
	Hushed     Kind = "hushed"     // resolved by hand: what its source repeats pages nobody for now
	Restored   Kind = "restored"   // from before a restore: held until somebody acts on it or resumes
	Released   Kind = "released"   // held no longer since a restore
	Audited    Kind = "audited"    // the auditor found something left lying and ran it
)

// Entry is one thing that happened to one alert. Fields that do not apply to
// its kind are empty.
type Entry struct {
	ID      id.Entry   `json:"-"`
	Alert   id.Alert   `json:"-"`
	At      time.Time  `json:"-"`
	Kind    Kind       `json:"-"`
	By      id.Person  `json:"by,omitempty"`     // who did it; "" is Firehall or a source
	Source  id.Source  `json:"source,omitempty"` // the source that caused it
	Person  id.Person  `json:"person,omitempty"` // whom it is about
	Contact string     `json:"contact,omitempty"`
	Channel string     `json:"channel,omitempty"` // the contact's kind: webhook, email
	Page    id.Page    `json:"page,omitempty"`
	Send    id.Send    `json:"send,omitempty"`
	Message id.Message `json:"message,omitempty"`
	Step    int        `json:"step,omitempty"` // 1 is the first; 0 is none or a fallback
	Try     int        `json:"try,omitempty"`  // which attempt of a send, 1 is the first
	Until   time.Time  `json:"until,omitzero"`
	Reason  string     `json:"reason,omitempty"` // why, one sentence
	Text    string     `json:"text,omitempty"`   // a note, or the provider's own words
}
