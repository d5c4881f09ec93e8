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

	"firehall/internal/fault"
)

// fakeNtfy is an ntfy server as its documentation describes it: it takes JSON at
// its root, checks it, and answers with the message.
type fakeNtfy struct {
	*httptest.Server
	token    string // when set, what publishing needs
	messages []ntfyMessage
}

type ntfyMessage struct {
	ID         string   `json:"id"`
	Topic      string   `json:"topic"`
	SequenceID string   `json:"sequence_id"`
	Title      string   `json:"title"`
	Message    string   `json:"message"`
	Priority   int      `json:"priority"`
	Tags       []string `json:"tags"`
	Click      string   `json:"click"`
	Actions    []struct {
		Action  string            `json:"action"`
		Label   string            `json:"label"`
		URL     string            `json:"url"`
		Method  string            `json:"method"`
		Headers map[string]string `json:"headers"`
		Clear   bool              `json:"clear"`
	} `json:"actions"`
}

func newFakeNtfy(t *testing.T) *fakeNtfy {
	f := &fakeNtfy{}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

// ServeHTTP publishes. Limits: 4,096 bytes of message, twice that of JSON, three
// buttons.
func (f *fakeNtfy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	refuse := func(code, status int, words string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"code":%d,"http":%d,"error":%q}`, code, status, words)
	}
	body, _ := io.ReadAll(r.Body)
	var m ntfyMessage
	err := json.Unmarshal(body, &m)
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/":
		refuse(40401, 404, "page not found")
	case len(body) > 8192:
		refuse(41303, 413, "JSON body too large")
	case err != nil || !topicName.MatchString(m.Topic) || !topicName.MatchString(m.SequenceID):
		refuse(40017, 400, "invalid request: request body must be message JSON")
	case len(m.Actions) > 3 || m.Priority < 1 || m.Priority > 5:
		refuse(40018, 400, "invalid request: actions invalid")
	case len(m.Message) > 4096:
		refuse(40014, 400, "invalid request: attachments not allowed")
	case f.token != "" && r.Header.Get("Authorization") != "Bearer "+f.token:
		refuse(40301, 403, "forbidden")
	default:
		m.ID = fmt.Sprintf("msg%09d", len(f.messages)+1)
		f.messages = append(f.messages, m)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(m)
	}
}

// shown returns what a telephone shows: of a sequence the last message.
func (f *fakeNtfy) shown() map[string]ntfyMessage {
	out := map[string]ntfyMessage{}
	for _, m := range f.messages {
		out[m.SequenceID] = m
	}
	return out
}

func push(url string) Contact {
	return Contact{Kind: "ntfy", Name: "push", To: url + "/ana-7f3a"}
}

func TestNtfyBodies(t *testing.T) {
	for _, kind := range allTypes {
		body, err := ntfyBody("ana-7f3a", noticeOf(kind))
		if err != nil {
			t.Fatal(err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, body, "", "  "); err != nil {
			t.Fatal(err)
		}
		golden(t, "ntfy_"+string(kind)+".json", pretty.Bytes())
	}
}

func TestAPushRingsAndItsButtonsAct(t *testing.T) {
	server := newFakeNtfy(t)
	n := pageNotice()
	o := newSet(t, Options{}).Send(t.Context(), push(server.URL), n)
	if o.Status != Accepted || o.ProviderID != "msg000000001" || o.Words != "published" {
		t.Fatalf("got %+v", o)
	}
	m := server.messages[0]
	if m.Topic != "ana-7f3a" || m.Priority != 5 || m.Click != n.Actions.Page || m.SequenceID != string(n.SendID) {
		t.Errorf("got %+v", m)
	}
	ack := m.Actions[0]
	if ack.Action != "http" || ack.Method != "POST" || ack.URL != n.Actions.Ack || !ack.Clear {
		t.Errorf("the first button is %+v", ack)
	}
	if m.Actions[1].URL != n.Actions.Escalate || m.Actions[2].Action != "view" || m.Actions[2].URL != n.Actions.Page {
		t.Errorf("the others are %+v", m.Actions[1:])
	}
}

func TestNewsTakesThePlaceOfItsPageInSilence(t *testing.T) {
	server := newFakeNtfy(t)
	s := newSet(t, Options{})
	page := pageNotice()
	again := pageNotice()
	again.SendID = "send_00k3f9tq6v8s9abcdefghijklm"
	news := noticeOf(Update)
	news.SendID, news.Replaces = "send_00k3f9tq6v8saabcdefghijklm", page.SendID
	for _, n := range []Notice{page, again, news} {
		if o := s.Send(t.Context(), push(server.URL), n); o.Status != Accepted {
			t.Fatal(o)
		}
	}
	shown := server.shown()
	if len(shown) != 2 {
		t.Fatalf("%d notifications are shown: a second page must ring by itself, and news must not", len(shown))
	}
	got := shown[string(page.SendID)]
	if got.Title != "Ana has it" || got.Priority != ntfyQuiet || len(got.Actions) != 1 {
		t.Errorf("in the page's place stands %+v", got)
	}
}

func TestHowLoudAPushIs(t *testing.T) {
	low := pageNotice()
	low.Urgency = 2
	tests := map[string]struct {
		notice Notice
		want   int
	}{
		"a page of high urgency": {pageNotice(), 5},
		"a page of low urgency":  {low, 3},
		"a test, as a page":      {noticeOf(Test), 5},
		"a handoff":              {noticeOf(Handoff), 3},
		"who has it":             {noticeOf(Update), 2},
		"that it is over":        {noticeOf(Resolved), 2},
		"what waits":             {noticeOf(Digest), 2},
	}
	for name, test := range tests {
		if got := ntfyPriority(test.notice); got != test.want {
			t.Errorf("%s: got %d, want %d", name, got, test.want)
		}
	}
}

func TestAHugeNoticeStaysWithinNtfysLimits(t *testing.T) {
	server := newFakeNtfy(t)
	n := pageNotice()
	n.Alert.Summary = strings.Repeat(`"\<`, 5000)
	n.Reason, n.Next = strings.Repeat(`\`, 9000), strings.Repeat(`"`, 9000)
	for range 200 {
		n.Others = append(n.Others, strings.Repeat("é\"", 50))
	}
	if o := newSet(t, Options{}).Send(t.Context(), push(server.URL), n); o.Status != Accepted {
		t.Fatalf("got %+v", o)
	}
}

func TestAnAccessTokenGoesAlong(t *testing.T) {
	server := newFakeNtfy(t)
	server.token = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"
	s, c := newSet(t, Options{}), push(server.URL)
	o := s.Send(t.Context(), c, pageNotice())
	if o.Status != Refused || !strings.Contains(o.Words, "access token") || !strings.Contains(o.Words, "403 Forbidden") {
		t.Errorf("without it: %+v", o)
	}
	c.Secrets = []string{server.token}
	if o := s.Send(t.Context(), c, pageNotice()); o.Status != Accepted {
		t.Errorf("with it: %+v", o)
	}
}

func TestWhatAnAnswerOfNtfyMeans(t *testing.T) {
	tests := map[string]struct {
		code             int
		kind, body, wait string
		status           Status
		after            time.Duration
	}{
		"published":                   {200, "application/json", `{"id":"sPs71M8A2T","time":1}`, "", Accepted, 0},
		"an answer that is cut off":   {200, "application/json", `{"id":"sPs71M8A2T","message":"` + strings.Repeat("x", 9000), "", Accepted, 0},
		"some web site":               {200, "text/html", "<html>Welcome</html>", "", Refused, 0},
		"some other API":              {200, "application/json", `{"ok":true}`, "", Refused, 0},
		"400":                         {400, "application/json", `{"code":40009}`, "", Refused, 0},
		"401":                         {401, "application/json", `{"code":40101}`, "", Refused, 0},
		"404":                         {404, "application/json", `{"code":40401}`, "", Refused, 0},
		"413":                         {413, "application/json", `{"code":41303}`, "", Refused, 0},
		"429 with seconds":            {429, "application/json", `{"code":42901}`, "12", Retry, 12 * time.Second},
		"429, the day's messages":     {429, "application/json", `{"code":42908}`, "", Retry, 0},
		"500":                         {500, "application/json", `{"code":50001}`, "", Retry, 0},
		"507, nobody has it open yet": {507, "application/json", `{"code":50701}`, "", Retry, 0},
	}
	s := newSet(t, Options{})
	for name, test := range tests {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", test.kind)
			if test.wait != "" {
				w.Header().Set("Retry-After", test.wait)
			}
			w.WriteHeader(test.code)
			_, _ = io.WriteString(w, test.body)
		}))
		o := s.Send(t.Context(), push(server.URL), pageNotice())
		if o.Status != test.status || o.RetryAfter != test.after || o.Words == "" {
			t.Errorf("%s: got %+v", name, o)
		}
		server.Close()
	}
}

