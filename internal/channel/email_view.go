package channel

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"firehall/internal/alert"
)

// What a mail shows of long lists; the page has all.
const (
	mailDetails = 20
	mailLinks   = 10
	mailAlerts  = 50
	mailValue   = 300 // bytes of one detail
)

// mailView is what both forms of a mail show. Every text is one harmless line.
type mailView struct {
	Title, Summary string // Summary only beside a headline
	Severity       string // "Critical"
	Facts          string // "checkout · triggered · since Fri 20 Nov 2026, 03:07 WET"
	Why, Next      string
	Others         string // "Ben, Cy"
	Page           string // the page's link, "" when there is none
	Ask            bool   // the notice asks for somebody: the link is the one strong button
	Members        string // "3 problems in this group"
	Details        []mailDetail
	Links          []alert.Link
	Alerts         []mailAlert // of a digest
	AlertURL       string
	More           string // what was left out
	Installation   string
	PublicURL      string
	SendID         string
}

type mailDetail struct{ Name, Value string }

type mailAlert struct{ Title, Severity, Facts, URL string }

// viewOf returns what a mail shows of a notice.
func viewOf(n Notice) mailView {
	v := mailView{
		Title: n.title(), Why: sentence(n.Reason), Next: sentence(n.Next), Others: names(n.Others),
		Page: webLink(n.Actions.Page), Ask: n.Type == Page,
		Installation: n.installation(), PublicURL: webLink(n.PublicURL), SendID: string(n.SendID),
	}
	for _, a := range n.Alerts[:min(len(n.Alerts), mailAlerts)] {
		v.Alerts = append(v.Alerts, mailAlert{a.title(), capital(a.Severity.String()), facts(a, n.zone()), webLink(a.URL)})
	}
	if left := len(n.Alerts) - len(v.Alerts); left > 0 {
		v.More = count(left, "more alert waits", "more alerts wait")
	}
	if n.Alert.ID != "" {
		v.about(n)
	}
	return v
}

// about adds what is known of the notice's one alert.
func (v *mailView) about(n Notice) {
	a := n.Alert
	if n.Headline != "" {
		v.Summary = a.title()
	}
	v.Severity, v.Facts, v.AlertURL = capital(a.Severity.String()), facts(a, n.zone()), webLink(a.URL)
	if a.Members > 0 {
		v.Members = count(a.Members, "problem", "problems") + " in this group"
	}
	v.Details, v.Links = details(a.Details), links(a.Links)
	if left := len(a.Details) - len(v.Details) + len(a.Links) - len(v.Links); left > 0 {
		v.More = "More stands on the alert’s page."
	}
}

// facts says service, status and since when.
func facts(a Alert, zone *time.Location) string {
	parts := []string{a.serviceName(), string(a.Status), "since " + when(a.OpenedAt, zone)}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// details returns the first few, sorted by name.
func details(all map[string]string) []mailDetail {
	out := make([]mailDetail, 0, len(all))
	for name, value := range all {
		out = append(out, mailDetail{line(name, 100), line(value, mailValue)})
	}
	slices.SortFunc(out, func(a, b mailDetail) int { return strings.Compare(a.Name+"\x00"+a.Value, b.Name+"\x00"+b.Value) })
	return out[:min(len(out), mailDetails)]
}

// links returns the first few that may be shown as links.
func links(all []alert.Link) []alert.Link {
	var out []alert.Link
	for _, l := range all {
		href := webLink(l.Href)
		if href == "" || len(out) == mailLinks {
			continue
		}
		text := line(l.Text, 100)
		if text == "" {
			text = "Link"
		}
		out = append(out, alert.Link{Href: href, Text: text})
	}
	return out
}

// webLink returns s when it is an absolute http, https or mailto URL on one
// line, else "".
func webLink(s string) string {
	u, err := url.Parse(s)
	if err != nil || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || harmless(r) != r }) {
		return ""
	}
	switch u.Scheme {
	case "http", "https":
		if u.Host == "" {
			return ""
		}
	case "mailto":
	default:
		return ""
	}
	return s
}

// sentence returns s as one line that ends as a sentence does.
func sentence(s string) string {
	s = line(s, 300)
	if s == "" || strings.ContainsRune(".!?…", []rune(s)[len([]rune(s))-1]) {
		return s
	}
	return s + "."
}

// names returns a list of people.
func names(all []string) string {
	out := make([]string, 0, len(all))
	for _, name := range all {
		out = append(out, line(name, 100))
	}
	return strings.Join(out, ", ")
}
