package intake

import (
	"cmp"
	"fmt"

	"firehall/internal/alert"
)

var genericKind = Kind{
	Name:  "generic",
	Title: "Anything that can POST JSON",
	About: "A script or a tool posts a summary, and a key by which it resolves the problem later.",
	setup: `# something is wrong
curl --json '{"summary":"disk full on web-01","key":"web-01/disk","severity":"critical"}' {url}/in/generic/{key}

# it is right again
curl --json '{"key":"web-01/disk","status":"resolved"}' {url}/in/generic/{key}
`,
}

// maxSignals is how many signals one message may hold.
const maxSignals = 10000

// genericItem is one problem as a generic body tells it:
//
//	{"summary": "disk full", "key": "web-01/disk", "severity": "critical", "status": "firing",
//	 "details": {"host": "web-01"}, "links": [{"href": "https://…", "text": "graph"}]}
//
// Only the summary is needed, and not even that to resolve. Other fields are
// ignored.
type genericItem struct {
	summary, key, severity, status, details, links value
}

// parseGeneric reads our own shape: one item, or a list of them.
func parseGeneric(_ Options, v value) (Result, problems) {
	var wrong problems
	switch {
	case v.isObject():
		s := genericSignal(v, "", &wrong)
		return Result{Signals: []alert.Signal{s}}, wrong
	case !v.isList():
		return Result{}, problems{fmt.Sprintf(`the body is %s: send an object like {"summary":"disk full"}, or a list of them`, v.noun())}
	}
	var signals []alert.Signal
	for i, item := range v.items() {
		if i == maxSignals {
			return Result{}, problems{fmt.Sprintf("the list has more than %d items: send it in parts", maxSignals)}
		}
		signals = append(signals, genericSignal(item, fmt.Sprintf("[%d]", i), &wrong))
		if wrong.full() {
			break
		}
	}
	if len(signals) == 0 {
		return Result{}, problems{`the list is empty: send at least one item like {"summary":"disk full"}`}
	}
	return Result{Signals: signals}, wrong
}

// genericSignal reads one item; at is its place in a list, like "[2]", or "".
func genericSignal(v value, at string, wrong *problems) alert.Signal {
	if !v.isObject() {
		wrong.add(`%s: an object is needed, like {"summary":"disk full"}, not %s`, at, v.noun())
		return alert.Signal{}
	}
	var item genericItem
	for name, field := range v.fields() {
		switch string(name) {
		case "summary":
			item.summary = field
		case "key":
			item.key = field
		case "severity":
			item.severity = field
		case "status":
			item.status = field
		case "details":
			item.details = field
		case "links":
			item.links = field
		}
	}
	if at != "" {
		at += "."
	}
	return item.signal(at, wrong)
}

// signal checks the fields of an item and makes its signal; at goes before
// the name of a field that is wrong.
func (item genericItem) signal(at string, wrong *problems) alert.Signal {
	key := genericText(item.key, at+"key", "web-01/disk", wrong)
	s := alert.Signal{
		Key:      keyOf(key),
		Status:   item.signalStatus(at, key, wrong),
		Severity: line(genericText(item.severity, at+"severity", "critical", wrong), maxWord),
	}
	var c collector
	s.Summary = item.summaryLine(at, key, s.Status, &c, wrong)
	item.collect(&c, at, wrong)
	s.Details, s.Links = c.details, c.links
	return s
}

// summaryLine returns the summary. Only an item that resolves may leave it out.
func (item genericItem) summaryLine(at, key string, status alert.SignalStatus, c *collector, wrong *problems) string {
	if item.summary.absent() && status == alert.SignalClosed {
		return cmp.Or(line(key, alert.MaxSummary), noSummary)
	}
	summary := summaryOf(c, item.summary.text())
	if !item.summary.isText() || summary == "" {
		wrong.add(`%ssummary: a text is needed, like {"summary":"disk full"}`, at)
	}
	return summary
}

// signalStatus returns what the item says about its problem: firing, unless it
// says that the problem with its key is resolved.
func (item genericItem) signalStatus(at, key string, wrong *problems) alert.SignalStatus {
	switch word := genericText(item.status, at+"status", "firing", wrong); word {
	case "", string(alert.Firing):
		return alert.Firing
	case string(alert.SignalClosed):
		if key == "" && !wrongType(item.key) {
			wrong.add(`%skey: to resolve a problem its key is needed, like {"key":"web-01/disk","status":"resolved"}`, at)
		}
		return alert.SignalClosed
	default:
		wrong.add(`%sstatus: %q is none; it is "firing" or "resolved"`, at, line(word, maxWord))
		return alert.Firing
	}
}

// collect gathers the details and links.
func (item genericItem) collect(c *collector, at string, wrong *problems) {
	if !item.details.absent() && !item.details.isObject() {
		wrong.add(`%sdetails: an object is needed, like {"host":"web-01"}, not %s`, at, item.details.noun())
	}
	c.object("details.", item.details)
	if !item.links.absent() && !item.links.isList() {
		wrong.add(`%slinks: a list is needed, like [{"href":"https://example.com/graph","text":"graph"}], not %s`, at, item.links.noun())
	}
	for i, v := range item.links.items() {
		href, text := v.field("href"), v.field("text")
		if !href.isText() || href.text() == "" {
			wrong.add(`%slinks[%d].href: a text is needed, like {"href":"https://example.com/graph","text":"graph"}`, at, i)
			continue
		}
		c.link("", href.text(), genericText(text, fmt.Sprintf("%slinks[%d].text", at, i), "graph", wrong))
	}
}

// genericText returns a field that has to be a text if it is there at all.
func genericText(v value, path, example string, wrong *problems) string {
	if wrongType(v) {
		wrong.add("%s: a text is needed, like %q, not %s", path, example, v.noun())
		return ""
	}
	return v.text()
}

// wrongType says whether v is there and not a text.
func wrongType(v value) bool { return !v.absent() && !v.isText() }

// summaryOf returns text as a signal's summary. One that has to be cut is kept
// whole as a detail.
func summaryOf(c *collector, text string) string {
	whole := line(text, alert.MaxDetail)
	summary := line(whole, alert.MaxSummary)
	if summary != whole {
		c.set("summary", text)
	}
	return summary
}
