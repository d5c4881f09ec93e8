package intake

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"firehall/internal/alert"
)

// summaryAnnotations are the annotations that sum a problem up, best first.
var summaryAnnotations = []string{"summary", "description", "title", "message"}

// How much of what it has a line names.
const (
	maxNames    = 3 // alert names
	maxLabelled = 6 // labels
)

// noSummary stands where a message has nothing to show.
const noSummary = "(no summary)"

// summary returns the group's line: the common annotation, or its alert name
// and common labels; and for several members how many.
func (g group) summary(list members, kept []alert.Member, truncated int) string {
	tail := tally(list, truncated)
	head := annotated(g.annotations)
	if head == "" && list.len() == 1 && truncated == 0 {
		head = kept[0].Summary
	}
	if head == "" {
		head = labelled(g.alertName(kept), g.labels)
	}
	if head == "" {
		head = labelled("", g.groupLabels)
	}
	if head == "" {
		head = noSummary
	}
	return line(head, alert.MaxSummary-utf8.RuneCountInString(tail)) + tail
}

// alertName returns the name that the members share, or the names of the first
// few of them.
func (g group) alertName(kept []alert.Member) string {
	if name := line(g.labels.field("alertname").text(), alert.MaxSummary); name != "" {
		return name
	}
	var names []string
	for _, m := range kept {
		name := line(m.Details["alertname"], alert.MaxSummary)
		switch {
		case name == "" || slices.Contains(names, name):
		case len(names) == maxNames:
			return strings.Join(names, ", ") + ", …"
		default:
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// tally returns how many members there are, like ": 3 firing, 1 resolved", and
// "" for one alone.
func tally(list members, truncated int) string {
	if list.len()+truncated < 2 {
		return ""
	}
	var parts []string
	for _, part := range []struct {
		n    int
		word string
	}{{list.firing, "firing"}, {list.resolved, "resolved"}, {truncated, "not listed"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.word))
		}
	}
	return ": " + strings.Join(parts, ", ")
}

// memberSummary returns a member's line, never "".
func memberSummary(labels, annotations value) string {
	if text := annotated(annotations); text != "" {
		return text
	}
	name := labels.field("alertname").text()
	return cmp.Or(line(labelled(name, labels), alert.MaxSummary), noSummary)
}

// annotated returns the best annotation that sums up, or "".
func annotated(annotations value) string {
	for _, name := range summaryAnnotations {
		if text := line(annotations.field(name).text(), alert.MaxSummary); text != "" {
			return text
		}
	}
	return ""
}

// labelled returns an alert's name and its labels as a line, like "DiskFull
// (instance=web-01, job=node)". The severity has its own place, and names that begin with "__" are
// Prometheus's own.
func labelled(name string, labels value) string {
	name = line(name, alert.MaxSummary)
	var pairs []string
	for label, v := range labels.fields() {
		switch label := string(label); {
		case label == "alertname", label == "severity", strings.HasPrefix(label, "__"):
		case len(pairs) < maxLabelled:
			pairs = append(pairs, line(label, maxName)+"="+line(v.text(), maxName))
		}
	}
	list := strings.Join(pairs, ", ")
	switch {
	case name == "":
		return list
	case list == "":
		return name
	}
	return name + " (" + list + ")"
}
