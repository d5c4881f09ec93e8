package source

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"firehall/internal/intake"
)

// packed returns what gzip makes of a body.
func packed(body []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(body)
	_ = z.Close()
	return out.Bytes()
}

// endless yields n times x, and no length beforehand.
func endless(n int) io.Reader { return io.LimitReader(forever{}, int64(n)) }

type forever struct{}

func (forever) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestLimitsAreExact(t *testing.T) {
	onBoth(t, func(w *world) {
		limit := intake.Limit("generic")
		w.post("/in/generic/"+genericKey, string(ofSize(limit))).is(http.StatusAccepted)
		a := w.post("/in/generic/"+genericKey, string(ofSize(limit+1))).is(http.StatusRequestEntityTooLarge, "1048576 bytes")
		if a.Header().Get("Content-Type") != "application/problem+json" {
			w.t.Errorf("type %s", a.Header().Get("Content-Type"))
		}
		if n := len(w.alerts()); n != 2 {
			w.t.Errorf("%d alerts, want the big one and the one about the bigger", n)
		}
	})
}

func TestOfABodyThatIsTooLargeItsSizeAndItsBeginningAreKept(t *testing.T) {
	const size = 50 << 20
	bodies := map[string]func() (io.Reader, []string){
		"with its length":    func() (io.Reader, []string) { return strings.NewReader(strings.Repeat("x", size)), nil },
		"without its length": func() (io.Reader, []string) { return endless(size), nil },
	}
	onBoth(t, func(w *world) {
		for name, make := range bodies {
			body, headers := make()
			w.send("POST", "/in/generic/"+calmKey, body, headers...).is(http.StatusRequestEntityTooLarge)
			a := w.one()
			if m := w.opening(a.ID); len(m.Body) != firstOf || m.Size != size {
				w.t.Errorf("%s: kept %d bytes of %d", name, len(m.Body), m.Size)
			}
			if a.Details["size"] != fmt.Sprintf("%d bytes", size) {
				w.t.Errorf("%s: details %v", name, a.Details)
			}
		}
	})
}

func TestGzipIsUnpackedWithinTheLimit(t *testing.T) {
	onBoth(t, func(w *world) {
		const sent = `{"summary":"packed","key":"p"}`
		var got acceptedJSON
		w.post("/in/generic/"+genericKey, string(packed([]byte(sent))), "Content-Encoding", "gzip").is(http.StatusAccepted).into(&got)
		if m := w.message(got.Message); string(m.Body) != sent {
			w.t.Errorf("kept %q", m.Body)
		}
		bomb := packed(bytes.Repeat([]byte("x"), 200<<20))
		if len(bomb) > 1<<20 {
			w.t.Fatalf("the bomb is too large to be one: %d bytes", len(bomb))
		}
		w.post("/in/generic/"+genericKey, string(bomb), "Content-Encoding", "gzip").is(http.StatusRequestEntityTooLarge)
		w.post("/in/generic/"+genericKey, sent, "Content-Encoding", "gzip").is(http.StatusBadRequest, "not gzip")
		cut := packed(ofSize(5000))
		w.post("/in/generic/"+genericKey, string(cut[:len(cut)-6]), "Content-Encoding", "gzip").is(http.StatusBadRequest, "ended before")
		w.post("/in/generic/"+genericKey, sent, "Content-Encoding", "br").is(http.StatusBadRequest, "Content-Encoding")
		list := w.alerts()
		if len(list) != 2 || list[1].Signals != 4 {
			w.t.Fatalf("alerts %+v, want one about four messages", list)
		}
		if m := w.opening(list[1].ID); len(m.Body) != firstOf {
			w.t.Errorf("of the bomb %d bytes are kept", len(m.Body))
		}
		if left := w.doors.known.left.Load(); left != knownRoom {
			w.t.Errorf("%d bytes of room are left, want all", left)
		}
	})
}

