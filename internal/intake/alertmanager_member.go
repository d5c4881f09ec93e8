package intake

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"firehall/internal/alert"
)

// annotationPrefix goes before an annotation whose name a label has taken.
const annotationPrefix = "annotation."

// members are a group's, the firing apart from the resolved, each in the
// order of the message and each key once: where one stands twice, firing wins.
// No more than limit of either are held; the rest are only counted.
type members struct {
	limit            int
	up, down         []alert.Member
	firing, resolved int
	seen             map[string]bool // key to whether it fires, of those held
}

// readMembers reads the list of alerts. To be signals of their own they all
// have to be held, so that more than maxSignals are a problem.
func readMembers(g group, each bool) (list members, wrong problems) {
	list.limit = alert.MaxMembers
	if each || g.name() == "" {
		list.limit = maxSignals
	}
	for i, v := range g.alerts.items() {
		m, problem := readMember(v, g.status)
		if problem != "" {
			wrong.add("alerts[%d]%s", i, problem)
		} else {
			list.add(m)
		}
		switch {
		case wrong.full():
			return list, wrong
		case list.limit == maxSignals && list.len() > maxSignals:
			wrong.add("alerts: there are more than the %d that can be alerts of their own: group them, or set max_alerts", maxSignals)
			return list, wrong
		}
	}
	return list, wrong
}

// len returns how many there are, held or not.
func (list *members) len() int { return list.firing + list.resolved }

// add takes one more member in.
func (list *members) add(m alert.Member) {
	fires, known := list.seen[m.Key]
	if known && (fires || !m.Firing) {
		return
	}
	if known {
		list.down = slices.DeleteFunc(list.down, func(old alert.Member) bool { return old.Key == m.Key })
		list.resolved--
	}
	side, count := &list.down, &list.resolved
	if m.Firing {
		side, count = &list.up, &list.firing
	}
	*count++
	if len(*side) == list.limit {
		return
	}
	*side = append(*side, m)
	if list.seen == nil {
		list.seen = map[string]bool{}
	}
	list.seen[m.Key] = m.Firing
}

// kept returns up to limit members, the firing first, and whether any is
// missing.
func (list *members) kept(limit int) (kept []alert.Member, cut bool) {
	kept = append(slices.Clip(list.up), list.down...)
	kept = kept[:min(len(kept), limit)]
	return kept, len(kept) < list.len()
}

// worstFrom returns the members that say how bad it is: the firing ones while
// there are any.
func (list *members) worstFrom() []alert.Member {
	if len(list.up) > 0 {
		return list.up
	}
	return list.down
}

// memberFields are those of one alert of a group.
type memberFields struct {
	status, labels, annotations, startsAt, endsAt, generatorURL, fingerprint value
}

func readMemberFields(v value) (f memberFields) {
	for name, field := range v.fields() {
		switch string(name) {
		case "status":
			f.status = field
		case "labels":
			f.labels = field
		case "annotations":
			f.annotations = field
		case "startsAt":
			f.startsAt = field
		case "endsAt":
			f.endsAt = field
		case "generatorURL":
			f.generatorURL = field
		case "fingerprint":
			f.fingerprint = field
		}
	}
	return f
}

// readMember reads one alert of a group, or returns what is wrong with it,
// beginning with the path of a field.
func readMember(v, groupStatus value) (m alert.Member, problem string) {
	if !v.isObject() {
		return m, fmt.Sprintf(`: an object is needed, like {"status":"firing","labels":{"alertname":"DiskFull"}}, not %s`, v.noun())
	}
	f := readMemberFields(v)
	if problem = f.check(); problem != "" {
		return m, problem
	}
	ends := instant(f.endsAt.text())
	m = alert.Member{
		Key:      f.key(),
		Firing:   fires(f.status, groupStatus, ends),
		Summary:  memberSummary(f.labels, f.annotations),
		Severity: line(f.labels.field("severity").text(), maxWord),
		StartsAt: instant(f.startsAt.text()),
	}
	if !m.Firing {
		m.EndsAt = ends
	}
	var c collector
	c.object("", f.labels)
	c.object(annotationPrefix, f.annotations)
	c.link("source", f.generatorURL.text(), "Source")
	collectLinks(&c, f.annotations)
	m.Details, m.Links = c.details, c.links
	return m, ""
}

// fires says whether an alert is still there. One without a status is gone
// when it has an end, or when its whole group is gone.
func fires(status, groupStatus value, ends time.Time) bool {
	if status.absent() {
		return ends.IsZero() && !closed(groupStatus)
	}
	return !closed(status)
}

// check says what in an alert cannot be read.
func (f memberFields) check() string {
	const example = `an object is needed, like {"alertname":"DiskFull"}`
	switch {
	case !f.labels.absent() && !f.labels.isObject():
		return fmt.Sprintf(".labels: %s, not %s", example, f.labels.noun())
	case !f.annotations.absent() && !f.annotations.isObject():
		return fmt.Sprintf(`.annotations: an object is needed, like {"summary":"disk full"}, not %s`, f.annotations.noun())
	case f.fingerprint.text() == "" && empty(f.labels):
		return ".labels: " + example
	}
	return ""
}

// empty says whether an object has no fields.
func empty(v value) bool {
	for range v.fields() {
		return false
	}
	return true
}

// key returns the fingerprint, made of the labels when there is none.
func (f memberFields) key() string {
	if text := f.fingerprint.text(); text != "" {
		return keyOf(text)
	}
	return fingerprintOf(f.labels)
}

// fingerprintOf returns what Alertmanager makes of labels: the FNV-1a hash of
// their names and values in the order of the names, as 16 hex digits.
func fingerprintOf(labels value) string {
	values := map[string]string{}
	var sorted []string
	for name, label := range labels.fields() {
		if _, twice := values[string(name)]; !twice {
			sorted = append(sorted, string(name))
		}
		values[string(name)] = label.text()
	}
	slices.Sort(sorted)
	hash := fnv.New64a()
	for _, name := range sorted {
		hash.Write([]byte(name + "\xff" + values[name] + "\xff"))
	}
	return fmt.Sprintf("%016x", hash.Sum64())
}

// linkAnnotations are the annotations that hold links, and of what kind.
var linkAnnotations = map[string]string{
	"runbook_url": "runbook", "runbook": "runbook",
	"dashboard_url": "dashboard", "dashboard": "dashboard", "grafana": "dashboard",
}

// collectLinks keeps the links among annotations. All of them are details too,
// so that one that is no link is not lost.
func collectLinks(c *collector, annotations value) {
	for name, field := range annotations.fields() {
		kind, ok := linkAnnotations[string(name)]
		if !ok {
			continue
		}
		if safe, ok := hrefOf(field.text()); ok {
			c.safeLink(kind, safe, strings.ToUpper(kind[:1])+kind[1:])
		}
	}
}
