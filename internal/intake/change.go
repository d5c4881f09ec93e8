package intake

import (
	"fmt"
	"time"

	"firehall/internal/alert"
)

// Change is a change event: something that was done and may be the cause of a
// problem. It never pages anybody.
type Change struct {
	RoutingKey string            // as it was sent
	Summary    string            // one line, 1 to 200 runes
	Source     string            // where it happened; one line, at most 200 runes, or ""
	At         time.Time         // when, if the source says so
	Details    map[string]string // at most alert.MaxDetails
	Links      []alert.Link      // at most alert.MaxLinks
}

// ParseChange reads the body of PagerDuty's /v2/change/enqueue. It fails with
// a *Refusal for what PagerDuty refuses: no routing_key, no payload.summary.
func ParseChange(body []byte) (Change, error) {
	v, problem := read(body)
	switch {
	case problem != "":
		return Change{}, refuse(pagerDutySentence, problems{problem})
	case !v.isObject():
		return Change{}, refuse(pagerDutySentence, problems{fmt.Sprintf("the event is %s: an object is needed", v.noun())})
	}
	event := readPagerDutyEvent(v)
	payload := readPagerDutyPayload(event.payload)
	if wrong := event.checkChange(payload); len(wrong) > 0 {
		return Change{}, refuse(pagerDutySentence, wrong)
	}
	var c collector
	change := Change{
		RoutingKey: event.routingKey.text(),
		Summary:    summaryOf(&c, payload.summary.text()),
		Source:     line(payload.source.text(), alert.MaxSummary),
		At:         instant(payload.timestamp.text()),
	}
	payload.collect(&c)
	event.collect(&c)
	change.Details, change.Links = c.details, c.links
	return change, nil
}

// checkChange says what a change event lacks.
func (event pagerDutyEvent) checkChange(payload pagerDutyPayload) (wrong problems) {
	if blank(event.routingKey) {
		wrong.add("'routing_key' is missing or blank")
	}
	if !event.payload.isObject() {
		wrong.add("'payload' is missing or blank")
	} else if blank(payload.summary) {
		wrong.add("'payload.summary' is missing or blank")
	}
	return wrong
}
