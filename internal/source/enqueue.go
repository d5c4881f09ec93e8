package source

import (
	"net/http"

	"firehall/internal/intake"
)

// pagerDuty is the kind of the sources that PagerDuty's doors serve.
const pagerDuty = "pagerduty"

// PagerDuty's own words.
const (
	invalidEvent  = "Event object is invalid"
	tooManyEvents = "Requests for this service are arriving too quickly. Please retry later."
)

// event is PagerDuty's Events API v2.
func (d *Doors) event(w http.ResponseWriter, r *http.Request) {
	res := d.enqueue(r, func(body []byte) (intake.Result, error) { return intake.Parse(pagerDuty, intake.Options{}, body) })
	answerPagerDuty(w, res, intake.PagerDutyAccepted(res.dedupKey))
}

// describeEvents says what the door is, and does nothing: the key is in the body
// of what is posted.
func describeEvents(w http.ResponseWriter, _ *http.Request) {
	write(w, "text/plain; charset=utf-8", http.StatusOK, []byte("This is a door of Firehall for PagerDuty Events v2. POST events to this address, "+
		"with the key of a source of the kind pagerduty as the routing_key. A GET changes nothing.\n"))
}

// change is PagerDuty's door for change events: they are kept, and tell nobody.
func (d *Doors) change(w http.ResponseWriter, r *http.Request) {
	res := d.enqueue(r, func(body []byte) (intake.Result, error) {
		_, err := intake.ParseChange(body)
		return intake.Result{}, err
	})
	answerPagerDuty(w, res, intake.PagerDutyChangeAccepted())
}

// enqueue takes an event, which names its source itself. The name is looked
// for first: the source of a broken event is told.
func (d *Doors) enqueue(r *http.Request, parse parser) result {
	b := receive(r, intake.Limit(pagerDuty), &d.anyone)
	defer b.release()
	key, err := intake.RoutingKey(b.bytes)
	if err != nil {
		return d.nameless(r, &b, parse)
	}
	s, found, err := d.source(r.Context(), pagerDuty, key)
	switch {
	case err != nil:
		return d.unsure(r, err)
	case !found:
		return d.misnamed(r)
	}
	if wait := d.overLimit(s); wait > 0 {
		return result{end: limited, wait: retryAfter(wait)}
	}
	return d.take(r, s, &b, parse)
}

// misnamed returns the result for a routing key that is not known.
func (d *Doors) misnamed(r *http.Request) result {
	res := d.stranger(r)
	res.sentence, res.errors = invalidEvent, []string{"'routing_key' is not the key of a source here; look it up in the setup, and check that it was copied whole"}
	return res
}

// nameless returns the result for a body without a routing key, with all that
// is wrong with it.
func (d *Doors) nameless(r *http.Request, b *body, parse parser) result {
	switch {
	case b.full:
		return result{end: busy, wait: soon}
	case b.large:
		return result{end: tooLarge}
	}
	res := d.misnamed(r)
	if res.end != unknown {
		return res
	}
	res.errors = []string{"'routing_key' is missing or blank"}
	if b.problem != "" {
		res.errors = append(res.errors, b.problem)
	} else if _, err := parse(b.bytes); err != nil {
		res.errors = append(res.errors, refusal(err).errors...)
	}
	return res
}

// answerPagerDuty answers as PagerDuty does.
func answerPagerDuty(w http.ResponseWriter, res result, yes []byte) {
	switch res.end {
	case accepted:
		write(w, jsonType, http.StatusAccepted, yes)
	case unknown, refused:
		write(w, jsonType, http.StatusBadRequest, intake.PagerDutyRefused(&intake.Refusal{Sentence: invalidEvent, Errors: res.errors}))
	case tooLarge:
		errors := []string{"the event is larger than PagerDuty's limit of 512 KB"}
		write(w, jsonType, http.StatusRequestEntityTooLarge, intake.PagerDutyRefused(&intake.Refusal{Sentence: invalidEvent, Errors: errors}))
	case limited, busy:
		w.Header().Set("Retry-After", res.wait.String())
		writeJSON(w, http.StatusTooManyRequests, pagerDutyError{"throttle exceeded", tooManyEvents})
	case failed:
		w.Header().Set("Retry-After", soon.String())
		writeJSON(w, http.StatusInternalServerError, pagerDutyError{"internal error", "The event could not be kept; send it again"})
	}
}

// pagerDutyError is PagerDuty's error without a list of what is wrong.
type pagerDutyError struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}