func TestNtfysWordsHoldNoSecret(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, "%s %s", r.Header.Get("Authorization"), body)
	}))
	defer server.Close()
	c := push(server.URL)
	c.Secrets = []string{"tk_T0PSECRET"}
	o := newSet(t, Options{}).Send(t.Context(), c, pageNotice())
	for _, secret := range []string{"tk_T0PSECRET", "ana-7f3a", token} {
		if strings.Contains(o.Words, secret) {
			t.Errorf("the words tell %s: %q", secret, o.Words)
		}
	}
}

func TestNtfyValidate(t *testing.T) {
	s := newSet(t, Options{})
	tests := map[string]struct {
		contact Contact
		says    string
	}{
		"a topic":               {Contact{To: "https://ntfy.example/ana-7f3a"}, ""},
		"at another port":       {Contact{To: "https://ntfy.example:8443/ana_7f3a"}, ""},
		"no topic":              {Contact{To: "https://ntfy.example/"}, "to: this is not a topic"},
		"no path":               {Contact{To: "https://ntfy.example"}, "to: this is not a topic"},
		"two parts":             {Contact{To: "https://ntfy.example/ana/json"}, "to: this is not a topic"},
		"a query":               {Contact{To: "https://ntfy.example/ana?auth=x"}, "to: this is not a topic"},
		"a space":               {Contact{To: "https://ntfy.example/ana%20reis"}, "to: this is not a topic"},
		"65 characters":         {Contact{To: "https://ntfy.example/" + strings.Repeat("a", 65)}, "to: this is not a topic"},
		"the topic alone":       {Contact{To: "ana-7f3a"}, "to: a URL that Firehall calls begins with"},
		"an inner address":      {Contact{To: "http://10.1.2.3/ana"}, "to: 10.1.2.3 is an inner address"},
		"two tokens":            {Contact{To: "https://ntfy.example/ana", Secrets: []string{"a", "b"}}, "secret: an ntfy contact has one"},
		"a password in the URL": {Contact{To: "https://ana:pw@ntfy.example/ana"}, "to: the URL holds a user name"},
	}
	for name, test := range tests {
		test.contact.Kind = "ntfy"
		err := s.Validate(test.contact)
		if test.says == "" && err != nil || test.says != "" && (!fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), test.says)) {
			t.Errorf("%s: got %v, want %q", name, err, test.says)
		}
	}
}

func TestWithoutAPublicURLAPushHasNoButtons(t *testing.T) {
	server := newFakeNtfy(t)
	n := pageNotice()
	n.Actions = Actions{Ack: "/p/x/ack", Escalate: "/p/x/escalate", Page: "/p/x"}
	if o := newSet(t, Options{}).Send(t.Context(), push(server.URL), n); o.Status != Accepted {
		t.Fatal(o)
	}
	if m := server.messages[0]; len(m.Actions) != 0 || m.Click != "" {
		t.Errorf("got %+v", m)
	}
}
