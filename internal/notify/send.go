package notify

import (
	"time"

	"firehall/internal/id"
)

// Send is one message through one contact for one page.
type Send struct {
	ID         id.Send
	Alert      id.Alert
	Page       id.Page // "" for an update
	Batch      int     // the paging of the alert that it belongs to
	Person     id.Person
	Contact    string
	Channel    string
	Kind       SendKind
	Urgency    int // of the page: 1 none, 2 low, 3 high
	Status     SendStatus
	Reason     string
	DueAt      time.Time
	Attempts   int
	Unknowns   int       // attempts with unknown outcome
	FirstAt    time.Time // the first attempt
	ClaimedBy  id.Run    // the run that calls now
	FinishedAt time.Time
	Words      string // the provider's last words
}

// Reached says whether the send may have been read: also one whose call runs.
func (s Send) Reached() bool {
	return s.Status == Accepted || s.Status == Delivered || s.Status == Sending
}

// SendKind says what a send says; it is the type in a webhook's body.
type SendKind string

// The kinds of send.
const (
	PageSend     SendKind = "page"
	NudgeSend    SendKind = "nudge" // "do you still have it?", told as a page
	UpdateSend   SendKind = "update"
	ResolvedSend SendKind = "resolved"
)

// SendStatus is where a send stands.
type SendStatus string

// The statuses of a send.
const (
	Waiting   SendStatus = "waiting"
	Sending   SendStatus = "sending"
	Accepted  SendStatus = "accepted"
	Delivered SendStatus = "delivered"
	Failed    SendStatus = "failed"
	Skipped   SendStatus = "skipped"
)

// Page is one person asked to look at one alert by one policy step.
type Page struct {
	ID        id.Page
	Alert     id.Alert
	Person    id.Person
	Step      int // 1 is the first; 0 is a fallback or a request by hand
	Batch     int
	Urgency   int
	Reason    string
	CreatedAt time.Time
}
