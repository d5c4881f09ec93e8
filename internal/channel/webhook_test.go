package channel

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"firehall/internal/fault"
)

// hook is a contact at a test server.
func hook(url string) Contact {
	return Contact{Kind: "webhook", Name: "hook", To: url + "/in/T0PSECRET-KEY", Secrets: []string{"whsec-one"}}
}

func TestWebhookBodies(t *testing.T) {
	for _, kind := range allTypes {
		body, err := webhookBody(noticeOf(kind))
		if err != nil {
			t.Fatal(err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, body, "", "  "); err != nil {
			t.Fatal(err)
		}
		pretty.WriteByte('\n')
		golden(t, "webhook_"+string(kind)+".json", pretty.Bytes())
	}
}

// TestAPageHasExactlyTheWordsOfTheContract spells out what scripts rely on.
func TestAPageHasExactlyTheWordsOfTheContract(t *testing.T) {
	n := pageNotice()
	got, err := webhookBody(n)
	if err != nil {
		t.Fatal(err)
	}
	a, page := n.Alert, n.Actions.Page
	want := fmt.Sprintf(`{"type":"page","send_id":%q,"person":"ana","urgency":"high","reason":"step 1 of payments",`+
		`"alert":{"id":%q,"key":"checkout/5xx","service":"checkout","summary":%q,"severity":"critical","status":"triggered","opened_at":"2026-11-20T03:07:00Z","url":%q},`+
		`"actions":{"ack":%q,"resolve":%q,"escalate":%q,"decline":%q,"note":%q,"page":%q}}`,
		n.SendID, a.ID, a.Summary, a.URL,
		page+"/ack", page+"/resolve", page+"/escalate", page+"/decline", page+"/note", page)
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAWebhookIsAPostThatItsReceiverCanVerify(t *testing.T) {
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
	}))
	defer server.Close()
	c := hook(server.URL)
	c.Secrets = []string{"whsec-new", "whsec-old"}
	n := pageNotice()
	o := newSet(t, Options{}).Send(t.Context(), c, n)
	if o.Status != Accepted || o.Words != "202 Accepted" || o.Took <= 0 {
		t.Fatalf("got %+v", o)
	}
	want := "t=1795144021"
	for _, secret := range c.Secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "1795144021.%s", body)
		want += ",v1=" + hex.EncodeToString(mac.Sum(nil))
	}
	headers := map[string]string{
		"Firehall-Signature": want,
		"Firehall-Send":      string(n.SendID),
		"Content-Type":       "application/json",
		"User-Agent":         "firehall/0.1.0",
	}
	for name, want := range headers {
		if got.Header.Get(name) != want {
			t.Errorf("%s: got %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if sent, _ := webhookBody(n); got.Method != http.MethodPost || !bytes.Equal(body, sent) {
		t.Errorf("%s with %s", got.Method, body)
	}
}

func TestWhatAnAnswerMeans(t *testing.T) {
	later := sentAt.Add(90 * time.Second).Format(http.TimeFormat)
	tests := map[string]struct {
		code       int
		retryAfter string
		status     Status
		wait       time.Duration
	}{
		"200":                                 {200, "", Accepted, 0},
		"204":                                 {204, "", Accepted, 0},
		"201 with a wait means nothing":       {201, "30", Accepted, 0},
		"301 without a place to go":           {301, "", Refused, 0},
		"304":                                 {304, "", Refused, 0},
		"400":                                 {400, "", Refused, 0},
		"401":                                 {401, "", Refused, 0},
		"404":                                 {404, "30", Refused, 0},
		"410":                                 {410, "", Refused, 0},
		"408":                                 {408, "", Retry, 0},
		"429":                                 {429, "", Retry, 0},
		"429 with seconds":                    {429, "17", Retry, 17 * time.Second},
		"429 with a date":                     {429, later, Retry, 90 * time.Second},
		"429 with a date that is over":        {429, "Fri, 20 Nov 2026 03:07:00 GMT", Retry, 0},
		"429 with a wait below zero":          {429, "-5", Retry, 0},
		"429 with more seconds than there is": {429, "99999999999999999999", Retry, 0},
		"429 with a year":                     {429, "31536000", Retry, 24 * time.Hour},
		"429 with words":                      {429, "soon", Retry, 0},
		"500":                                 {500, "", Retry, 0},
		"502":                                 {502, "", Retry, 0},
		"503 with seconds":                    {503, "5", Retry, 5 * time.Second},
	}
	s := newSet(t, Options{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if test.retryAfter != "" {
					w.Header().Set("Retry-After", test.retryAfter)
				}
				w.WriteHeader(test.code)
			}))
			defer server.Close()
			o := s.Send(t.Context(), hook(server.URL), pageNotice())
			if o.Status != test.status || o.RetryAfter != test.wait || !strings.HasPrefix(o.Words, fmt.Sprint(test.code)) {
				t.Errorf("got %+v, want %s after %v", o, test.status, test.wait)
			}
		})
	}
}

