// Package intake turns the bytes that other tools send into signals. It is
// pure: no I/O and no clock, and the same bytes always give the same signals.
//
// A kind of source is one file and one line in the table kinds.
package intake

import (
	"slices"
	"strings"

	"firehall/internal/alert"
	"firehall/internal/fault"
)

// What Options.Fold may say.
const (
	FoldGroup = "group" // a group is one alert, its members inside
	FoldEach  = "each"  // each member is an alert of its own
)

// Options is how a source wants its messages read.
type Options struct {
	Fold  string                    // FoldGroup or FoldEach; "" is FoldGroup
	Words map[string]alert.Severity // which of a group's words is worst; nil: alert.DefaultWords
}

// Result is what one message says.
type Result struct {
	// Signals are within the limits of alert.Signal, in the message's order.
	// One without a Key wants a key of its own, which the caller makes.
	Signals []alert.Signal

	// DedupKey is PagerDuty's dedup_key exactly as it was sent; its answer
	// repeats it. When it is "" the caller makes a key, puts it into
	// Signals[0].Key and answers with it.
	DedupKey string

	// RoutingKey is PagerDuty's routing_key as it was sent, or "".
	RoutingKey string
}

// Refusal says why a message could not be read. Its texts are for the sender:
// they hold no secret and nothing but neutral text from the message.
type Refusal struct {
	Status   int      // the HTTP status that the kind's vendor answers: 400
	Sentence string   // what happened
	Errors   []string // what is wrong where and how to mend it; 1 to 20
}

// Error returns the sentence and the errors.
func (r *Refusal) Error() string {
	return r.Sentence + ": " + strings.Join(r.Errors, "; ")
}

// kind is how one kind of source is read. A parser gets one well-formed JSON
// value at most 64 levels deep; what it cannot read it reports as problems,
// and then its result does not count.
type kind struct {
	parse    func(Options, value) (Result, problems)
	limit    int    // bytes of one body
	sentence string // of a Refusal
	gallery  Kind
}

// Limits of a body, in bytes.
const (
	groupLimit     = 16 << 20  // kinds whose messages are whole groups
	pagerDutyLimit = 512 << 10 // PagerDuty's own
	usualLimit     = 1 << 20
)

// unreadable is the sentence of a refusal by a kind without a vendor's own.
const unreadable = "the message cannot be read"

// kinds lists every kind of source there is.
var kinds = map[string]kind{
	"alertmanager": {parseAlertmanager, groupLimit, unreadable, alertmanagerKind},
	"generic":      {parseGeneric, usualLimit, unreadable, genericKind},
	"pagerduty":    {parsePagerDuty, pagerDutyLimit, pagerDutySentence, pagerDutyKind},
}

// Parse reads one message of a kind. It fails with a *Refusal when the vendor
// would refuse the body or it cannot be read, and with fault.NotFound when
// there is no such kind. It does not look at Limit, and keeps no part of body.
func Parse(name string, opts Options, body []byte) (Result, error) {
	k, ok := kinds[name]
	if !ok {
		return Result{}, fault.New(fault.NotFound, "there is no kind of source %q; there are %s", line(name, 64), strings.Join(names(), ", "))
	}
	v, problem := read(body)
	if problem != "" {
		return Result{}, refuse(k.sentence, problems{problem})
	}
	result, wrong := k.parse(opts, v)
	if len(wrong) > 0 {
		return Result{}, refuse(k.sentence, wrong)
	}
	return result, nil
}

// Limit returns how many bytes a body of a kind may have. A kind that does not
// exist has the usual limit.
func Limit(name string) int {
	if k, ok := kinds[name]; ok {
		return k.limit
	}
	return usualLimit
}

// names returns the names of all kinds, sorted.
func names() []string {
	all := make([]string, 0, len(kinds))
	for name := range kinds {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