func TestHostileBodies(t *testing.T) {
	deep := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	tests := map[string]struct {
		body   string
		status int
	}{
		"10,000 levels deep":         {`{"summary":"x","details":` + deep + `}`, 400},
		"10,000 levels, not closed":  {strings.Repeat(`{"a":`, 10_000), 400},
		"NUL bytes":                  {"\x00\x00\x00", 400},
		"NUL in a text":              {`{"summary":"a\u0000b","key":"nul\u0000"}`, 202},
		"right-to-left marks":        {`{"summary":"\u202eevil\u202c","key":"rtl"}`, 202},
		"bytes that are not UTF-8":   {"{\"summary\":\"\xff\xfe\",\"key\":\"utf\"}", 202},
		"binary":                     {"\x1f\x8b\x08\x00garbage", 400},
		"a template":                 {`{"summary":"{{.Env}} ${jndi:ldap://x} <script>alert(1)</script>","key":"tpl"}`, 202},
		"a form":                     {"payload=%7B%7D", 400},
		"nothing":                    {"", 400},
		"a number":                   {"42", 400},
		"null":                       {"null", 400},
		"a very long number":         {`{"summary":"x","key":` + strings.Repeat("9", 100_000) + `}`, 400},
		"two values":                 {`{"summary":"x"}{"summary":"y"}`, 400},
		"an empty list":              {`[]`, 400},
		"the same name a hundred ks": {`{` + strings.Repeat(`"summary":"x",`, 30_000) + `"key":"same"}`, 202},
	}
	onBoth(t, func(w *world) {
		for name, test := range tests {
			if a := w.post("/in/generic/"+genericKey, test.body, "Content-Type", "text/html"); a.Code != test.status {
				w.t.Errorf("%s: answered %d, want %d: %s", name, a.Code, test.status, a.Body)
			}
		}
		for _, a := range w.alerts() {
			if strings.ContainsAny(a.Summary+a.Key, "\x00\u202e\n") {
				w.t.Errorf("alert %q %q is not neutral", a.Key, a.Summary)
			}
		}
	})
}

// raw sends bytes over a connection of its own and returns the status line.
// Sent in full it closes its side, as a client that breaks off does.
func raw(t testing.TB, server *httptest.Server, parts ...string) string {
	t.Helper()
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	for _, part := range parts {
		if _, err := io.WriteString(c, part); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func TestBrokenConnections(t *testing.T) {
	const path = "POST /in/generic/" + calmKey
	tests := map[string]struct {
		parts []string
		want  string
	}{
		"HTTP/1.0 without a length":    {[]string{path + " HTTP/1.0\r\n\r\n", `{"summary":"x"}`}, "HTTP/1.0 400"},
		"HTTP/1.0 with a length":       {[]string{path + " HTTP/1.0\r\nContent-Length: 15\r\n\r\n", `{"summary":"x"}`}, "HTTP/1.0 202"},
		"in chunks":                    {[]string{path + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "8\r\n{\"summar\r\n", "7\r\ny\":\"x\"}\r\n", "0\r\n\r\n"}, "HTTP/1.1 202"},
		"chunks that end early":        {[]string{path + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "8\r\n{\"summar\r\n"}, "HTTP/1.1 400"},
		"chunks that are none":         {[]string{path + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "zz\r\n"}, "HTTP/1.1 400"},
		"a length that is not reached": {[]string{path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 400\r\n\r\n", `{"summary":"x"}`}, "HTTP/1.1 400"},
	}
	onBoth(t, func(w *world) {
		server := httptest.NewServer(w.mux)
		defer server.Close()
		for name, test := range tests {
			if got := raw(w.t, server, test.parts...); !strings.HasPrefix(got, test.want) {
				w.t.Errorf("%s: answered %q, want %s", name, got, test.want)
			}
		}
		told := 0
		for _, a := range w.alerts() {
			if a.Key == "unreadable:calm" {
				told = a.Signals
			}
		}
		if told != 4 {
			w.t.Errorf("%d messages are told to be unreadable, want 4", told)
		}
	})
}