func TestAnAnswersWordsHoldNoSecret(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, "Cannot POST %s\r\nsigned with whsec-one\x00: %s", r.URL, body[len(body)-200:])
	}))
	defer server.Close()
	o := newSet(t, Options{}).Send(t.Context(), hook(server.URL), pageNotice())
	if !strings.HasPrefix(o.Words, "404 Not Found: Cannot POST … signed with …") {
		t.Errorf("words: %q", o.Words)
	}
	for _, secret := range []string{"T0PSECRET", "whsec-one", token} {
		if strings.Contains(o.Words, secret) {
			t.Errorf("the words tell %s: %q", secret, o.Words)
		}
	}
}

func TestALongAnswerIsNotReadToItsEnd(t *testing.T) {
	done := make(chan int, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent := 0
		for r.Context().Err() == nil {
			n, err := w.Write(bytes.Repeat([]byte("x"), 64<<10))
			sent += n
			if err != nil {
				break
			}
		}
		done <- sent
	}))
	defer server.Close()
	o := newSet(t, Options{}).Send(t.Context(), hook(server.URL), pageNotice())
	if o.Status != Accepted || len(o.Words) > MaxWords {
		t.Errorf("got %s, %d bytes of words", o.Status, len(o.Words))
	}
	<-done // ends only because the connection was given up
}

func TestConnectionsToOneHostAreKept(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen[r.RemoteAddr] = true
		fmt.Fprint(w, strings.Repeat("x", maxAnswer))
	}))
	defer server.Close()
	s := newSet(t, Options{})
	for range 20 {
		if o := s.Send(t.Context(), hook(server.URL), pageNotice()); o.Status != Accepted {
			t.Fatal(o)
		}
	}
	if len(seen) != 1 {
		t.Errorf("20 sends, one after another, took %d connections", len(seen))
	}
}

func TestWebhookValidate(t *testing.T) {
	s := newSet(t, Options{AllowPrivate: prefixes("10.0.0.0/8")})
	tests := map[string]struct {
		contact Contact
		says    string
	}{
		"good":                      {Contact{To: "https://hooks.example/ana"}, ""},
		"with two secrets":          {Contact{To: "https://hooks.example/ana", Secrets: []string{"a", "b"}}, ""},
		"an allowed inner address":  {Contact{To: "http://10.1.2.3/"}, ""},
		"another inner address":     {Contact{To: "http://127.0.0.1:9900/ana"}, "to: 127.0.0.1 is an inner address"},
		"a mail address":            {Contact{To: "ana@example.com"}, "to: a URL that Firehall calls begins with"},
		"with three secrets":        {Contact{To: "https://hooks.example/", Secrets: []string{"a", "b", "c"}}, "secret: a webhook has one secret"},
		"nothing":                   {Contact{}, "to: "},
		"a secret in a broken URL":  {Contact{To: "https://x\x7f.example/T0PSECRET"}, "to: this is not a URL"},
		"a secret before the host@": {Contact{To: "https://T0PSECRET:x@hooks.example/"}, "to: the URL holds a user name"},
	}
	for name, test := range tests {
		test.contact.Kind = "webhook"
		err := s.Validate(test.contact)
		switch {
		case test.says == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.says != "" && (!fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), test.says)):
			t.Errorf("%s: got %v, want %q", name, err, test.says)
		case err != nil && strings.Contains(err.Error(), "T0PSECRET"):
			t.Errorf("%s: the sentence tells the URL: %v", name, err)
		}
	}
}

func TestAWebhookWithoutASecretIsNeverSent(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was called") }))
	defer server.Close()
	for _, secrets := range [][]string{nil, {""}} {
		c := hook(server.URL)
		c.Secrets = secrets
		if o := newSet(t, Options{}).Send(t.Context(), c, pageNotice()); o.Status != Refused || !strings.Contains(o.Words, "no secret") {
			t.Errorf("got %+v", o)
		}
	}
}

func BenchmarkWebhook(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer server.Close()
	s, err := New(Options{Now: fixedNow, AllowPrivate: loopback})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if o := s.Send(b.Context(), hook(server.URL), pageNotice()); o.Status != Accepted {
				b.Error(o)
			}
		}
	})
}
