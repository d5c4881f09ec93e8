package client

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// serve returns a client of a server that answers so.
func serve(t *testing.T, token string, answer http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	c, err := New(server.URL+"/", token, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheRequestIsWhatTheAPITakes(t *testing.T) {
	var got string
	c := serve(t, "fh_token", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = r.Method + " " + r.URL.String() + " " + r.Header.Get("Authorization") + " " + r.Header.Get("User-Agent") + " " + string(body)
		_, _ = w.Write([]byte(`{"id":"alert_1","next":{"what":"pages step 2","who":["ben"]},"more":1}`))
	})
	tests := map[string]struct {
		call func() error
		want string
	}{
		"list": {func() error {
			_, err := c.Alerts(t.Context(), AlertFilter{Status: "open", Service: "checkout", Text: "a b", Limit: 5})
			return err
		}, "GET /api/v1/alerts?limit=5&q=a+b&service=checkout&status=open Bearer fh_token firehall-cli/1.2.3 "},
		"act": {func() error {
			_, err := c.Act(t.Context(), "alert_1/../x", "note", map[string]string{"text": "hm"})
			return err
		}, `POST /api/v1/alerts/alert_1%2F..%2Fx/note Bearer fh_token firehall-cli/1.2.3 {"text":"hm"}`},
		"apply": {func() error {
			_, err := c.Apply(t.Context(), []byte(`{"people":{}}`), ApplyOptions{DryRun: true})
			return err
		}, `POST /api/v1/setup/apply Bearer fh_token firehall-cli/1.2.3 {"setup":{"people":{}},"dry_run":true,"prune":false,"overwrite":false}`},
	}
	for name, test := range tests {
		if err := test.call(); err != nil || got != test.want {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, got, test.want)
		}
	}
}

func TestARefusalIsASentence(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		token  string
		want   string
	}{
		"a detail":             {409, `{"title":"Conflict","status":409,"detail":"the alert is resolved"}`, "t", "the alert is resolved"},
		"fields":               {422, `{"detail":"two things are wrong","errors":[{"message":"no such zone","location":"people.ana.zone"},{"message":"too much"}]}`, "t", "two things are wrong\npeople.ana.zone: no such zone\ntoo much"},
		"another server":       {502, `<html>Bad gateway</html>`, "t", "the server answered 502 Bad Gateway"},
		"without a token":      {401, `{"detail":"this needs a valid token"}`, "", "this needs a token; set FIREHALL_TOKEN"},
		"with a token":         {401, `{"detail":"this needs a valid token"}`, "t", ": was it deleted, or is it another installation's?"},
		"no Firehall, but 200": {200, `<html>`, "t", "answered something that is not Firehall's: is the address right?"},
	}
	for name, test := range tests {
		c := serve(t, test.token, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(test.status)
			_, _ = w.Write([]byte(test.body))
		})
		_, err := c.Alert(t.Context(), "alert_1")
		if err == nil || !strings.HasSuffix(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARefusalIsNotSaidTwice(t *testing.T) {
	tests := map[string]struct {
		refusal Problem
		want    string
	}{
		"the field says the same": {Problem{Detail: "there is no x", Errors: []Mistake{{"service", "there is no x"}}}, "there is no x"},
		"the detail names it too": {Problem{Detail: "for: write 30m", Errors: []Mistake{{"for", "write 30m"}}}, "for: write 30m"},
		"the field says more":     {Problem{Detail: "no", Errors: []Mistake{{"from", "write 30m"}}}, "no\nfrom: write 30m"},
	}
	for name, test := range tests {
		if got := test.refusal.Error(); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestTheTokenFollowsNoRedirect(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the other server was called, with %q", r.Header.Get("Authorization"))
	}))
	defer other.Close()
	c := serve(t, "fh_token", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	if _, err := c.Alert(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "sends callers elsewhere") {
		t.Errorf("got %v", err)
	}
}

func TestHTTPSToAServerThatSpeaksHTTP(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	c, err := New(strings.Replace(server.URL, "http:", "https:", 1), "", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Alert(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "it speaks http, not https") {
		t.Errorf("got %v", err)
	}
}

func TestNoServer(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	c, err := New(server.URL, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Alert(context.Background(), "a"); err == nil || !strings.Contains(err.Error(), "no server answers at "+server.URL+"; is it running?") {
		t.Errorf("got %v", err)
	}
	for _, address := range []string{"", "firehall.example.com", "ftp://x", "http://"} {
		if _, err := New(address, "", ""); err == nil {
			t.Errorf("%q was taken", address)
		}
	}
}
