package channel

import (
	"strings"
	"testing"

	"firehall/internal/fault"
)

func TestParseSMTP(t *testing.T) {
	tests := map[string]struct {
		url, address string
		security     security
		user, pass   string
		from         string
	}{
		"the usual":           {"smtp://ana:p%40ss%2Fw@mail.example?from=fh@example.com", "mail.example:587", startTLS, "ana", "p@ss/w", "<fh@example.com>"},
		"with a port":         {"smtp://mail.example:25?from=fh@example.com", "mail.example:25", startTLS, "", "", "<fh@example.com>"},
		"smtps":               {"smtps://ana:pw@mail.example/?from=fh@example.com", "mail.example:465", implicit, "ana", "pw", "<fh@example.com>"},
		"smtps with a port":   {"smtps://mail.example:1465?from=fh@example.com", "mail.example:1465", implicit, "", "", "<fh@example.com>"},
		"a sender's name":     {"smtp://mail.example?from=The+Pager+%3Cfh@example.com%3E", "mail.example:587", startTLS, "", "", `"The Pager" <fh@example.com>`},
		"in the clear":        {"smtp://mail.example:25?from=fh@example.com&tls=off", "mail.example:25", none, "", "", "<fh@example.com>"},
		"in the clear, local": {"smtp://ana:pw@127.0.0.1:1025?from=fh@example.com&tls=off", "127.0.0.1:1025", none, "ana", "pw", "<fh@example.com>"},
		"over IPv6":           {"smtp://ana:pw@[::1]:1025?from=fh@example.com&tls=off", "[::1]:1025", none, "ana", "pw", "<fh@example.com>"},
	}
	for name, test := range tests {
		s, err := parseSMTP(test.url)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s.address() != test.address || s.security != test.security || s.user != test.user || s.password != test.pass || s.from.String() != test.from {
			t.Errorf("%s: got %s %s %s %s %s", name, s.address(), s.security, s.user, s.password, s.from)
		}
	}
}

func TestParseSMTPRefuses(t *testing.T) {
	tests := map[string]struct{ url, says string }{
		"no URL":                          {"mail.example:587", "begins with smtp:// or smtps://"},
		"another scheme":                  {"https://ana:s3cr3t@mail.example?from=fh@example.com", "begins with smtp:// or smtps://"},
		"a password with a bad escape":    {"smtp://ana:s3cr3t%zz@mail.example?from=fh@example.com", "is written %2F"},
		"a password with a slash":         {"smtp://ana:s3/cr3t@mail.example?from=fh@example.com", "it "},
		"no host":                         {"smtp://?from=fh@example.com", "names no host"},
		"a path":                          {"smtp://ana:s3cr3t@mail.example/inbox?from=fh@example.com", "has a path"},
		"no sender":                       {"smtp://ana:s3cr3t@mail.example", "names no sender"},
		"a sender that is no address":     {"smtp://ana:s3cr3t@mail.example?from=firehall", "names no sender"},
		"a sender with a line end":        {"smtp://mail.example?from=fh@example.com%0d%0aX:y", "names no sender"},
		"a misspelt option":               {"smtp://mail.example?form=fh@example.com", `option "form"`},
		"another word for tls":            {"smtp://mail.example?from=fh@example.com&tls=maybe", `tls="maybe"`},
		"both smtps and tls=off":          {"smtps://mail.example?from=fh@example.com&tls=off", "take one of them away"},
		"a password in the clear":         {"smtp://ana:s3cr3t@mail.example?from=fh@example.com&tls=off", "in the clear"},
		"a password in the clear, inside": {"smtp://ana:s3cr3t@10.0.0.5?from=fh@example.com&tls=off", "in the clear"},
	}
	for name, test := range tests {
		_, err := New(Options{SMTPURL: test.url, Now: fixedNow})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v, want a fault with %q", name, err, test.says)
		} else if strings.Contains(err.Error(), "s3") {
			t.Errorf("%s: the sentence tells the password: %v", name, err)
		}
	}
}
