package demo

import (
	"time"

	"firehall/internal/channel"
	"firehall/internal/id"
)

// Where the demo's teams live.
const (
	lisbon    = "Europe/Lisbon"
	newYork   = "America/New_York"
	singapore = "Asia/Singapore"
)

// moment is when something happens in the story: a local time some days ago,
// or a while before its end.
type moment struct {
	ago    int    // days
	clock  string // "03:12"
	zone   string
	before time.Duration // when it is set it alone counts
}

func day(ago int, clock, zone string) moment { return moment{ago: ago, clock: clock, zone: zone} }

func before(d time.Duration) moment { return moment{before: d} }

// in returns the instant of a moment of a story that ends at end.
func (m moment) in(end time.Time) time.Time {
	if m.before > 0 {
		return end.Add(-m.before)
	}
	local := end.In(zoneNamed(m.zone))
	clock, err := time.Parse("15:04", m.clock)
	if err != nil {
		return end // no moment of the story's: a test looks at each
	}
	return time.Date(local.Year(), local.Month(), local.Day()-m.ago, clock.Hour(), clock.Minute(), 0, 0, local.Location())
}

// episode is one problem of the story and how people met it.
type episode struct {
	at       moment
	source   id.Source  // "": a person raised it on service
	by       id.Person  // who raised it
	service  id.Service // of one that a person raised
	summary  string
	severity string
	members  []string      // of a group: the instances that fire
	repeats  int           // how often its source said it again, a minute apart
	clears   time.Duration // after its start its source says that it is over; 0: never by itself
	answers  []answer      // of those who are paged, in turn; the next take it on, if anything follows from that
	then     []deed        // what follows once somebody has it
	trouble  map[string][]channel.Outcome
}

// answer is what somebody does who is paged.
type answer struct {
	do    verb
	after time.Duration // from when the message reached them
	text  string        // what they say, or the summary of what it is merged into
	until time.Duration // of a snooze
}

// deed is what the owner of an alert does, some time after they took it on.
type deed struct {
	do    verb
	after time.Duration
	text  string    // of a note, or the contact that is tried
	to    id.Person // of a reassignment
}

// verb is what people and sources do.
type verb string

const (
	sleeps    verb = "sleeps"
	acks      verb = "acks"
	declines  verb = "declines"
	asksHelp  verb = "asks for help"
	snoozes   verb = "snoozes"
	merges    verb = "merges"
	notes     verb = "notes"
	reassigns verb = "reassigns"
	resolves  verb = "resolves"
	givesBack verb = "gives back"
	isOver    verb = "is over" // the source says so
	tries     verb = "tries"   // a contact of theirs
)

func ack(after time.Duration) answer { return answer{do: acks, after: after} }

func note(after time.Duration, text string) deed { return deed{do: notes, after: after, text: text} }

func over(after time.Duration) deed { return deed{do: isOver, after: after} }

func byHand(after time.Duration) deed { return deed{do: resolves, after: after} }

// What the providers answered when they had troubles.
var (
	gone    = channel.Outcome{Status: channel.Refused, Words: "410 Gone: this device has unregistered"}
	busy    = channel.Outcome{Status: channel.Retry, Words: "503 Service Unavailable"}
	greyed  = channel.Outcome{Status: channel.Retry, Words: "451 4.7.1 greylisted, try again later"}
	silence = channel.Outcome{Status: channel.Unknown, Words: "no answer within 10 s"}
)
