package channel

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// sink is a mail server that keeps what it gets. Each hook may refuse.
type sink struct {
	user, password        string // asked for when there is a user
	ways                  []string
	onMail, onRcpt, onEnd func(*smtp.Conn) error

	mu    sync.Mutex
	mails []sunk
}

// sunk is one mail in a sink.
type sunk struct {
	from, to, user string
	secured        bool
	data           string
}

// got returns the mails so far.
func (s *sink) got() []sunk {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]sunk(nil), s.mails...)
}

type sinkSession struct {
	sink *sink
	conn *smtp.Conn
	mail sunk
}

// NewSession implements smtp.Backend.
func (s *sink) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &sinkSession{sink: s, conn: c}, nil
}

func (s *sinkSession) AuthMechanisms() []string { return s.sink.ways }

func (s *sinkSession) Auth(way string) (sasl.Server, error) {
	check := func(user, password string) error {
		if user != s.sink.user || password != s.sink.password {
			return smtp.ErrAuthFailed
		}
		s.mail.user = user
		return nil
	}
	if way == "LOGIN" {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
}

// loginServer is the server's side of AUTH LOGIN.
type loginServer struct {
	check func(user, password string) error
	user  string
	step  int
}

func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.user, string(response))
}

func (s *sinkSession) Reset()        {}
func (s *sinkSession) Logout() error { return nil }

func (s *sinkSession) Mail(from string, _ *smtp.MailOptions) error {
	if s.sink.user != "" && s.mail.user == "" {
		return smtp.ErrAuthRequired
	}
	s.mail.from = from
	return call(s.sink.onMail, s.conn)
}

func (s *sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mail.to = to
	return call(s.sink.onRcpt, s.conn)
}

func (s *sinkSession) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := call(s.sink.onEnd, s.conn); err != nil {
		return err
	}
	_, s.mail.secured = s.conn.TLSConnectionState()
	s.mail.data = string(data)
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	s.sink.mails = append(s.sink.mails, s.mail)
	return nil
}

func call(hook func(*smtp.Conn) error, c *smtp.Conn) error {
	if hook == nil {
		return nil
	}
	return hook(c)
}

// certificate is one that only the tests believe, for 127.0.0.1.
func certificate(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	return server
}

// start serves s until the test ends: with STARTTLS, with TLS from the first
// byte, or without. It returns a Set that sends there and believes its
// certificate; account is "" or "user:password@".
func (s *sink) start(t *testing.T, how security, account, options string) *Set {
	t.Helper()
	cert := certificate(t)
	if s.ways == nil {
		s.ways = []string{"PLAIN"}
	}
	server := smtp.NewServer(s)
	server.ErrorLog = log.New(io.Discard, "", 0)
	server.AllowInsecureAuth = how == none
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address, scheme := l.Addr().String(), "smtp"
	switch how {
	case startTLS:
		server.TLSConfig = &tls.Config{Certificates: cert.TLS.Certificates}
	case implicit:
		scheme, l = "smtps", tls.NewListener(l, &tls.Config{Certificates: cert.TLS.Certificates})
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(l) })
	t.Cleanup(func() { server.Close(); serving.Wait() })
	url := scheme + "://" + account + address + "?from=firehall@example.com" + options
	return newSet(t, Options{SMTPURL: url, Roots: poolOf(cert.Certificate())})
}

// answer refuses with a code.
func answer(code int, words string) func(*smtp.Conn) error {
	return func(*smtp.Conn) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 0, 0}, Message: words}
	}
}

// hangUp ends the connection without a word.
func hangUp(c *smtp.Conn) error {
	c.Conn().Close()
	return errors.New("gone")
}
