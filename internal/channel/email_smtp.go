package channel

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

// deliver hands one mail to the server for one recipient. A 5xx answer is
// Refused; every other failure before the mail's end was sent is Retry, for
// the server cannot have taken it; no answer after that is Unknown. The
// operator chose the server, so no guard stands before it.
func (s *mailServer) deliver(ctx context.Context, to string, mail []byte) Outcome {
	conn, err := s.dial(ctx)
	if err != nil {
		return mailFailed(ctx, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	talk, err := s.greet(conn)
	if err != nil {
		return mailFailed(ctx, err)
	}
	accepted, err := s.hand(talk, to, mail)
	if err != nil {
		return mailFailed(ctx, err)
	}
	_ = talk.Text.PrintfLine("QUIT") // a courtesy: the mail is the server's now
	return Outcome{Status: Accepted, Words: "250 " + accepted, ProviderID: queueID(accepted)}
}

// dial connects, with TLS where the URL says smtps.
func (s *mailServer) dial(ctx context.Context) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", s.address())
	if err != nil || s.security != implicit {
		return conn, err
	}
	secured := tls.Client(conn, s.tls())
	if err := secured.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return secured, nil
}

func (s *mailServer) tls() *tls.Config {
	return &tls.Config{ServerName: s.host, RootCAs: s.roots, MinVersion: tls.VersionTLS12}
}

// errNoStartTLS and errNoSignIn are not the contact's fault and pass when the
// operator mends them.
var (
	errNoStartTLS = errors.New("the mail server offers no STARTTLS, and mail is never sent in the clear unasked: use smtps://, a server with STARTTLS, or tls=off in FIREHALL_SMTP_URL")
	errNoSignIn   = errors.New("the mail server offers no way to sign in that Firehall knows (PLAIN, LOGIN, CRAM-MD5), but FIREHALL_SMTP_URL has a user")
)

// greet goes from the server's greeting to where mail may be sent: secured, and
// signed in when there is a user. It never sends a password over a connection
// that is not secured, but to this machine with tls=off.
func (s *mailServer) greet(conn net.Conn) (*smtp.Client, error) {
	talk, err := smtp.NewClient(conn, s.host)
	if err != nil {
		return nil, err
	}
	if err := talk.Hello(s.helo); err != nil {
		return nil, err
	}
	if s.security == startTLS {
		if ok, _ := talk.Extension("STARTTLS"); !ok {
			return nil, errNoStartTLS
		}
		if err := talk.StartTLS(s.tls()); err != nil {
			return nil, err
		}
	}
	if s.user == "" {
		return talk, nil
	}
	return talk, s.signIn(talk)
}

func (s *mailServer) signIn(talk *smtp.Client) error {
	_, offered := talk.Extension("AUTH")
	ways := strings.Fields(strings.ToUpper(offered))
	clear := s.security == none
	switch {
	case slices.Contains(ways, "PLAIN"):
		return talk.Auth(smtp.PlainAuth("", s.user, s.password, s.host, clear))
	case slices.Contains(ways, "LOGIN"):
		return talk.Auth(smtp.LoginAuth(s.user, s.password, s.host, clear))
	case slices.Contains(ways, "CRAM-MD5"):
		return talk.Auth(smtp.CRAMMD5Auth(s.user, s.password))
	}
	return errNoSignIn
}

// errUnanswered wraps a failure after the mail's end was sent.
var errUnanswered = errors.New("the mail server gave no answer to the mail")

// hand gives the server one mail and returns what it said to it.
func (s *mailServer) hand(talk *smtp.Client, to string, mail []byte) (string, error) {
	if err := talk.Mail("<" + s.from.Address + ">"); err != nil {
		return "", err
	}
	if err := talk.Rcpt("<" + to + ">"); err != nil {
		return "", err
	}
	w, err := talk.Data()
	if err != nil {
		return "", err
	}
	if _, err := w.Write(mail); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("%w: %w", errUnanswered, err)
	}
	return w.(*smtp.DataCloser).ServerResponse(), nil
}

// mailFailed returns the outcome of a mail that the server did not take, or
// may not have taken.
func mailFailed(ctx context.Context, err error) Outcome {
	var answer *textproto.Error
	switch {
	case errors.As(err, &answer) && answer.Code >= 500:
		return Outcome{Status: Refused, Words: fmt.Sprintf("%d %s", answer.Code, answer.Msg)}
	case errors.As(err, &answer):
		return Outcome{Status: Retry, Words: fmt.Sprintf("%d %s", answer.Code, answer.Msg)}
	case errors.Is(err, errNoStartTLS), errors.Is(err, errNoSignIn):
		return Outcome{Status: Retry, Words: err.Error()}
	}
	unanswered := errors.Is(err, errUnanswered)
	if ctx.Err() != nil {
		err = ctx.Err() // what broke the connection
	}
	if unanswered {
		return Outcome{Status: Unknown, Words: CallWords(err) + " after the mail was sent"}
	}
	return Outcome{Status: Retry, Words: "mail server: " + CallWords(err)}
}

// queueID returns the name that the server's answer gives the mail, if it does
// as most do: "2.0.0 Ok: queued as 4XYZ".
func queueID(answer string) string {
	_, after, ok := strings.Cut(answer, "queued as ")
	if !ok {
		return ""
	}
	return line(strings.Fields(after + " .")[0], 100)
}
