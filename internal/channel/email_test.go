package channel

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"firehall/internal/fault"
)

var anasMail = Contact{Kind: "email", To: "ana@example.com", Name: "mail"}

func TestMailGoesOverSTARTTLSWithASignIn(t *testing.T) {
	for _, way := range []string{"PLAIN", "LOGIN"} {
		t.Run(way, func(t *testing.T) {
			s := &sink{user: "ana", password: "p@ss", ways: []string{way}}
			o := s.start(t, startTLS, "ana:p%40ss@", "").Send(t.Context(), anasMail, pageNotice())
			if o.Status != Accepted || !strings.HasPrefix(o.Words, "250 ") || o.Took <= 0 {
				t.Fatalf("got %+v", o)
			}
			mails := s.got()
			if len(mails) != 1 {
				t.Fatalf("the server has %d mails", len(mails))
			}
			m := mails[0]
			if m.from != "firehall@example.com" || m.to != "ana@example.com" || !m.secured || m.user != "ana" {
				t.Errorf("got from %s to %s by %q, secured %v", m.from, m.to, m.user, m.secured)
			}
			if !strings.Contains(m.data, "Subject: [Critical] Checkout: Checkout is failing") {
				t.Errorf("the mail:\n%s", m.data)
			}
		})
	}
}

func TestMailGoesOverSMTPS(t *testing.T) {
	s := &sink{user: "ana", password: "pw"}
	o := s.start(t, implicit, "ana:pw@", "").Send(t.Context(), anasMail, pageNotice())
	if mails := s.got(); o.Status != Accepted || len(mails) != 1 || !mails[0].secured {
		t.Errorf("got %+v and %d mails", o, len(mails))
	}
}

func TestMailGoesInTheClearOnlyWhenAskedFor(t *testing.T) {
	s := &sink{}
	o := s.start(t, none, "", "").Send(t.Context(), anasMail, pageNotice())
	if o.Status != Retry || !strings.Contains(o.Words, "offers no STARTTLS") || len(s.got()) != 0 {
		t.Errorf("not asked for: %+v and %d mails", o, len(s.got()))
	}
	s = &sink{user: "ana", password: "pw"}
	o = s.start(t, none, "ana:pw@", "&tls=off").Send(t.Context(), anasMail, pageNotice())
	if mails := s.got(); o.Status != Accepted || len(mails) != 1 || mails[0].secured {
		t.Errorf("asked for: %+v and %d mails", o, len(mails))
	}
}

func TestAMailServerWithTheWrongCertificateGetsNoMail(t *testing.T) {
	tests := map[string]struct {
		change func(*mailServer)
		words  string
	}{
		"of nobody we know": {func(m *mailServer) { m.roots = x509.NewCertPool() }, "by an authority that is not known"},
		"for another host":  {func(m *mailServer) { m.host = "localhost" }, "for another host"},
	}
	for name, test := range tests {
		for _, how := range []security{startTLS, implicit} {
			s := &sink{user: "ana", password: "pw"}
			set := s.start(t, how, "ana:pw@", "")
			test.change(set.kinds["email"].channel.(*email).server)
			o := set.Send(t.Context(), anasMail, pageNotice())
			if o.Status != Retry || !strings.Contains(o.Words, "mail server: TLS failed: the certificate is ") || !strings.Contains(o.Words, test.words) || len(s.got()) != 0 {
				t.Errorf("%s, %s: got %+v", name, how, o)
			}
		}
	}
}

func TestWhatTheMailServersAnswerMeans(t *testing.T) {
	tests := map[string]struct {
		sink    *sink
		account string
		status  Status
		words   string
	}{
		"sender refused for now":     {&sink{onMail: answer(451, "busy")}, "", Retry, "451 4.0.0 busy"},
		"sender refused":             {&sink{onMail: answer(550, "not you")}, "", Refused, "550 5.0.0 not you"},
		"recipient greylisted":       {&sink{onRcpt: answer(450, "later")}, "", Retry, "450 4.0.0 later"},
		"recipient unknown":          {&sink{onRcpt: answer(550, "no <ana@example.com> here")}, "", Refused, "550 5.0.0 no <…> here"},
		"mail refused for now":       {&sink{onEnd: answer(452, "disk full")}, "", Retry, "452 4.0.0 disk full"},
		"mail refused":               {&sink{onEnd: answer(554, "looks like spam")}, "", Refused, "554 5.0.0 looks like spam"},
		"a wrong password":           {&sink{user: "ana", password: "right"}, "ana:wr0ng-pass@", Refused, "535 5.7.8"},
		"no way to sign in":          {&sink{user: "ana", ways: []string{"GSSAPI"}}, "ana:pw@", Retry, "offers no way to sign in"},
		"gone at the sender":         {&sink{onMail: hangUp}, "", Retry, "mail server: the connection was closed"},
		"gone at the recipient":      {&sink{onRcpt: hangUp}, "", Retry, "mail server: the connection was closed"},
		"gone after the whole mail":  {&sink{onEnd: hangUp}, "", Unknown, "the connection was closed after the mail was sent"},
		"words over several lines":   {&sink{onRcpt: answer(550, "one\ntwo")}, "", Refused, "550 one 5.0.0 two"},
		"words that tell the secret": {&sink{user: "ana", password: "pw-right", onRcpt: answer(550, "pw-right "+token)}, "ana:pw-right@", Refused, "550 5.0.0 … …"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := test.sink.start(t, startTLS, test.account, "").Send(t.Context(), anasMail, pageNotice())
			if o.Status != test.status || !strings.Contains(o.Words, test.words) {
				t.Errorf("got %+v, want %s with %q", o, test.status, test.words)
			}
			if len(test.sink.got()) != 0 {
				t.Error("the mail is there all the same")
			}
		})
	}
}

