package web

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/timeline"
	"firehall/internal/ui"
)

// Limits of what the screen shows, in runes and in rows.
const (
	maxName     = 40
	maxImpact   = 500
	maxSmall    = 240
	longSummary = 60
	maxMembers  = 8
	maxLinks    = 6
	maxDetails  = 12
	maxPeople   = 8
	maxLines    = 30
)

// Shares of the screen, in bytes of HTML: with the style it stays below 30 KB.
const (
	roomInAll       = 14500
	roomForLinks    = 3000
	roomForMembers  = 3000
	roomForPeople   = 3000
	roomForDetails  = 2500
	roomForTimeline = 5000
	sizeOfRow       = 130 // of its tags
	sizeOfTick      = 110
)

// pageView is what the screen shows. Texts are harmless but not escaped.
type pageView struct {
	Token, Title string
	Seen         id.Entry // the newest entry shown
	Header, Now  string
	Banner, Tone string // what to know before all else, and its tone
	Status       alert.Status
	State        string // "Triggered 54 s ago"
	Severity     alert.Severity
	Headline     string
	Size         string // of the headline: "", long or longer
	Impact       string
	Facts        []fact
	Links        []shownLink
	Members      list[member]
	MembersHead  string
	Told         list[told]
	Details      list[detail]
	Timeline     list[line]
	Note         string
	Dock         dock
	Next         next
}

// list is some of a longer list.
type list[T any] struct {
	Rows []T
	More int // how many are not shown
}

type (
	fact      struct{ Icon, Text, Small string }
	shownLink struct {
		Icon string
		ui.Outside
	}
	member struct{ Summary, Age string }
	detail struct{ Name, Value string }
	line   struct{ At, Text string }
)

// purse is how many bytes of HTML may still be shown.
type purse struct{ left int }

// pays says whether so many bytes fit, and then takes them from the whole and
// from the share of their part.
func (p *purse) pays(share *int, size int) bool {
	if size > *share || size > p.left {
		return false
	}
	*share -= size
	p.left -= size
	return true
}

// row is the size of a row with these texts, in bytes of HTML.
func row(texts ...string) int {
	size := sizeOfRow
	for _, t := range texts {
		size += len(templ.EscapeString(t))
	}
	return size
}

// view returns what the screen shows. What matters most takes its room first.
func (s sight) view() pageView {
	a, p := s.alert, &purse{roomInAll}
	v := pageView{
		Token: s.token, Title: "Page: " + string(a.Service), Header: ui.Line(s.team().FullName, maxName), Now: s.now.Format("15:04 MST"),
		Status: a.Status, State: s.state(), Severity: a.Severity, Headline: ui.Line(a.Summary, alert.MaxSummary),
		Facts: s.facts(), Dock: s.dock(), Next: s.upcoming(),
	}
	if len(s.entries) > 0 {
		v.Seen = s.entries[0].ID
	}
	if v.Header == "" {
		v.Header = string(a.Service)
	}
	if v.Headline == "" {
		v.Headline = "An alert without a summary"
	}
	v.Impact, _ = s.impact()
	v.Size = sizeOf(v.Headline)
	v.Banner, v.Tone = s.banner()
	first := roomInAll
	p.pays(&first, row(v.Headline, v.Impact))
	for _, f := range v.Facts {
		p.pays(&first, row(f.Text, f.Small))
	}
	v.Links = s.links(p)
	v.Members, v.MembersHead = s.group(p)
	v.Told = s.told(p)
	v.Details = s.details(p)
	v.Timeline = s.timeline(p)
	return v
}

// refuse says on the screen why a post changed nothing. What became of the
// alert is the better answer where there is one.
func (v *pageView) refuse(after refusedPost) {
	v.Note = after.note
	if v.Banner == "" {
		v.Banner, v.Tone = after.why, "triggered"
	}
	v.Banner = "Nothing was changed. " + v.Banner
}

func sizeOf(headline string) string {
	switch runes := len([]rune(headline)); {
	case runes > 2*longSummary:
		return "longer"
	case runes > longSummary:
		return "long"
	}
	return ""
}

// impact is what the alert's own description says, and the detail that it is.
func (s sight) impact() (text, name string) {
	for _, name := range []string{"description", "message"} {
		text := ui.Text(s.alert.Details[name], maxImpact)
		if text != "" && text != ui.Line(s.alert.Summary, alert.MaxSummary) {
			return text, name
		}
	}
	return "", ""
}

