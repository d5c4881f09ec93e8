package channel

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestRedirects(t *testing.T) {
	tests := map[string]struct {
		code, hops int
		to         string
		status     Status
		words      string
	}{
		"307 is followed":                 {307, 1, "", Accepted, "200 OK"},
		"308 is followed":                 {308, 1, "", Accepted, "200 OK"},
		"three are followed":              {307, 3, "", Accepted, "200 OK"},
		"four are not":                    {307, 4, "", Refused, "more than three"},
		"301 is not":                      {301, 1, "", Refused, "only 307 and 308"},
		"302 is not":                      {302, 1, "", Refused, "only 307 and 308"},
		"303 is not":                      {303, 1, "", Refused, "only 307 and 308"},
		"to an inner address is not":      {307, 1, "http://10.0.0.1/secret-hop", Refused, "10.0.0.1 is an inner address"},
		"to the cloud's metadata is not":  {308, 1, "http://169.254.169.254/latest", Refused, "169.254.169.254 is an inner address"},
		"to another scheme is not":        {307, 1, "gopher://hooks.example/secret-hop", Refused, "begins with https://"},
		"with a password in it is not":    {307, 1, "http://a:secret-hop@hooks.example/", Refused, "user name or password"},
		"to a place that cannot be read":  {307, 1, "http://%zz/secret-hop", Unknown, "the call failed"},
		"to a name of an inner address":   {307, 1, "http://inner.example/secret-hop", Refused, "10.0.0.7 is an inner address"},
		"to a name that nobody can reach": {307, 1, "http://127.0.0.1:1/secret-hop", Retry, "refused"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSet(t, Options{})
			s.guard.resolver = nameServer([]string{"10.0.0.7"})
			var got []byte
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				hop := strings.Count(r.URL.Path, "/hop")
				if hop == test.hops {
					got, _ = io.ReadAll(r.Body)
					return
				}
				to := test.to
				if to == "" {
					to = r.URL.Path + "/hop"
				}
				w.Header().Set("Location", to)
				w.WriteHeader(test.code)
			}))
			defer server.Close()
			o := s.Send(t.Context(), hook(server.URL), pageNotice())
			if o.Status != test.status || !strings.Contains(o.Words, test.words) {
				t.Errorf("got %+v, want %s with %q", o, test.status, test.words)
			}
			if want, _ := webhookBody(pageNotice()); test.status == Accepted && !bytes.Equal(got, want) {
				t.Errorf("the last hop got %q", got)
			}
			if strings.Contains(o.Words, "secret-hop") || strings.Contains(o.Words, "T0PSECRET") {
				t.Errorf("the words tell a URL: %q", o.Words)
			}
		})
	}
}

func TestARedirectFromHTTPSToHTTPIsRefused(t *testing.T) {
	open := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the page crossed the network in the clear") }))
	defer open.Close()
	server := httptest.NewTLSServer(http.RedirectHandler(open.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	s := newSet(t, Options{Roots: poolOf(server.Certificate())})
	if o := s.Send(t.Context(), hook(server.URL), pageNotice()); o.Status != Refused || !strings.Contains(o.Words, "from https to http") {
		t.Errorf("got %+v", o)
	}
}

func TestInnerAddressesAreRefusedForGood(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was called") }))
	defer server.Close()
	s := newSet(t, Options{AllowPrivate: prefixes("10.0.0.0/8")})
	o := s.Send(t.Context(), hook(server.URL), pageNotice())
	want := "127.0.0.1 is an inner address; to allow it set FIREHALL_ALLOW_PRIVATE_NETWORKS=127.0.0.0/8"
	if o.Status != Refused || o.Words != want {
		t.Errorf("got %+v, want %q", o, want)
	}
}

// rawServer answers each connection with what talk does, and gives its URL.
func rawServer(t *testing.T, talk func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer conn.Close()
				talk(conn)
			})
		}
	})
	t.Cleanup(func() { l.Close(); open.Wait() })
	return "http://" + l.Addr().String()
}

// readRequest reads a whole HTTP request.
func readRequest(conn net.Conn) {
	buffer := make([]byte, 1)
	var head []byte
	for !bytes.HasSuffix(head, []byte("}}")) { // the end of a page's body
		if _, err := conn.Read(buffer); err != nil {
			return
		}
		head = append(head, buffer[0])
	}
}

func TestFailuresWithoutAnAnswer(t *testing.T) {
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	shut := rawServer(t, func(net.Conn) {})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + listener.Addr().String()
	listener.Close()
	hang := func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) } // until the caller hangs up

	tests := map[string]struct {
		url    string
		within time.Duration
		status Status
		words  string
	}{
		"nobody listens":                        {nobody, Within, Retry, "the connection was refused"},
		"the name is not known":                 {"http://unknown.example", Within, Retry, "the host's name was not found"},
		"a certificate of nobody we know":       {untrusted.URL, Within, Retry, "TLS failed: the certificate is signed by an authority"},
		"no TLS where the URL says https":       {"https" + strings.TrimPrefix(httpServer(t), "http"), Within, Retry, ""},
		"no end to the TLS handshake":           {"https" + strings.TrimPrefix(rawServer(t, hang), "http"), 50 * time.Millisecond, Retry, "no answer in time"},
		"closed before a word":                  {shut, Within, Unknown, "after the request was sent"},
		"closed after the request":              {rawServer(t, readRequest), Within, Unknown, "the connection was closed after the request was sent"},
		"no answer in time":                     {rawServer(t, hang), 50 * time.Millisecond, Unknown, "no answer in time after the request was sent"},
		"an answer that is not HTTP":            {rawServer(t, func(c net.Conn) { readRequest(c); fmt.Fprint(c, "SSH-2.0-x\r\n\r\n") }), Within, Unknown, "after the request was sent"},
		"an answer that breaks off in its head": {rawServer(t, func(c net.Conn) { readRequest(c); fmt.Fprint(c, "HTTP/1.1 200 OK\r\nX") }), Within, Unknown, "after the request was sent"},
		"an answer that breaks off in its body": {rawServer(t, func(c net.Conn) { readRequest(c); fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok") }), Within, Accepted, "200 OK: ok"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSet(t, Options{})
			s.guard.resolver = nameServer(nil)
			ctx, cancel := context.WithTimeout(t.Context(), test.within)
			defer cancel()
			o := s.Send(ctx, hook(test.url), pageNotice())
			if o.Status != test.status || !strings.Contains(o.Words, test.words) {
				t.Errorf("got %+v, want %s with %q", o, test.status, test.words)
			}
			if strings.Contains(o.Words, "T0PSECRET") || strings.Contains(o.Words, "127.0.0.1") {
				t.Errorf("the words tell where: %q", o.Words)
			}
		})
	}
}

// httpServer returns the URL of a server without TLS.
func httpServer(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	return server.URL
}

func TestTimeoutWhileDialingIsRetried(t *testing.T) {
	s := newSet(t, Options{})
	s.guard.resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if o := s.Send(ctx, hook("http://slow.example"), pageNotice()); o.Status != Retry {
		t.Errorf("got %+v, want a retry", o)
	}
}
