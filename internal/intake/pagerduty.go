package intake

import (
	"cmp"
	"fmt"
	"unicode/utf8"

	"firehall/internal/alert"
)

var pagerDutyKind = Kind{
	Name:  "pagerduty",
	Title: "PagerDuty Events API v2",
	About: "A tool that speaks to PagerDuty speaks to Firehall when its events URL and routing key are changed.",
	setup: `# the events URL, instead of https://events.pagerduty.com/v2/enqueue
{url}/v2/enqueue

# the routing key (integration key)
{key}

# in alertmanager.yml
receivers:
  - name: firehall
    pagerduty_configs:
      - url: "{url}/v2/enqueue"
        routing_key: "{key}"
        severity: '{{ or .CommonLabels.severity "error" }}'
`,
}

// pagerDutySentence is PagerDuty's own for an event that it refuses.
const pagerDutySentence = "Event object is invalid"

// maxDedupKey is how many characters PagerDuty lets a dedup_key have.
const maxDedupKey = 255

// pagerDutyEvent is an event of PagerDuty's Events API v2.
type pagerDutyEvent struct {
	routingKey, action, dedupKey, client, clientURL, payload, links, images value
}

// pagerDutyPayload is what an event says about the problem. A resolve may
// carry one too, and Alertmanager's does.
type pagerDutyPayload struct {
	summary, source, severity, timestamp, component, group, class, details value
}

// parsePagerDuty reads one event. What PagerDuty requires is required, save
// that any word is a severity: templates fill it in, and a page is worth more
// than its word. Custom details may be of any type; another optional field of
// the wrong type is passed over.
func parsePagerDuty(_ Options, v value) (Result, problems) {
	if !v.isObject() {
		return Result{}, problems{fmt.Sprintf("the event is %s: an object is needed", v.noun())}
	}
	event := readPagerDutyEvent(v)
	payload := readPagerDutyPayload(event.payload)
	if wrong := event.check(payload); len(wrong) > 0 {
		return Result{}, wrong
	}
	var c collector
	key := event.dedupKey.text()
	s := alert.Signal{
		Key:      keyOf(key),
		Status:   pagerDutyActions[event.action.text()],
		Summary:  summaryOf(&c, payload.summary.text()),
		Severity: line(payload.severity.text(), maxWord),
		StartsAt: instant(payload.timestamp.text()),
	}
	if s.Summary == "" { // an acknowledge or a resolve
		s.Summary = cmp.Or(line(key, alert.MaxSummary), noSummary)
	}
	payload.collect(&c)
	event.collect(&c)
	s.Details, s.Links = c.details, c.links
	return Result{Signals: []alert.Signal{s}, DedupKey: key, RoutingKey: event.routingKey.text()}, nil
}

// pagerDutyActions maps what an event asks for to what it says.
var pagerDutyActions = map[string]alert.SignalStatus{
	"trigger":     alert.Firing,
	"acknowledge": alert.SignalAcked,
	"resolve":     alert.SignalClosed,
}

// RoutingKey returns the routing_key of a PagerDuty event, as Parse would. It
// does not check the body: a key is also found in one that is broken or cut
// off behind it, so that the source can be told. It fails with a *Refusal when
// there is none.
func RoutingKey(body []byte) (string, error) {
	v := value(unwrap(body)).field("routing_key")
	if !v.isText() || len(v) == len(`""`) {
		return "", refuse(pagerDutySentence, problems{"'routing_key' is missing or blank"})
	}
	return v.text(), nil
}

func readPagerDutyEvent(v value) (event pagerDutyEvent) {
	for name, field := range v.fields() {
		switch string(name) {
		case "routing_key":
			event.routingKey = field
		case "event_action":
			event.action = field
		case "dedup_key":
			event.dedupKey = field
		case "client":
			event.client = field
		case "client_url":
			event.clientURL = field
		case "payload":
			event.payload = field
		case "links":
			event.links = field
		case "images":
			event.images = field
		}
	}
	return event
}

func readPagerDutyPayload(v value) (payload pagerDutyPayload) {
	for name, field := range v.fields() {
		switch string(name) {
		case "summary":
			payload.summary = field
		case "source":
			payload.source = field
		case "severity":
			payload.severity = field
		case "timestamp":
			payload.timestamp = field
		case "component":
			payload.component = field
		case "group":
			payload.group = field
		case "class":
			payload.class = field
		case "custom_details":
			payload.details = field
		}
	}
	return payload
}

// check says what PagerDuty would refuse. The routing key is the door's.
func (event pagerDutyEvent) check(payload pagerDutyPayload) (wrong problems) {
	action := event.action.text()
	_, known := pagerDutyActions[action]
	switch {
	case blank(event.action):
		wrong.add("'event_action' is missing or blank")
	case !known:
		wrong.add("'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')")
	}
	if event.dedupKey.isObject() || event.dedupKey.isList() {
		wrong.add("'dedup_key' is invalid (must be a string)")
	} else if utf8.RuneCountInString(event.dedupKey.text()) > maxDedupKey {
		wrong.add("'dedup_key' is too long (maximum is %d characters)", maxDedupKey)
	}
	if known && action != "trigger" && event.dedupKey.text() == "" {
		wrong.add("'dedup_key' is missing or blank ('acknowledge' and 'resolve' need that of their trigger)")
	}
	if action == "trigger" {
		wrong = append(wrong, event.checkTrigger(payload)...)
	}
	return wrong
}

// checkTrigger says what a trigger lacks.
func (event pagerDutyEvent) checkTrigger(payload pagerDutyPayload) (wrong problems) {
	if !event.payload.isObject() {
		return problems{"'payload' is missing or blank"}
	}
	if blank(payload.summary) {
		wrong.add("'payload.summary' is missing or blank")
	}
	if blank(payload.source) {
		wrong.add("'payload.source' is missing or blank")
	}
	if blank(payload.severity) {
		wrong.add("'payload.severity' is missing or blank (must be one of the following: 'critical', 'warning', 'error' or 'info')")
	}
	return wrong
}

// blank says whether v is not a text with something to show.
func blank(v value) bool { return v.isObject() || v.isList() || line(v.text(), maxWord) == "" }

// collect keeps what the payload says besides its summary and severity.
func (payload pagerDutyPayload) collect(c *collector) {
	for _, field := range []struct {
		name string
		value
	}{
		{"source", payload.source},
		{"component", payload.component},
		{"group", payload.group},
		{"class", payload.class},
	} {
		if text := field.text(); text != "" {
			c.set(field.name, text)
		}
	}
	if when := payload.timestamp.text(); when != "" && instant(when).IsZero() {
		c.set("timestamp", when)
	}
	switch {
	case payload.details.isObject():
		c.object("custom_details.", payload.details)
	case !payload.details.absent():
		c.set("custom_details", payload.details.text())
	}
}

// collect keeps the client, the links and the images.
func (event pagerDutyEvent) collect(c *collector) {
	if client := event.client.text(); client != "" {
		c.put("client.", "client", client)
	}
	c.link("source", event.clientURL.text(), event.client.text())
	pagerDutyLinks(c, event.links)
	for _, v := range event.images.items() {
		src, href := v.field("src"), v.field("href")
		alt := v.field("alt").text()
		c.link("image", src.text(), alt)
		c.link("", href.text(), alt)
	}
}

// pagerDutyLinks keeps a list of {href, text}.
func pagerDutyLinks(c *collector, list value) {
	for _, v := range list.items() {
		href, text := v.field("href"), v.field("text")
		c.link("", href.text(), text.text())
	}
}
