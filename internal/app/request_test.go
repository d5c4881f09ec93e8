package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTheLogHoldsNoKeyAndNoToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	w.setup(small)
	w.post(`{"summary":"disk full","severity":"critical"}`)
	notice := <-w.sent
	_, token, _ := strings.Cut(notice.Actions.Page, "/p/")
	for _, path := range []string{"/in/generic/0123456789abcdef", "/in/generic/another-key-0123456", "/p/" + token, "/p/no-such-token-at-all", "/no/such/secret-path"} {
		_, _ = w.get(path)
	}
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Authorization", "Bearer the-bootstrap-token")
	_, _ = w.send(r)
	log := w.log.String()
	if !strings.Contains(log, "route=") || !strings.Contains(log, "request=") {
		t.Fatalf("requests are not logged: %s", log)
	}
	for _, secret := range []string{"0123456789abcdef", "another-key-0123456", token, "no-such-token", "secret-path", "the-bootstrap-token"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestAPanicIsA500AndALogLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	panics := w.outermost(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("out of luck") }))
	rec := httptest.NewRecorder()
	panics.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	if rec.Code != 500 || strings.Contains(rec.Body.String(), "luck") || !strings.Contains(rec.Body.String(), rec.Header().Get("X-Request-Id")) {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	if !strings.Contains(w.log.String(), "out of luck") {
		t.Error("the log does not tell it")
	}
}

func TestEveryAnswerKeepsBrowsersCareful(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.opts.Config.PublicURL = "https://firehall.example"
	w.start()
	rec := httptest.NewRecorder()
	w.server.Handler.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/healthz", nil))
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"Strict-Transport-Security": "max-age=31536000",
	} {
		if got := rec.Header().Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestForwardedAddressesAreBelievedFromTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		from      string
		forwarded []string
		want      string
	}{
		"no proxy":                         {"192.0.2.9:1", nil, "192.0.2.9"},
		"a stranger's word":                {"192.0.2.9:1", []string{"203.0.113.5"}, "192.0.2.9"},
		"a trusted proxy's word":           {"10.0.0.1:1", []string{"203.0.113.5"}, "203.0.113.5"},
		"what the client itself had said":  {"10.0.0.1:1", []string{"6.6.6.6, 203.0.113.5"}, "203.0.113.5"},
		"two trusted proxies":              {"10.0.0.1:1", []string{"203.0.113.5, 10.0.0.2"}, "203.0.113.5"},
		"in two headers":                   {"10.0.0.1:1", []string{"6.6.6.6", "203.0.113.5, 10.0.0.2"}, "203.0.113.5"},
		"with a port":                      {"10.0.0.1:1", []string{"203.0.113.5:4711"}, "203.0.113.5"},
		"IPv6":                             {"10.0.0.1:1", []string{"2001:db8::5"}, "2001:db8::5"},
		"nonsense":                         {"10.0.0.1:1", []string{"unknown"}, "10.0.0.1"},
		"nothing":                          {"10.0.0.1:1", nil, "10.0.0.1"},
		"all trusted: the first of them":   {"10.0.0.1:1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"a trusted proxy, IPv4 as in IPv6": {"[::ffff:10.0.0.1]:1", []string{"203.0.113.5"}, "203.0.113.5"},
	}
	a := &App{}
	a.opts.Config.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for name, test := range tests {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = test.from
		for _, hops := range test.forwarded {
			r.Header.Add("X-Forwarded-For", hops)
		}
		a.believeProxies(r)
		if got := remoteHost(r); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestTheCertificateIsReadAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writeCertificate(t, cert, key, 1)
	w.opts.Config.TLSCertFile, w.opts.Config.TLSKeyFile = cert, key
	w.start()
	if !strings.HasPrefix(w.URL(), "https://") {
		t.Fatalf("it serves %s", w.URL())
	}
	expect := func(when string, want int64) {
		t.Helper()
		w.pass(lookEvery)
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}} //nolint:gosec // it looks at the certificate itself
		response, err := client.Get(w.URL() + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if got := response.TLS.PeerCertificates[0].SerialNumber.Int64(); got != want {
			t.Errorf("%s: certificate %d, want %d", when, got, want)
		}
	}
	expect("at first", 1)
	writeCertificate(t, cert, key, 22)
	expect("after a change", 22)
	if err := os.WriteFile(cert, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	expect("while it is being written", 22)
	writeCertificate(t, cert, key, 333)
	expect("when it is whole", 333)
	if !strings.Contains(w.log.String(), "the one before stays in use") {
		t.Error("the log does not tell of the half one")
	}
}

// writeCertificate writes a certificate with a serial number, dated so that it
// differs from the one before.
func writeCertificate(t *testing.T, cert, key string, serial int64) {
	t.Helper()
	writeCertificateUntil(t, cert, key, serial, time.Unix(1<<34, 0))
}

func writeCertificateUntil(t *testing.T, cert, key string, serial int64, until time.Time) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Unix(0, 0), NotAfter: until,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Unix(1_700_000_000+serial, 0)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
}
