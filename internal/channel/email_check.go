package channel

import (
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"time"
)

// MailCheck is what a mail server showed of itself.
type MailCheck struct {
	Server   string    // host:port
	Secured  bool      // by TLS
	SignedIn bool      // the URL holds a user, and the server took the password
	Until    time.Time // of its certificate; zero without TLS
}

// CheckMail connects to the mail server, secures the connection and signs in,
// as for a mail, and sends nothing. It fails with a sentence, without the
// password, when one of those fails, and when no mail server is set.
func (set *Set) CheckMail(ctx context.Context) (MailCheck, error) {
	mail, ok := set.kinds["email"].channel.(*email)
	if !ok || mail.server == nil {
		return MailCheck{}, errors.New("FIREHALL_SMTP_URL is not set")
	}
	s := mail.server
	out := MailCheck{Server: s.address()}
	conn, err := s.dial(ctx)
	if err != nil {
		return out, mailRefused(ctx, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	talk, err := s.greet(conn)
	if err != nil {
		return out, mailRefused(ctx, err)
	}
	out.SignedIn = s.user != ""
	if state, ok := talk.TLSConnectionState(); ok && len(state.PeerCertificates) > 0 {
		out.Secured, out.Until = true, state.PeerCertificates[0].NotAfter
	}
	_ = talk.Text.PrintfLine("QUIT") // a courtesy
	return out, nil
}

// mailRefused says why a mail server cannot be used.
func mailRefused(ctx context.Context, err error) error {
	var answer *textproto.Error
	switch {
	case errors.As(err, &answer):
		return fmt.Errorf("it answered %d %s", answer.Code, line(answer.Msg, 200))
	case errors.Is(err, errNoStartTLS), errors.Is(err, errNoSignIn):
		return err
	case ctx.Err() != nil:
		err = ctx.Err() // what broke the connection
	}
	return errors.New(CallWords(err))
}
