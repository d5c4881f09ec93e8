package channel

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"firehall/internal/fault"
)

// slack posts to an incoming webhook of Slack, or of a chat that takes the same.
// The whole URL is the contact's secret.
type slack struct {
	guard     *Guard
	client    *http.Client
	userAgent string
	now       func() time.Time
}

func newSlack(g *Guard, o Options) *slack {
	return &slack{guard: g, client: g.Client(0), userAgent: "firehall/" + o.Version, now: o.Now}
}

// Validate implements Channel.
func (s *slack) Validate(c Contact) error {
	if err := s.guard.CheckURL(c.To); err != nil {
		return fault.At("to", "%s", fault.Of(err).Sentence)
	}
	if path := strings.TrimPrefix(c.To, "https://hooks.slack.com"); path == "" || path == "/" {
		return fault.At("to", "this is Slack's host alone; give the whole URL of the incoming webhook, https://hooks.slack.com/services/…")
	}
	return nil
}

// Send implements Channel.
func (s *slack) Send(ctx context.Context, c Contact, n Notice) Outcome {
	if len(c.Secrets) == 0 || c.Secrets[0] == "" {
		return Outcome{Status: Refused, Words: "the URL of this webhook is not known any more: set it again"}
	}
	to := c.Secrets[0]
	if err := s.guard.CheckURL(to); err != nil {
		return Outcome{Status: Refused, Words: fault.Of(err).Sentence}
	}
	body, err := slackBody(n)
	if err != nil {
		return Outcome{Status: Refused, Words: "the notice cannot be written as JSON: " + err.Error()}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return Outcome{Status: Refused, Words: "this is not a URL that can be called"}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", s.userAgent)
	o, r := exchange(s.client, req, s.now, append(urlSecrets(to), n.secrets()...))
	return slackOutcome(o, r)
}

// slackWords says how to mend what Slack answers, by its word.
var slackWords = []struct{ word, means string }{
	{"no_service", "this webhook was removed or disabled: make another one in Slack and set its URL"},
	{"no_team", "the workspace is not there any more: make a webhook in another one and set its URL"},
	{"invalid_token", "this webhook's URL is not valid: copy it again"},
	{"channel_not_found", "the webhook's channel is not there any more: make a webhook for another one"},
	{"channel_is_archived", "the webhook's channel is archived: bring it back, or make a webhook for another one"},
	{"action_prohibited", "the workspace forbids posts by this webhook: ask its admins"},
	{"user_not_found", "whom the webhook posts to is not there any more: make another one"},
}

// slackOutcome reads what Slack answered. A page for people means that the URL
// is no webhook.
func slackOutcome(o Outcome, r reply) Outcome {
	if o.Status == Accepted && r.html {
		return Outcome{Status: Refused, Words: "what answered is a web page and not an incoming webhook: copy the webhook's URL again"}
	}
	if o.Status != Refused {
		return o
	}
	for _, w := range slackWords {
		if strings.TrimSpace(string(r.body)) == w.word {
			o.Words = w.means + "; " + o.Words
		}
	}
	return o
}

// slackJSON is what an incoming webhook takes. Chats that know no blocks show
// the text, so all is in it.
type slackJSON struct {
	Text   string       `json:"text"`
	Blocks []slackBlock `json:"blocks,omitempty"`

	UnfurlLinks bool `json:"unfurl_links"` // false: nobody is to fetch the page's link
	UnfurlMedia bool `json:"unfurl_media"`
}

type slackBlock struct {
	Type string    `json:"type"` // header or section
	Text slackText `json:"text"`
}

type slackText struct {
	Type string `json:"type"` // plain_text or mrkdwn
	Text string `json:"text"`
}

// Limits of Slack's texts, in characters; none of ours has more bytes.
const (
	slackTitle = 150
	slackPart  = 2800 // of at most 3000
)

// slackBody returns the JSON of a notice. News of a page are one line: an
// incoming webhook cannot change what it has posted.
func slackBody(n Notice) ([]byte, error) {
	title, link := slackSafe(n.title(), slackTitle), slackLink(n.Actions.Page)
	body := slackJSON{Text: joinLines(title, link)}
	switch n.Type {
	case Update:
		body.Text = joinLines(title+": "+slackSafe(n.Alert.title(), slackTitle), link)
	case Resolved:
		if n.Headline != "" {
			body.Text = joinLines(title+": "+slackSafe(n.Alert.title(), slackTitle), link)
		}
	case Page, Digest, Test, Handoff:
		more := slackSafe(strings.Join(briefLines(n), "\n"), slackPart)
		body.Text = joinLines(title, more, link)
		body.Blocks = slackBlocks(title, more, link)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(body)
	return out.Bytes(), err
}

// slackBlocks returns how Slack shows it; only our own link has a format.
func slackBlocks(title, more, link string) []slackBlock {
	out := []slackBlock{{"header", slackText{"plain_text", title}}}
	if more != "" {
		out = append(out, slackBlock{"section", slackText{"plain_text", more}})
	}
	if link != "" {
		out = append(out, slackBlock{"section", slackText{"mrkdwn", link}})
	}
	return out
}

// slackSafe returns lines of text that mention nobody, are no links and are at
// most limit bytes long: &, < and > are escaped as Slack asks, and an @, which
// other chats read in any text, is parted from the name after it, as are the
// two parts of a link in Markdown.
func slackSafe(text string, limit int) string {
	var out strings.Builder
	for _, r := range text {
		safe := string(r)
		switch r {
		case '&':
			safe = "&amp;"
		case '<':
			safe = "&lt;"
		case '>':
			safe = "&gt;"
		case '@', ']':
			safe += "\u200b"
		}
		if out.Len()+len(safe) > limit-len("…") {
			return out.String() + "…"
		}
		out.WriteString(safe)
	}
	return out.String()
}

// slackLink returns a page's link as Slack writes it; "" for none.
func slackLink(page string) string {
	href := webLink(page)
	if href == "" || strings.ContainsAny(href, "<>|") {
		return ""
	}
	return "<" + strings.ReplaceAll(href, "&", "&amp;") + "|Open the page>"
}

func joinLines(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n")
}