func TestAMailServerThatDoesNotAnswerInTime(t *testing.T) {
	tests := map[string]struct {
		place  func(*sink, func(*smtp.Conn) error)
		status Status
	}{
		"at the sender":        {func(s *sink, hang func(*smtp.Conn) error) { s.onMail = hang }, Retry},
		"at the recipient":     {func(s *sink, hang func(*smtp.Conn) error) { s.onRcpt = hang }, Retry},
		"after the whole mail": {func(s *sink, hang func(*smtp.Conn) error) { s.onEnd = hang }, Unknown},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s, gone := &sink{}, make(chan struct{})
			test.place(s, func(*smtp.Conn) error {
				cancel() // the caller's time is over just while the server thinks
				<-gone
				return answer(451, "too late")(nil)
			})
			set := s.start(t, startTLS, "", "")
			o := set.Send(ctx, anasMail, pageNotice())
			close(gone)
			if o.Status != test.status {
				t.Errorf("got %+v, want %s", o, test.status)
			}
		})
	}
}

func TestAMailServerThatCannotBeReached(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	l.Close()
	silent := strings.TrimPrefix(rawServer(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }), "http://")
	full := strings.TrimPrefix(rawServer(t, func(c net.Conn) { _, _ = io.WriteString(c, "421 too many connections\r\n") }), "http://")
	tests := map[string]struct {
		address string
		within  time.Duration
		words   string
	}{
		"nobody listens": {nobody, Within, "mail server: the connection was refused"},
		"no greeting":    {silent, 50 * time.Millisecond, "mail server: no answer in time"},
		"turns us away":  {full, Within, "421 too many connections"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			set := newSet(t, Options{SMTPURL: "smtp://" + test.address + "?from=fh@example.com"})
			ctx, cancel := context.WithTimeout(t.Context(), test.within)
			defer cancel()
			if o := set.Send(ctx, anasMail, pageNotice()); o.Status != Retry || !strings.Contains(o.Words, test.words) {
				t.Errorf("got %+v, want a retry with %q", o, test.words)
			}
		})
	}
}

func TestWithoutAMailServer(t *testing.T) {
	o := newSet(t, Options{}).Send(t.Context(), anasMail, pageNotice())
	if o.Status != Refused || o.Words != "no mail server is set: set FIREHALL_SMTP_URL" {
		t.Errorf("got %+v", o)
	}
}

// TestTheOperatorsMailServerNeedsNoPermission: it stands on 127.0.0.1, which
// contacts may not reach here.
func TestTheOperatorsMailServerNeedsNoPermission(t *testing.T) {
	s := &sink{}
	set := s.start(t, startTLS, "", "")
	set.guard.allow = nil
	if o := set.Send(t.Context(), anasMail, pageNotice()); o.Status != Accepted {
		t.Errorf("got %+v", o)
	}
}

func TestEmailValidate(t *testing.T) {
	s := newSet(t, Options{})
	tests := map[string]bool{
		"ana@example.com":                   true,
		"ana+pager@mail.example.com":        true,
		"jürgen@example.com":                true,
		"":                                  false,
		"ana":                               false,
		"@example.com":                      false,
		"Ana <ana@example.com>":             false,
		"ana@example.com, ben@example.com":  false,
		"ana@example.com\r\nBcc: b@x.com":   false,
		"ana@example.com>\r\nRCPT TO:<b@x":  false,
		" ana@example.com":                  false,
		"ana@exa\u202emple.com":             false,
		strings.Repeat("a", 250) + "@x.com": false,
	}
	for to, ok := range tests {
		err := s.Validate(Contact{Kind: "email", To: to})
		if (err == nil) != ok || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: got %v, want ok %v", to, err, ok)
		}
		if ok {
			continue
		}
		if o := s.Send(t.Context(), Contact{Kind: "email", To: to}, pageNotice()); o.Status != Refused {
			t.Errorf("%q was sent: %+v", to, o)
		}
	}
}

func TestQueueID(t *testing.T) {
	for answer, want := range map[string]string{
		"2.0.0 Ok: queued as 4XYZ12":     "4XYZ12",
		"OK: queued as <a@b> (1 s)":      "<a@b>",
		"2.0.0 OK":                       "",
		"queued as ":                     ".",
		"2.0.0 Ok: queued as 4X\x00Y\nZ": "4X Y",
	} {
		if got := queueID(answer); got != want {
			t.Errorf("%q: got %q, want %q", answer, got, want)
		}
	}
}
