package demo

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// object is a JSON object.
type object = map[string]any

// message returns the body that a source of a kind sends about an episode that
// began at start: still there, or over.
func (e *episode) message(kind string, start time.Time, firing bool) ([]byte, error) {
	switch kind {
	case "alertmanager":
		return json.Marshal(e.group(start, firing))
	case "pagerduty":
		return json.Marshal(e.event(start, firing))
	}
	body := object{"key": slug(e.summary), "summary": e.summary, "severity": e.severity}
	if !firing {
		body["status"] = "resolved"
	}
	return json.Marshal(body)
}

// event is a PagerDuty event.
func (e *episode) event(start time.Time, firing bool) object {
	out := object{"event_action": "trigger", "dedup_key": slug(e.summary), "payload": object{
		"summary": e.summary, "source": "monitoring.tidewater.example", "severity": e.severity, "timestamp": start.Format(time.RFC3339),
	}}
	if !firing {
		out["event_action"] = "resolve"
	}
	return out
}

// group is a message of Alertmanager.
func (e *episode) group(start time.Time, firing bool) object {
	name, status, end := camel(e.summary), "firing", time.Time{}
	if !firing {
		status, end = "resolved", start.Add(time.Hour)
	}
	var alerts []object
	for i, member := range e.members {
		alerts = append(alerts, object{
			"status": status, "labels": object{"alertname": name, "severity": e.severity, "instance": member},
			"annotations": object{"summary": e.summary}, "startsAt": start.UTC().Format(time.RFC3339), "endsAt": end.UTC().Format(time.RFC3339),
			"generatorURL": "https://prometheus.tidewater.example/graph?g0.expr=" + name, "fingerprint": fmt.Sprintf("%08x%08x", len(name)*7919, i+1),
		})
	}
	return object{
		"version": "4", "groupKey": fmt.Sprintf(`{}:{alertname=%q}`, name), "status": status, "receiver": "firehall",
		"groupLabels": object{"alertname": name}, "commonLabels": object{"alertname": name, "severity": e.severity},
		"commonAnnotations": object{"summary": e.summary}, "externalURL": "https://alertmanager.tidewater.example", "alerts": alerts,
	}
}

// words returns the letters and digits of a text, word by word.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}

func slug(text string) string { return strings.ToLower(strings.Join(words(text), "-")) }

func camel(text string) string {
	var b strings.Builder
	for _, w := range words(text) {
		b.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return b.String()
}
