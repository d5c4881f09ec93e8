package channel

import (
	"net/url"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
)

// Type says what a notice is about.
type Type string

// The types of notice.
const (
	Page     Type = "page"     // look at this alert now
	Digest   Type = "digest"   // these alerts wait for you
	Test     Type = "test"     // does this contact work?
	Handoff  Type = "handoff"  // you have the pager, or have it no more
	Update   Type = "update"   // something changed about an alert you were paged for
	Resolved Type = "resolved" // an alert you were paged for is over
)

// Notice is what is to be said to one person, whatever the channel. Channels
// make every text from outside harmless themselves.
type Notice struct {
	Type         Type
	SendID       id.Send // the same when an attempt is repeated
	Replaces     id.Send // of news: the last page about it by this contact, whose place it takes where the channel can; "" is none
	Person       id.Person
	PersonName   string
	Zone         *time.Location // the person's; nil is UTC
	Urgency      alert.Urgency  // 0 where there is none: a test
	Reason       string         // why this person is told: "step 1 of payments"
	Headline     string         // what changed, in place of the alert's summary: "Ana has it"
	Alert        Alert          // zero for a digest, a test and a handoff
	Alerts       []Alert        // of a digest
	Actions      Actions
	Next         string   // what happens next: "Pages Ben at 03:12 WET."
	Others       []string // names of the others who are paged
	Attempt      int      // 1 the first time
	Installation string   // the installation's name; "" is Firehall
	PublicURL    string   // the installation's address
}

// Alert is one alert in a notice.
type Alert struct {
	ID          id.Alert
	Key         string
	Service     id.Service
	ServiceName string // "" is the service's lasting name
	Summary     string
	Severity    alert.Severity
	Status      alert.Status
	OpenedAt    time.Time
	URL         string
	Details     map[string]string
	Links       []alert.Link
	Members     int // problems in it, when it is a group
	Team        id.Team
}

// Actions are absolute URLs that take POST and need no session; "" where there
// is no such thing to do. Page is for people: opening it changes nothing.
type Actions struct {
	Ack, Resolve, Escalate, Decline, Note, Page string
}

// title is the first thing to say.
func (n Notice) title() string {
	switch {
	case n.Headline != "":
		return line(n.Headline, alert.MaxSummary)
	case n.Type == Test:
		return "This is a test: the contact works"
	case n.Type == Handoff:
		return "The pager changes hands"
	case n.Type == Digest:
		return count(len(n.Alerts), "alert waits", "alerts wait") + " for you"
	case n.Type == Resolved:
		return "Resolved: " + n.Alert.title()
	}
	return n.Alert.title()
}

// title is the alert's summary as one harmless line.
func (a Alert) title() string {
	if s := line(a.Summary, alert.MaxSummary); s != "" {
		return s
	}
	return "an alert without a summary"
}

// serviceName is what people call the alert's service.
func (a Alert) serviceName() string {
	if a.ServiceName != "" {
		return line(a.ServiceName, 100)
	}
	return string(a.Service)
}

// installation is the name that the notice is sent under.
func (n Notice) installation() string {
	if s := line(n.Installation, 60); s != "" {
		return s
	}
	return "Firehall"
}

// zone is where the person lives.
func (n Notice) zone() *time.Location {
	if n.Zone == nil {
		return time.UTC
	}
	return n.Zone
}

// secrets are the parts of a notice that give power to whoever reads them: the
// token in its links. A receiver that echoes its input echoes them.
func (n Notice) secrets() []string {
	u, err := url.Parse(n.Actions.Page)
	if err != nil {
		return []string{n.Actions.Page}
	}
	return segments(u, 16)
}
