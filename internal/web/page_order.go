package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"firehall/internal/fault"
	"firehall/internal/id"
)

// maxOrder is how many bytes a post to a page's link may have.
const maxOrder = 64 << 10

// What can be done through a page's link.
const (
	doAck      = "ack"
	doResolve  = "resolve"
	doEscalate = "escalate"
	doDecline  = "decline"
	doNote     = "note"
)

// order is what a post to a page's link asks for. It is a form or JSON with
// the same names; a body of another kind is as good as none.
type order struct {
	Do   string   `json:"do"`   // in the path or in the body
	Note string   `json:"note"` // a note, or why they decline; with any other order it is written as well
	Text string   `json:"text"` // another name for note
	Seen id.Entry `json:"seen"` // the newest entry of the timeline that the screen showed
}

// orderOf reads a post. It fails with Invalid when it says nothing to do, with
// NotFound for a path that is none, and refuses a body that is too large.
func orderOf(w http.ResponseWriter, r *http.Request) (order, error) {
	o, err := bodyOf(w, r)
	if err != nil {
		return o, err
	}
	if o.Text != "" && o.Note == "" {
		o.Note = o.Text
	}
	o.Note = strings.TrimSpace(strings.ReplaceAll(o.Note, "\r\n", "\n"))
	if !isEntry(o.Seen) {
		o.Seen = ""
	}
	if path := r.PathValue("do"); path != "" {
		o.Do = path
	}
	switch o.Do {
	case doAck, doResolve, doEscalate, doDecline, doNote:
		return o, nil
	}
	if r.PathValue("do") != "" {
		return o, fault.New(fault.NotFound, "a page's link can ack, resolve, escalate, decline and note, and nothing else")
	}
	return o, fault.At("do", "say what to do: ack, resolve, escalate, decline or note")
}

func bodyOf(w http.ResponseWriter, r *http.Request) (o order, err error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxOrder))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return o, &refusal{http.StatusRequestEntityTooLarge, "That is too much", "A post to a page's link has at most 64 KiB; a note has at most 10,000 bytes"}
	}
	if err != nil {
		return o, &refusal{http.StatusBadRequest, "That cannot be read", "The body of the request ended early: send it again"}
	}
	if isJSON(r) && len(body) > 0 {
		if json.Unmarshal(body, &o) != nil {
			return o, &refusal{http.StatusBadRequest, "That cannot be read", `The body is not JSON of the form {"note": "…"}`}
		}
		return o, nil
	}
	if kind := r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/x-www-form-urlencoded") {
		return o, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return o, &refusal{http.StatusBadRequest, "That cannot be read", "The body is not a form"}
	}
	return order{Do: form.Get("do"), Note: form.Get("note"), Text: form.Get("text"), Seen: id.Entry(form.Get("seen"))}, nil
}

// isEntry says whether n looks like the id of an entry.
func isEntry(n id.Entry) bool {
	return strings.HasPrefix(string(n), id.PrefixEntry) && len(n) == len(id.PrefixEntry)+26
}
