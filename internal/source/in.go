package source

import (
	"fmt"
	"net/http"

	"firehall/internal/action"
	"firehall/internal/id"
	"firehall/internal/intake"
	"firehall/internal/route"
)

// in takes a message of any kind.
func (d *Doors) in(w http.ResponseWriter, r *http.Request) {
	d.answerIn(w, d.arrive(r))
}

func (d *Doors) arrive(r *http.Request) result {
	s, found, err := d.source(r.Context(), r.PathValue("kind"), r.PathValue("key"))
	switch {
	case err != nil:
		return d.unsure(r, err)
	case !found:
		return d.stranger(r)
	}
	if wait := d.overLimit(s); wait > 0 {
		return result{end: limited, wait: retryAfter(wait)}
	}
	b := receive(r, intake.Limit(s.Kind), &d.known)
	defer b.release()
	return d.take(r, s, &b, d.parserOf(s))
}

// parserOf returns how the messages of a source are read.
func (d *Doors) parserOf(s route.Source) parser {
	options := action.ReadAs(d.db.Setup(), s)
	return func(body []byte) (intake.Result, error) { return intake.Parse(s.Kind, options, body) }
}

// acceptedJSON is the answer to a message that is kept.
type acceptedJSON struct {
	Status   string     `json:"status"` // accepted
	Message  id.Message `json:"message"`
	Alerts   []id.Alert `json:"alerts"`              // those that it opened or changed
	DedupKey string     `json:"dedup_key,omitempty"` // of a PagerDuty event, or the one that was made
}

// problemJSON is an error as RFC 9457 has it.
type problemJSON struct {
	Title  string             `json:"title"`
	Status int                `json:"status"`
	Detail string             `json:"detail"`
	Errors []problemErrorJSON `json:"errors,omitempty"`
}

type problemErrorJSON struct {
	Message string `json:"message"`
}

func (d *Doors) answerIn(w http.ResponseWriter, res result) {
	switch res.end {
	case accepted:
		writeJSON(w, http.StatusAccepted, acceptedJSON{"accepted", res.message, res.alerts, res.dedupKey})
	case unknown:
		problem(w, http.StatusNotFound, "no source of this kind has this key; look both up in the setup, and check that the key was copied whole", nil)
	case refused:
		problem(w, http.StatusBadRequest, res.sentence, res.errors)
	case tooLarge:
		problem(w, http.StatusRequestEntityTooLarge, res.sentence, res.errors)
	case limited:
		w.Header().Set("Retry-After", res.wait.String())
		problem(w, http.StatusTooManyRequests, "too many messages; try again in "+res.wait.String()+" s", nil)
	case busy:
		w.Header().Set("Retry-After", res.wait.String())
		problem(w, http.StatusServiceUnavailable, "more messages are waiting than can be held; send it again in "+res.wait.String()+" s", nil)
	case failed:
		w.Header().Set("Retry-After", soon.String())
		problem(w, http.StatusServiceUnavailable, "the message could not be kept; send it again", nil)
	}
}

func problem(w http.ResponseWriter, status int, detail string, errors []string) {
	body := problemJSON{Title: http.StatusText(status), Status: status, Detail: detail}
	for _, e := range errors {
		body.Errors = append(body.Errors, problemErrorJSON{e})
	}
	write(w, "application/problem+json", status, marshal(body))
}

// describe says what a door is, and does nothing.
func (d *Doors) describe(w http.ResponseWriter, r *http.Request) {
	s, found, err := d.source(r.Context(), r.PathValue("kind"), r.PathValue("key"))
	switch {
	case err != nil:
		d.answerIn(w, d.unsure(r, err))
		return
	case !found:
		d.answerIn(w, d.stranger(r))
		return
	}
	kind, _ := intake.KindNamed(s.Kind)
	text := fmt.Sprintf("This is a door of Firehall for messages of the kind %s: %s\n\n%s\n\nPOST messages to this address. A GET changes nothing.\n",
		kind.Name, kind.Title, kind.About)
	write(w, "text/plain; charset=utf-8", http.StatusOK, []byte(text))
}
