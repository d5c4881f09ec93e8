package channel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"firehall/internal/fault"
)

const slackPath = "/services/T0AAAAAAA/B0BBBBBBB/cccccccccccccccccccccccc"

func chat(url string) Contact {
	return Contact{Kind: "slack", Name: "chat", To: url + "/…", Secrets: []string{url + slackPath}}
}

func TestSlackBodies(t *testing.T) {
	for _, kind := range allTypes {
		body, err := slackBody(noticeOf(kind))
		if err != nil {
			t.Fatal(err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, body, "", "  "); err != nil {
			t.Fatal(err)
		}
		golden(t, "slack_"+string(kind)+".json", pretty.Bytes())
	}
}

// mentioning is a page whose every text tries to be more than text.
func mentioning() Notice {
	n := pageNotice()
	n.Alert.Summary = "<!channel> <@U012AB3CD> @here & <https://evil.example|Open the page> [Open](https://evil.example) @everyone"
	n.Reason = "<!subteam^S1> @all"
	n.Next, n.Others = "<!here>", []string{"<@W1>", "@channel"}
	n.Alert.ServiceName = "<#C1>"
	return n
}

// TestSlacksOwnTypesReadWhatWePost uses the types of Slack's Go library.
func TestSlacksOwnTypesReadWhatWePost(t *testing.T) {
	for _, kind := range allTypes {
		n := noticeOf(kind)
		if kind == Page {
			n = mentioning()
			n.Reason = strings.Repeat("<&>", 5000)
		}
		body, err := slackBody(n)
		if err != nil {
			t.Fatal(err)
		}
		var m slackgo.WebhookMessage
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&m); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if m.Text == "" || m.UnfurlLinks == nil || *m.UnfurlLinks {
			t.Errorf("%s: %+v", kind, m)
		}
		if m.Blocks == nil {
			continue
		}
		for _, b := range m.Blocks.BlockSet {
			checkBlock(t, b)
		}
	}
}

// checkBlock holds a block against Slack's limits.
func checkBlock(t *testing.T, b slackgo.Block) {
	t.Helper()
	switch b := b.(type) {
	case *slackgo.HeaderBlock:
		if err := b.Text.Validate(); err != nil || b.Text.Type != "plain_text" || len(b.Text.Text) > 150 {
			t.Errorf("header: %v, %d bytes", err, len(b.Text.Text))
		}
	case *slackgo.SectionBlock:
		if err := b.Text.Validate(); err != nil || len(b.Text.Text) > 3000 {
			t.Errorf("section: %v, %d bytes", err, len(b.Text.Text))
		}
	default:
		t.Errorf("a block of type %T", b)
	}
}

func TestTextFromOutsideMentionsNobody(t *testing.T) {
	for _, kind := range allTypes {
		n := mentioning()
		n.Type = kind
		n.Alerts = []Alert{n.Alert}
		if kind != Page {
			n.Headline = "<!channel> has it @here"
		}
		body, err := slackBody(n)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(body), "<"+n.Actions.Page+"|Open the page>", "")
		for _, bad := range []string{"<", ">", "@h", "@a", "@c", "@e", "@U", "]("} {
			if strings.Contains(text, bad) {
				t.Errorf("%s holds %q: %s", kind, bad, text)
			}
		}
	}
}

func TestNewsInAChatAreOneLineAndALink(t *testing.T) {
	for _, kind := range []Type{Update, Resolved} {
		body, err := slackBody(noticeOf(kind))
		if err != nil {
			t.Fatal(err)
		}
		var got slackJSON
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Blocks) != 0 || strings.Count(got.Text, "\n") != 1 {
			t.Errorf("%s: %+v", kind, got)
		}
	}
}

func TestAPostToAChat(t *testing.T) {
	var path string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.Path
		_, _ = io.WriteString(w, "ok")
	}))
	defer server.Close()
	o := newSet(t, Options{}).Send(t.Context(), chat(server.URL), pageNotice())
	if o.Status != Accepted || o.Words != "200 OK: ok" || path != slackPath {
		t.Errorf("got %+v at %s", o, path)
	}
}

func TestWhatAnAnswerOfSlackMeans(t *testing.T) {
	tests := map[string]struct {
		code       int
		body, says string
		status     Status
	}{
		"posted":                {200, "ok", "200 OK", Accepted},
		"the body is wrong":     {400, "invalid_payload", "400 Bad Request: invalid_payload", Refused},
		"nobody like that":      {400, "user_not_found", "make another one; 400", Refused},
		"forbidden":             {403, "action_prohibited", "ask its admins; 403", Refused},
		"a bad token":           {403, "invalid_token", "copy it again; 403", Refused},
		"no such channel":       {404, "channel_not_found", "for another one; 404", Refused},
		"the webhook was taken": {404, "no_service", "make another one in Slack", Refused},
		"the team is gone":      {404, "no_team", "the workspace is not there", Refused},
		"an archived channel":   {410, "channel_is_archived", "is archived", Refused},
		"too fast":              {429, "rate_limited", "429 Too Many", Retry},
		"Slack itself":          {500, "rollup_error", "500", Retry},
		"its front door":        {503, "", "503", Retry},
	}
	s := newSet(t, Options{})
	for name, test := range tests {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(test.code)
			_, _ = io.WriteString(w, test.body)
		}))
		o := s.Send(t.Context(), chat(server.URL), pageNotice())
		if o.Status != test.status || !strings.Contains(o.Words, test.says) || o.Status == Retry && o.RetryAfter != 30*time.Second {
			t.Errorf("%s: got %+v", name, o)
		}
		server.Close()
	}
}

func TestAWebPageIsNoIncomingWebhook(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<html>Sign in</html>")
	}))
	defer server.Close()
	if o := newSet(t, Options{}).Send(t.Context(), chat(server.URL), pageNotice()); o.Status != Refused {
		t.Errorf("got %+v", o)
	}
}

func TestSlacksWordsHoldNoSecret(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, "%s %s", r.URL, body)
	}))
	defer server.Close()
	o := newSet(t, Options{}).Send(t.Context(), chat(server.URL), pageNotice())
	for _, secret := range []string{"T0AAAAAAA", "B0BBBBBBB", "cccccccc", token} {
		if strings.Contains(o.Words, secret) {
			t.Errorf("the words tell %s: %q", secret, o.Words)
		}
	}
}

func TestSlackValidate(t *testing.T) {
	s := newSet(t, Options{})
	tests := map[string]struct{ to, says string }{
		"a webhook":             {"https://hooks.slack.com" + slackPath, ""},
		"of another chat":       {"https://chat.example/hooks/abc", ""},
		"as an export shows it": {"https://hooks.slack.com/…", ""},
		"the host alone":        {"https://hooks.slack.com/", "to: this is Slack's host alone"},
		"a channel's name":      {"#ops", "to: a URL that Firehall calls begins with"},
		"an inner address":      {"http://10.1.2.3/hooks/abc", "to: 10.1.2.3 is an inner address"},
		"nothing":               {"", "to: "},
	}
	for name, test := range tests {
		err := s.Validate(Contact{Kind: "slack", To: test.to})
		if test.says == "" && err != nil || test.says != "" && (!fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), test.says)) {
			t.Errorf("%s: got %v, want %q", name, err, test.says)
		}
	}
	if o := s.Send(t.Context(), Contact{Kind: "slack", To: "https://hooks.slack.com/…"}, pageNotice()); o.Status != Refused || !strings.Contains(o.Words, "set it again") {
		t.Errorf("without its URL: %+v", o)
	}
}
