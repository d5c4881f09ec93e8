package channel

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"firehall/internal/fault"
)

func prefixes(all ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range all {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func TestCheckAddr(t *testing.T) {
	tests := map[string]struct {
		allow []netip.Prefix
		addr  string
		ok    bool
	}{
		"an outer address":                      {nil, "93.184.215.14", true},
		"an outer IPv6 address":                 {nil, "2606:2800:21f:cb07::1", true},
		"loopback":                              {nil, "127.0.0.1", false},
		"any loopback":                          {nil, "127.8.9.10", false},
		"IPv6 loopback":                         {nil, "::1", false},
		"private 10":                            {nil, "10.1.2.3", false},
		"private 172.16":                        {nil, "172.31.255.255", false},
		"just above private 172":                {nil, "172.32.0.1", true},
		"private 192.168":                       {nil, "192.168.1.1", false},
		"private IPv6":                          {nil, "fd00::1", false},
		"site-local IPv6":                       {nil, "fec0::1", false},
		"the cloud's metadata":                  {nil, "169.254.169.254", false},
		"the cloud's metadata on IPv6":          {nil, "fd00:ec2::254", false},
		"link-local IPv6":                       {nil, "fe80::1", false},
		"link-local IPv6 with a zone":           {nil, "fe80::1%eth0", false},
		"behind a carrier's NAT":                {nil, "100.64.0.1", false},
		"just above a carrier's NAT":            {nil, "100.128.0.1", true},
		"multicast":                             {nil, "224.0.0.1", false},
		"IPv6 multicast":                        {nil, "ff02::1", false},
		"unspecified":                           {nil, "0.0.0.0", false},
		"this network":                          {nil, "0.1.2.3", false},
		"IPv6 unspecified":                      {nil, "::", false},
		"broadcast":                             {nil, "255.255.255.255", false},
		"reserved":                              {nil, "240.0.0.1", false},
		"documentation 1":                       {nil, "192.0.2.1", false},
		"documentation 2":                       {nil, "198.51.100.1", false},
		"documentation 3":                       {nil, "203.0.113.1", false},
		"IPv6 documentation":                    {nil, "2001:db8::1", false},
		"benchmarks":                            {nil, "198.19.0.1", false},
		"loopback mapped to IPv6":               {nil, "::ffff:127.0.0.1", false},
		"an outer address mapped to IPv6":       {nil, "::ffff:93.184.215.14", true},
		"loopback compatible with IPv6":         {nil, "::127.0.0.1", false},
		"loopback through NAT64":                {nil, "64:ff9b::7f00:1", false},
		"an outer address through NAT64":        {nil, "64:ff9b::5db8:d70e", true},
		"a local NAT64":                         {nil, "64:ff9b:1::7f00:1", false},
		"private through 6to4":                  {nil, "2002:0a01:0203::1", false},
		"an outer address through 6to4":         {nil, "2002:5db8:d70e::1", true},
		"Teredo":                                {nil, "2001:0:4136:e378:8000:63bf:3fff:fdd2", false},
		"discard only":                          {nil, "100::1", false},
		"loopback where it is allowed":          {prefixes("127.0.0.0/8"), "127.0.0.1", true},
		"mapped loopback where it is allowed":   {prefixes("127.0.0.0/8"), "::ffff:127.0.0.1", true},
		"NAT64 loopback where it is allowed":    {prefixes("127.0.0.0/8"), "64:ff9b::7f00:1", true},
		"an allowed range written as IPv6":      {prefixes("::ffff:10.0.0.0/104"), "10.1.2.3", true},
		"private where only loopback is":        {prefixes("127.0.0.0/8"), "10.1.2.3", false},
		"one allowed address":                   {prefixes("10.1.2.3/32"), "10.1.2.3", true},
		"the neighbour of one allowed address":  {prefixes("10.1.2.3/32"), "10.1.2.4", false},
		"a range that is not written from zero": {prefixes("10.1.2.3/8"), "10.9.9.9", true},
		"an allowed link-local with a zone":     {prefixes("fe80::/10"), "fe80::1%eth0", true},
	}
	for name, test := range tests {
		err := NewGuard(test.allow, nil).CheckAddr(netip.MustParseAddr(test.addr))
		if (err == nil) != test.ok {
			t.Errorf("%s, %s: got %v, want ok %v", name, test.addr, err, test.ok)
		}
	}
}

func TestInnerAddressSaysTheWayOut(t *testing.T) {
	sentences := map[string]string{
		"127.0.0.1":        "127.0.0.1 is an inner address; to allow it set FIREHALL_ALLOW_PRIVATE_NETWORKS=127.0.0.0/8",
		"::ffff:127.0.0.1": "127.0.0.1 is an inner address; to allow it set FIREHALL_ALLOW_PRIVATE_NETWORKS=127.0.0.0/8",
		"10.1.2.3":         "10.1.2.3 is an inner address; to allow it set FIREHALL_ALLOW_PRIVATE_NETWORKS=10.1.2.3/32",
		"::1":              "::1 is an inner address; to allow it set FIREHALL_ALLOW_PRIVATE_NETWORKS=::1/128",
		"fe80::1%eth0":     "fe80::1 is an inner address; to allow it set FIREHALL_ALLOW_PRIVATE_NETWORKS=fe80::1/128",
	}
	for addr, want := range sentences {
		err := NewGuard(nil, nil).CheckAddr(netip.MustParseAddr(addr))
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestCheckURL(t *testing.T) {
	tests := map[string]struct{ url, says string }{
		"https":                        {"https://hooks.example/ana", ""},
		"http with a port":             {"http://hooks.example:9900/ana?x=1", ""},
		"an outer address":             {"http://93.184.215.14/", ""},
		"a name is not looked up":      {"https://inner.example/", ""},
		"nothing":                      {"", "begins with https://"},
		"no scheme":                    {"hooks.example/ana", "begins with https://"},
		"a file":                       {"file:///etc/passwd", "begins with https://"},
		"gopher":                       {"gopher://x.example/", "begins with https://"},
		"a script":                     {"javascript:alert(1)", "begins with https://"},
		"no host":                      {"https:///ana", "names no host"},
		"port 0":                       {"https://hooks.example:0/", "no such port"},
		"a port too high":              {"https://hooks.example:65536/", "no such port"},
		"a user":                       {"https://ana:s3cr3t@hooks.example/", "user name or password"},
		"a space before":               {" https://hooks.example/", "not a URL"},
		"a line end":                   {"https://hooks.example/\r\nX: y", "not a URL"},
		"a bad escape":                 {"https://hooks.example/%zz-s3cr3t", "not a URL"},
		"loopback":                     {"http://127.0.0.1:9900/", "FIREHALL_ALLOW_PRIVATE_NETWORKS=127.0.0.0/8"},
		"IPv6 loopback":                {"http://[::1]/", "inner address"},
		"mapped loopback":              {"http://[::ffff:7f00:1]/", "inner address"},
		"link-local with a zone":       {"http://[fe80::1%25eth0]/", "inner address"},
		"localhost":                    {"http://localhost:9900/", "inner address"},
		"localhost with a dot, louder": {"http://LOCALHOST.:9900/", "inner address"},
		"a name under localhost":       {"http://db.localhost/", "inner address"},
	}
	for name, test := range tests {
		err := NewGuard(nil, nil).CheckURL(test.url)
		if test.says == "" {
			if err != nil {
				t.Errorf("%s: got %v, want it allowed", name, err)
			}
			continue
		}
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v, want a fault with %q", name, err, test.says)
		} else if strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: the sentence repeats the URL: %v", name, err)
		}
	}
	for _, allow := range []string{"127.0.0.0/8", "::1/128"} {
		if err := NewGuard(prefixes(allow), nil).CheckURL("http://localhost/"); err != nil {
			t.Errorf("localhost where %s is allowed: %v", allow, err)
		}
	}
}

func TestDialLooksAtWhatANameStandsFor(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, closedPort, _ := net.SplitHostPort(closed.Addr().String())
	closed.Close()

	tests := map[string]struct {
		allow   []netip.Prefix
		answers []string
		port    string
		ok      bool
		inner   bool
	}{
		"an inner address":                       {nil, []string{"127.0.0.1"}, port, false, true},
		"several inner addresses":                {nil, []string{"10.0.0.1", "127.0.0.1"}, port, false, true},
		"an allowed one":                         {loopback, []string{"127.0.0.1"}, port, true, false},
		"an allowed one after an inner one":      {loopback, []string{"10.0.0.1", "127.0.0.1"}, port, true, false},
		"an inner one and one that is shut now":  {loopback, []string{"10.0.0.1", "127.0.0.1"}, closedPort, false, false},
		"one that is shut now and then an inner": {loopback, []string{"127.0.0.1", "10.0.0.1"}, closedPort, false, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			g := NewGuard(test.allow, nil)
			g.resolver = nameServer(test.answers)
			conn, err := g.Dial(t.Context(), "tcp", "rebound.example:"+test.port)
			if err == nil {
				conn.Close()
			}
			var inner *InnerAddress
			if (err == nil) != test.ok || errors.As(err, &inner) != test.inner {
				t.Errorf("got %v, want ok %v, inner %v", err, test.ok, test.inner)
			}
		})
	}
}

func TestANameThatChangesItsMindIsRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	s := newSet(t, Options{AllowPrivate: prefixes("127.0.0.1/32")})
	s.guard.transport.DisableKeepAlives = true
	s.guard.resolver = nameServer([]string{"127.0.0.1"}, []string{"127.0.0.2"})
	c := Contact{Kind: "webhook", To: "http://rebound.example:" + port + "/", Secrets: []string{"s"}}
	if o := s.Send(t.Context(), c, pageNotice()); o.Status != Accepted {
		t.Fatalf("first: %+v", o)
	}
	o := s.Send(t.Context(), c, pageNotice())
	if o.Status != Refused || !strings.HasPrefix(o.Words, "127.0.0.2 is an inner address") {
		t.Errorf("after the name changed: %+v, want it refused", o)
	}
}

func TestAGETFollowsWhatAPOSTDoesNot(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old-secret" {
			http.Redirect(w, r, "/new", http.StatusFound)
			return
		}
		if r.Header.Get("Referer") != "" {
			t.Errorf("the redirect tells where it came from: %s", r.Header.Get("Referer"))
		}
	}))
	defer server.Close()
	g := NewGuard(loopback, nil)
	defer g.Close()
	resp, err := g.Client(Within).Get(server.URL + "/old-secret")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET: %v, %v", resp, err)
	}
	resp.Body.Close()
	_, err = g.Client(Within).Post(server.URL+"/old-secret", "text/plain", strings.NewReader("x"))
	var redirect *errRedirect
	if !errors.As(err, &redirect) {
		t.Errorf("POST: got %v, want the redirect refused", err)
	}
}

func TestProxyVariablesAreIgnored(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	if NewGuard(nil, nil).transport.Proxy != nil {
		t.Error("the transport has a proxy")
	}
}
