package channel

import (
	"strings"
	"testing"
)

func TestLine(t *testing.T) {
	tests := map[string]struct {
		in, want string
	}{
		"plain":                      {"disk full", "disk full"},
		"line ends":                  {"a\r\nBcc: x@example.com", "a Bcc: x@example.com"},
		"Unicode's line ends":        {"a\u2028b\u2029c\u0085d", "a b c d"},
		"NUL and escapes":            {"a\x00b\x1b[31m", "a b [31m"},
		"spaces at the ends":         {"  a   b\t", "a b"},
		"marks that turn text":       {"a\u202egpj.exe\u2066", "agpj.exe"},
		"what cannot be seen":        {"a\u200b\ufeffb", "ab"},
		"joined emoji stay":          {"👩\u200d🚒", "👩\u200d🚒"},
		"not UTF-8":                  {"a\xffb", "a\uFFFDb"},
		"cut between two characters": {strings.Repeat("é", 20), strings.Repeat("é", 8) + "…"},
		"nothing":                    {"", ""},
	}
	for name, test := range tests {
		if got := line(test.in, 20); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestWithoutHidesEverySecretPartOfAURL(t *testing.T) {
	const raw = "https://hooks.example/in/T0PSECRET-KEY%20x?room=quiet&sig=abcd1234"
	for _, echo := range []string{
		raw,
		"Cannot POST /in/T0PSECRET-KEY%20x",
		"no hook T0PSECRET-KEY x here",
		`{"sig":"abcd1234"}`,
		"bad query room=quiet&sig=abcd1234",
	} {
		got := without(urlSecrets(raw), echo)
		if strings.Contains(got, "T0PSECRET") || strings.Contains(got, "abcd1234") || !strings.Contains(got, "…") {
			t.Errorf("%q is told as %q", echo, got)
		}
	}
	if got := without(urlSecrets(raw), "429 Too Many Requests"); got != "429 Too Many Requests" {
		t.Errorf("what is no secret changed: %q", got)
	}
}
