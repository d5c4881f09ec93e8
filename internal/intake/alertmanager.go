package intake

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"firehall/internal/alert"
)

var alertmanagerKind = Kind{
	Name:  "alertmanager",
	Title: "Prometheus Alertmanager",
	About: "Alertmanager posts its groups of alerts here as they fire, change and resolve.",
	setup: `# alertmanager.yml
receivers:
  - name: firehall
    webhook_configs:
      - url: "{url}/in/alertmanager/{key}"
        send_resolved: true
route:
  receiver: firehall
  group_by: [alertname]
  group_wait: 5s
`,
}

// maxTruncated is the most that truncatedAlerts is believed to say.
const maxTruncated = 1 << 30

// group is Alertmanager's webhook message, version 4.
type group struct {
	key, status, receiver                value
	groupLabels, labels, annotations     value
	externalURL, truncatedAlerts, alerts value
}

// parseAlertmanager reads one group. It is one alert, keyed by its groupKey,
// with its members inside; or each member is an alert keyed by its
// fingerprint. A message that names no group (neither groupKey nor
// groupLabels) and has several members is read as each, because nothing in it
// would find the same group again when its members have changed.
func parseAlertmanager(opts Options, v value) (Result, problems) {
	if !v.isObject() {
		return Result{}, problems{fmt.Sprintf(`the body is %s: Alertmanager's webhook sends an object like {"version":"4","groupKey":"…","alerts":[…]}`, v.noun())}
	}
	g := readGroup(v)
	if wrong := g.check(); len(wrong) > 0 {
		return Result{}, wrong
	}
	each := opts.Fold == FoldEach
	list, wrong := readMembers(g, each)
	switch {
	case len(wrong) > 0:
		return Result{}, wrong
	case each && list.len() > 0, list.len() > 1 && g.name() == "":
		return Result{Signals: g.signals(list)}, nil
	}
	return Result{Signals: []alert.Signal{g.signal(opts, list)}}, nil
}

func readGroup(v value) (g group) {
	for name, field := range v.fields() {
		switch string(name) {
		case "groupKey":
			g.key = field
		case "status":
			g.status = field
		case "receiver":
			g.receiver = field
		case "groupLabels":
			g.groupLabels = field
		case "commonLabels":
			g.labels = field
		case "commonAnnotations":
			g.annotations = field
		case "externalURL":
			g.externalURL = field
		case "truncatedAlerts":
			g.truncatedAlerts = field
		case "alerts":
			g.alerts = field
		}
	}
	return g
}

// check says what about the group itself cannot be read.
func (g group) check() (wrong problems) {
	if !g.alerts.isList() {
		wrong.add(`alerts: a list is needed, like [{"status":"firing","labels":{"alertname":"DiskFull"}}], not %s`, g.alerts.noun())
	}
	for _, object := range []struct {
		name string
		value
	}{
		{"groupLabels", g.groupLabels},
		{"commonLabels", g.labels},
		{"commonAnnotations", g.annotations},
	} {
		if !object.absent() && !object.isObject() {
			wrong.add(`%s: an object is needed, like {"alertname":"DiskFull"}, not %s`, object.name, object.noun())
		}
	}
	return wrong
}

// name returns what finds the same group again: its key, or a text made of its
// receiver and labels, or "" when the message has neither.
func (g group) name() string {
	if key := g.key.text(); key != "" {
		return key
	}
	var labels []string
	for name, label := range g.groupLabels.fields() {
		labels = append(labels, fmt.Sprintf("%s=%q", name, label.text()))
	}
	if len(labels) == 0 {
		return ""
	}
	slices.Sort(labels)
	return g.receiver.text() + ":{" + strings.Join(slices.Compact(labels), ", ") + "}"
}

// signal returns the group as one signal.
func (g group) signal(opts Options, list members) alert.Signal {
	truncated := g.truncatedAlerts.count(maxTruncated)
	kept, cut := list.kept(alert.MaxMembers)
	s := alert.Signal{
		Key:      keyOf(g.signalKey(kept)),
		Status:   g.signalStatus(list, truncated),
		Summary:  g.summary(list, kept, truncated),
		Severity: g.severity(opts.Words, list.worstFrom()),
		Members:  kept,
		Partial:  cut || truncated > 0,
		Resends:  true,
		StartsAt: earliest(list.worstFrom()),
	}
	c := g.collect(kept)
	s.Details, s.Links = c.details, c.links
	return s
}

// signalKey returns the group's name, or its only member's.
func (g group) signalKey(kept []alert.Member) string {
	name := g.name()
	if name == "" && len(kept) == 1 {
		return kept[0].Key
	}
	return name
}

// signalStatus returns firing while any member fires. Of members that are not
// listed, because there are none or some are cut, the group's own status tells.
func (g group) signalStatus(list members, truncated int) alert.SignalStatus {
	silent := list.len() == 0 || truncated > 0
	if list.firing > 0 || silent && !closed(g.status) {
		return alert.Firing
	}
	return alert.SignalClosed
}

// severity returns the common severity, or the worst word of these members.
// Words nil are the default ones.
func (g group) severity(words map[string]alert.Severity, of []alert.Member) string {
	if common := line(g.labels.field("severity").text(), maxWord); common != "" {
		return common
	}
	if words == nil {
		words = alert.DefaultWords()
	}
	worst, most := "", alert.Severity(0)
	for _, m := range of {
		if m.Severity == "" || m.Severity == worst {
			continue
		}
		if s := alert.SeverityOf(words, m.Severity); s > most {
			worst, most = m.Severity, s
		}
	}
	return worst
}

// collect gathers what all members share, and the links. A message that gives
// nothing shared has its only member's.
func (g group) collect(kept []alert.Member) (c collector) {
	c.object("", g.labels)
	c.object(annotationPrefix, g.annotations)
	collectLinks(&c, g.annotations)
	if len(kept) == 1 {
		if len(c.details) == 0 {
			c.details = maps.Clone(kept[0].Details)
		}
		for _, l := range kept[0].Links {
			c.safeLink(l.Kind, l.Href, l.Text)
		}
	}
	c.link("", g.externalURL.text(), "Alertmanager")
	return c
}

// signals returns each member as a signal of its own.
func (g group) signals(list members) []alert.Signal {
	kept, _ := list.kept(maxSignals)
	signals := make([]alert.Signal, len(kept))
	for i, m := range kept {
		c := collector{details: m.Details, links: m.Links}
		c.link("", g.externalURL.text(), "Alertmanager")
		signals[i] = alert.Signal{
			Key: m.Key, Status: alert.SignalClosed, Summary: m.Summary, Severity: m.Severity,
			Details: c.details, Links: c.links, Resends: true, StartsAt: m.StartsAt,
		}
		if m.Firing {
			signals[i].Status = alert.Firing
		}
	}
	return signals
}

// closed says whether a status word is "resolved". Every other word fires.
func closed(v value) bool { return strings.EqualFold(v.text(), "resolved") }

// earliest returns since when the first of these lasts, zero when none says.
func earliest(of []alert.Member) (first time.Time) {
	for _, m := range of {
		if !m.StartsAt.IsZero() && (first.IsZero() || m.StartsAt.Before(first)) {
			first = m.StartsAt
		}
	}
	return first
}
