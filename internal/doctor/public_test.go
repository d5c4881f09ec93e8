package doctor

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// ours answers as this installation does.
func ours(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/api/v1/me" && r.Header.Get("Authorization") != "Bearer fh_token":
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path != "/healthz":
	case r.Method != http.MethodGet:
		w.WriteHeader(http.StatusMethodNotAllowed)
	default:
		w.Header().Set(ProofHeader, r.URL.Query().Get("nonce")+".ours")
		_, _ = io.WriteString(w, "ok\n")
		_ = http.NewResponseController(w).Flush()
		time.Sleep(DripWait) // what is measured is this wait
		_, _ = io.WriteString(w, "ok\n")
	}
}

// look visits a server at its https address.
func look(t *testing.T, answer http.HandlerFunc, change func(*Visitor)) []Diagnosis {
	t.Helper()
	server := httptest.NewTLSServer(answer)
	t.Cleanup(server.Close)
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	transport := client.Transport.(*http.Transport)
	transport.ExpectContinueTimeout = time.Second
	transport.DialContext = nil
	v := Visitor{
		Client: client, URL: strings.Replace(server.URL, "127.0.0.1", "localhost", 1), Nonce: "n1", Proof: "n1.ours",
		From: "this machine", Unreached: Problem, Token: "fh_token", Now: func() time.Time { return now },
	}
	transport.TLSClientConfig.ServerName = "example.com" // what the certificate is for
	if change != nil {
		change(&v)
	}
	// That localhost is every reader's own machine is found in each of these.
	return slices.DeleteFunc(v.Look(t.Context()), func(f Diagnosis) bool { return strings.Contains(f.Sentence, "every reader's own machine") })
}

func TestThePublicAddress(t *testing.T) {
	t.Parallel()
	status := func(n int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(n) }
	}
	tests := map[string]struct {
		answer http.HandlerFunc
		change func(*Visitor)
		level  Level
		says   string
	}{
		"it is ours": {ours, nil, OK, "reaches this installation from this machine"},
		"another Firehall": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(ProofHeader, r.URL.Query().Get("nonce")+".theirs")
			_, _ = io.WriteString(w, "ok\n")
		}, nil, Problem, "another Firehall answers"},
		"another server": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "It works!") }, nil, Problem, "another server answers"},
		"a proxy that takes the header away": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "ok\nok\n")
		}, nil, Problem, "takes parts of answers or requests away"},
		"a cache": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(ProofHeader, "n0.ours")
			_, _ = io.WriteString(w, "ok\n")
		}, nil, Problem, "a cache at"},
		"a proxy that reaches nothing": {status(502), nil, Problem, "a proxy answers at"},
		"a proxy with a sign-in":       {status(401), nil, Problem, "answers 401 to GET /healthz"},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusMovedPermanently)
		}, nil, Problem, "leads callers elsewhere"},
		"nobody answers":                 {ours, func(v *Visitor) { v.URL = "https://localhost:1" }, Problem, "cannot be reached from this machine: the connection was refused"},
		"nobody answers, seen by itself": {ours, func(v *Visitor) { v.URL, v.Unreached = "https://localhost:1", Warning }, Warning, "the connection was refused"},
		"no such name":                   {ours, func(v *Visitor) { v.URL = "https://no-such-name.invalid" }, Problem, "cannot be reached"},
		"a certificate for another host": {ours, func(v *Visitor) {
			v.Unreached = Warning
			v.Client.Transport.(*http.Transport).TLSClientConfig.ServerName = "firehall.example"
		}, Problem, "the certificate is for another host"},
		"a certificate that has expired": {ours, func(v *Visitor) {
			v.Client.Transport.(*http.Transport).TLSClientConfig.Time = func() time.Time { return now.AddDate(200, 0, 0) }
		}, Problem, "the certificate has expired"},
		"not set":      {ours, func(v *Visitor) { v.URL = "" }, Warning, "FIREHALL_PUBLIC_URL is not set"},
		"not an https": {ours, func(v *Visitor) { v.URL = "http://firehall.invalid" }, Warning, "is not https"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := look(t, test.answer, test.change)
			if len(got) == 0 {
				t.Fatal("nothing was found")
			}
			is(t, name, got[0], test.level, test.says)
			if test.level == OK {
				for _, f := range got {
					is(t, name, f, OK, "")
				}
			}
		})
	}
}

func TestWhatAProxyKeepsFromFirehall(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answer http.HandlerFunc
		change func(*Visitor)
		level  Level
		says   string // of any finding
	}{
		"it holds answers back": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(ProofHeader, r.URL.Query().Get("nonce")+".ours")
			_, _ = io.WriteString(w, "ok\nok\n")
		}, nil, Warning, "holds answers back"},
		"it takes Authorization away": {func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Authorization")
			ours(w, r)
		}, nil, Problem, "takes the header Authorization away"},
		"it refuses large messages": {func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength > 1<<20 {
				w.WriteHeader(http.StatusRequestEntityTooLarge)
				return
			}
			ours(w, r)
		}, nil, Problem, "refuses messages of 16 MiB with 413"},
		"its certificate expires soon": {ours, func(v *Visitor) {
			v.Now = func() time.Time { return time.Date(2084, 1, 20, 0, 0, 0, 0, time.UTC) }
		}, Warning, "expires on 2084-01-29, in 9 days"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var said []string
			for _, f := range look(t, test.answer, test.change) {
				if strings.Contains(f.Sentence, test.says) {
					is(t, name, f, test.level, test.says)
					return
				}
				said = append(said, f.Sentence)
			}
			t.Errorf("it says %q", said)
		})
	}
}

func TestNoTokenGoesOverANetworkInTheClear(t *testing.T) {
	v := Visitor{URL: "http://firehall.invalid", Token: "fh_token", Client: &http.Client{Transport: refuse{t}}}
	if got := v.passes(t.Context(), &url.URL{Scheme: "http", Host: "firehall.invalid"}); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

// refuse fails when anything is asked.
type refuse struct{ t *testing.T }

func (r refuse) RoundTrip(*http.Request) (*http.Response, error) {
	r.t.Error("the token was sent")
	return nil, errors.New("no")
}
