package channel

import (
	"crypto/x509"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
)

func TestAMailServerIsCheckedAndGetsNoMail(t *testing.T) {
	wrongHost := func(s *Set) { s.kinds["email"].channel.(*email).server.roots = x509.NewCertPool() }
	tests := map[string]struct {
		sink             *sink
		how              security
		account, options string
		change           func(*Set)
		says             string // "" when it is well
	}{
		"STARTTLS and a sign-in":       {sink: &sink{user: "ana", password: "pw"}, how: startTLS, account: "ana:pw@"},
		"TLS from the first byte":      {sink: &sink{user: "ana", password: "pw"}, how: implicit, account: "ana:pw@"},
		"in the clear, asked for":      {sink: &sink{}, how: none, options: "&tls=off"},
		"it refuses STARTTLS":          {sink: &sink{}, how: none, says: "offers no STARTTLS"},
		"the password is wrong":        {sink: &sink{user: "ana", password: "pw"}, how: startTLS, account: "ana:hush-hush@", says: "it answered 535"},
		"it knows no way to sign in":   {sink: &sink{user: "ana", password: "pw", ways: []string{"NTLM"}}, how: startTLS, account: "ana:pw@", says: "offers no way to sign in"},
		"a certificate nobody vouches": {sink: &sink{}, how: startTLS, change: wrongHost, says: "an authority that is not known"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.sink.onMail = func(*smtp.Conn) error { t.Error("a mail was begun"); return nil }
			set := test.sink.start(t, test.how, test.account, test.options)
			if test.change != nil {
				test.change(set)
			}
			got, err := set.CheckMail(t.Context())
			if test.says != "" {
				if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "hush") {
					t.Errorf("it says %v", err)
				}
				return
			}
			if err != nil || got.Secured != (test.how != none) || got.Until.IsZero() == got.Secured || got.SignedIn != (test.account != "") {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	set := newSet(t, Options{})
	if _, err := set.CheckMail(t.Context()); err == nil {
		t.Error("none is set, and it is fine")
	}
}

func TestAMailServerThatIsNotThere(t *testing.T) {
	set := newSet(t, Options{SMTPURL: "smtp://127.0.0.1:1?from=a@example.com"})
	if got, err := set.CheckMail(t.Context()); err == nil || err.Error() != "the connection was refused" || got.Server != "127.0.0.1:1" {
		t.Errorf("got %+v, %v", got, err)
	}
}