func (s sight) facts() []fact {
	a := s.alert
	since := fact{"clock", "Since " + a.OpenedAt.In(s.now.Location()).Format("15:04:05 MST"), a.OpenedAt.In(s.now.Location()).Format("Mon 2 Jan 2006")}
	switch {
	case a.Source == "":
		since.Small += ", raised by hand"
	case a.Signals == 1:
		since.Small += ", one signal from " + string(a.Source)
	default:
		since.Small += fmt.Sprintf(", %d signals from %s", a.Signals, a.Source)
	}
	head, tail, _ := strings.Cut(s.page.Reason, ": ")
	return []fact{
		{"layers", string(a.Service), ui.Line(s.setup.Services[a.Service].Description, maxSmall)},
		since,
		{"bell-ring", "Why you: " + ui.Line(head, maxSmall), ui.Line(tail, maxSmall)},
	}
}

// linkKinds lists the kinds of link and their icons in the order in which they
// are shown; what is none of them is the last.
var linkKinds = []struct{ kind, icon string }{
	{"runbook", "book-open"},
	{"dashboard", "gauge"},
	{"source", "activity"},
	{"", "external-link"},
}

func (s sight) links(p *purse) []shownLink {
	all := slices.Clone(s.alert.Links)
	slices.SortStableFunc(all, func(a, b alert.Link) int { return cmp.Compare(rankOf(a), rankOf(b)) })
	var out []shownLink
	share := roomForLinks
	for _, l := range all {
		shown := shownLink{linkKinds[rankOf(l)].icon, ui.OutsideLink(l.Href, l.Text)}
		if len(out) < maxLinks && p.pays(&share, row(shown.Href, shown.Text, shown.Host)) {
			out = append(out, shown)
		}
	}
	return out
}

// rankOf is the place of a link's kind in linkKinds.
func rankOf(l alert.Link) int {
	for i, k := range linkKinds {
		if k.kind == l.Kind {
			return i
		}
	}
	return len(linkKinds) - 1
}

// group returns the members of an alert that is a group, those that fire
// first, the longest first. One alone says nothing that the alert does not.
func (s sight) group(p *purse) (out list[member], head string) {
	if len(s.members) < 2 {
		return out, ""
	}
	var firing, over []alert.Member
	for _, m := range s.members {
		if m.Firing {
			firing = append(firing, m)
		} else {
			over = append(over, m)
		}
	}
	slices.SortStableFunc(firing, func(a, b alert.Member) int { return a.StartsAt.Compare(b.StartsAt) })
	share, all := roomForMembers, slices.Concat(firing, over)
	for _, m := range all[:min(len(all), maxMembers)] {
		shown := member{Summary: ui.Line(m.Summary, maxSmall/2), Age: "over"}
		if m.Firing {
			shown.Age = ui.Age(s.now.Sub(m.StartsAt))
		}
		if p.pays(&share, row(shown.Summary, shown.Age)) {
			out.Rows = append(out.Rows, shown)
		}
	}
	out.More = len(all) - len(out.Rows)
	if len(over) == 0 {
		return out, fmt.Sprintf("%d problems in this group", len(all))
	}
	return out, fmt.Sprintf("%d of %d problems still there", len(firing), len(all))
}

func (s sight) details(p *purse) (out list[detail]) {
	_, shown := s.impact()
	share, count := roomForDetails, 0
	for _, name := range slices.Sorted(maps.Keys(s.alert.Details)) {
		value := ui.Line(s.alert.Details[name], maxSmall)
		if value == "" || name == "summary" || name == shown {
			continue
		}
		count++
		if d := (detail{ui.Line(name, maxName), value}); len(out.Rows) < maxDetails && p.pays(&share, row(d.Name, d.Value)) {
			out.Rows = append(out.Rows, d)
		}
	}
	out.More = count - len(out.Rows)
	return out
}

// timeline returns the newest entries in plain sentences, the newest first.
func (s sight) timeline(p *purse) (out list[line]) {
	share := roomForTimeline
	for i, e := range s.entries {
		text := ui.Line(timeline.Sentence(e, s.name, s.now.Location()), 2*maxSmall)
		l := line{ui.ClockSeconds(e.At, s.now), text}
		if i >= maxLines || !p.pays(&share, row(l.At, l.Text)) {
			out.More = len(s.entries) - i
			break
		}
		out.Rows = append(out.Rows, l)
	}
	return out
}
