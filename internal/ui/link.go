package ui

import (
	"net/url"
	"strings"
)

// limits of a link that is shown, in bytes and runes.
const (
	maxHref     = 2048
	maxLinkText = 80
	maxHost     = 60
)

// Outside is a link from outside that was looked at: its Href is an absolute
// http, https or mailto URL on one line.
type Outside struct {
	Href string // "" when it may not be followed
	Text string // what it says, one harmless line; never empty
	Host string // where it leads: a host, or a mail address
}

// OutsideLink looks at a link from outside. What is no absolute http, https or
// mailto URL, or names a user, or is longer than 2,048 bytes, has no Href.
func OutsideLink(href, text string) Outside {
	out := Outside{Text: Line(text, maxLinkText)}
	if out.Text == "" {
		out.Text = "Link"
	}
	u, err := url.Parse(href)
	if err != nil || len(href) > maxHref || u.User != nil || strings.ContainsFunc(href, unfit) {
		return out
	}
	switch u.Scheme {
	case "http", "https":
		out.Host = Line(u.Hostname(), maxHost)
	case "mailto":
		out.Host = Line(u.Opaque, maxHost)
	}
	if out.Host != "" {
		out.Href = href
	}
	return out
}

// unfit says whether a rune has no place in a link.
func unfit(r rune) bool {
	return r <= ' ' || r == '\\' || r == '"' || r == '<' || r == '>' || neutral(r) != r
}
