package channel

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"firehall/internal/fault"
)

// ntfy publishes to a topic of an ntfy server.
type ntfy struct {
	guard     *Guard
	client    *http.Client
	userAgent string
	now       func() time.Time
}

func newNtfy(g *Guard, o Options) *ntfy {
	return &ntfy{guard: g, client: g.Client(0), userAgent: "firehall/" + o.Version, now: o.Now}
}

// topicName is what ntfy takes for the name of a topic.
var topicName = regexp.MustCompile(`^[-_A-Za-z0-9]{1,64}$`)

// Validate implements Channel.
func (t *ntfy) Validate(c Contact) error {
	if err := t.guard.CheckURL(c.To); err != nil {
		return fault.At("to", "%s", fault.Of(err).Sentence)
	}
	if _, _, ok := topicOf(c.To); !ok {
		return fault.At("to", "this is not a topic of an ntfy server; write it like https://ntfy.example/ana-7f3a, with nothing after the topic, which has 1 to 64 of A–Z, a–z, 0–9, - and _")
	}
	if len(c.Secrets) > 1 {
		return fault.At("secret", "an ntfy contact has one access token, or none; this one has %d", len(c.Secrets))
	}
	return nil
}

// topicOf splits the URL of a topic into that of its server, which ends in a
// slash, and the topic.
func topicOf(to string) (server, topic string, ok bool) {
	u, err := url.Parse(to)
	if err != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return "", "", false
	}
	topic = strings.TrimPrefix(u.EscapedPath(), "/")
	u.Path, u.RawPath = "/", ""
	return u.String(), topic, topicName.MatchString(topic)
}

// Send implements Channel. Each page has a sequence of its own, so that it
// rings; news of it come under the same one and take its place in silence.
func (t *ntfy) Send(ctx context.Context, c Contact, n Notice) Outcome {
	if err := t.Validate(c); err != nil {
		return Outcome{Status: Refused, Words: fault.Of(err).Fields[0].Sentence}
	}
	server, topic, _ := topicOf(c.To)
	body, err := ntfyBody(topic, n)
	if err != nil {
		return Outcome{Status: Refused, Words: "the notice cannot be written as JSON: " + err.Error()}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, server, bytes.NewReader(body))
	if err != nil {
		return Outcome{Status: Refused, Words: "this is not a URL that can be called"}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", t.userAgent)
	secrets := append(urlSecrets(c.To), topic)
	if len(c.Secrets) > 0 && c.Secrets[0] != "" {
		req.Header.Set("Authorization", "Bearer "+c.Secrets[0])
		secrets = append(secrets, c.Secrets[0])
	}
	o, r := exchange(t.client, req, t.now, append(secrets, n.secrets()...))
	return ntfyOutcome(o, r)
}

// ntfyID finds the message's id in an answer that may be cut off.
var ntfyID = regexp.MustCompile(`^\s*\{\s*"id"\s*:\s*"([-_A-Za-z0-9]{1,64})"`)

// ntfyOutcome reads what ntfy answered. It echoes the whole message, which is
// not worth keeping.
func ntfyOutcome(o Outcome, r reply) Outcome {
	switch {
	case o.Status == Accepted:
		id := ntfyID.FindSubmatch(r.body)
		if id == nil {
			return Outcome{Status: Refused, Words: "what answered is not an ntfy server: it sent no message id"}
		}
		o.ProviderID, o.Words = string(id[1]), "published"
	case strings.HasPrefix(o.Words, "401 "), strings.HasPrefix(o.Words, "403 "):
		o.Words = "the server wants an access token that may publish to this topic: set it as the contact’s secret; " + o.Words
	}
	return o
}

// ntfyJSON is what ntfy takes at the root of a server.
type ntfyJSON struct {
	Topic      string       `json:"topic"`
	Title      string       `json:"title"`
	Message    string       `json:"message"`
	Priority   int          `json:"priority"`
	Tags       []string     `json:"tags,omitempty"`
	Click      string       `json:"click,omitempty"`
	Actions    []ntfyAction `json:"actions,omitempty"`
	SequenceID string       `json:"sequence_id,omitempty"` // servers before 2.16 do not know it
}

// ntfyAction is a button; there are at most three.
type ntfyAction struct {
	Action  string            `json:"action"` // http or view
	Label   string            `json:"label"`
	URL     string            `json:"url"`
	Method  string            `json:"method,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	Clear   bool              `json:"clear"` // the notification goes once it worked
}

// maxNtfy is the longest message, in bytes: ntfy makes an attachment of one with
// more than 4096, and telephones are given no more than 4096 in all.
const maxNtfy = 1500

// ntfyBody returns the JSON of a notice. Text from outside has no meaning in it:
// no markdown is asked for.
func ntfyBody(topic string, n Notice) ([]byte, error) {
	lines := briefLines(n)
	if len(lines) == 0 {
		lines = []string{n.installation()}
	}
	body := ntfyJSON{
		Topic: topic, Title: cut(n.title(), briefTitle), Message: cut(strings.Join(lines, "\n"), maxNtfy),
		Priority: ntfyPriority(n), Tags: ntfyTags(n), Click: webLink(n.Actions.Page), Actions: ntfyActions(n),
		SequenceID: string(n.SendID),
	}
	if n.Replaces != "" {
		body.SequenceID = string(n.Replaces)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // it would make six bytes of one
	err := enc.Encode(body)
	return out.Bytes(), err
}
