package intake

import (
	"strings"
	"testing"
	"unicode/utf8"

	"firehall/internal/alert"
)

func TestLine(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"plain text stays":                     {"disk full on web-01", "disk full on web-01"},
		"every script stays":                   {"dîsk 磁盘 🔥 полный", "dîsk 磁盘 🔥 полный"},
		"several lines become one":             {" a\r\n\tb\n\nc ", "a b c"},
		"runs of space become one":             {"a   b", "a b"},
		"the line breaks of Unicode":           {"a\u2028b\u2029c\u0085d", "a b c d"},
		"control characters are seen":          {"a\x00b\x1b[31mc\x7f", "a\ufffdb\ufffd[31mc\ufffd"},
		"C1 controls are seen":                 {"a\u009bb", "a\ufffdb"},
		"bytes that are not UTF-8 are seen":    {"caf\xe9", "caf\ufffd"},
		"marks that turn direction go":         {"\u202eevil\u202c \u2066x\u2069\u200e\u200f\u061c", "evil x"},
		"byte order marks go":                  {"\ufeffa\ufeffb", "ab"},
		"nothing but such marks is nothing":    {"\u202e\u200f", ""},
		"markup is text":                       {"<script>alert(1)</script>", "<script>alert(1)</script>"},
		"a template is text":                   {"{{ .Secret }} ${x}", "{{ .Secret }} ${x}"},
		"a formula of a spreadsheet is text":   {"=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"},
		"exactly as long as allowed":           {strings.Repeat("ü", 200), strings.Repeat("ü", 200)},
		"one longer is cut":                    {strings.Repeat("ü", 201), strings.Repeat("ü", 199) + "…"},
		"the cut leaves no space before its …": {strings.Repeat("x", 198) + " " + strings.Repeat("y", 50), strings.Repeat("x", 198) + "…"},
		"space at the end does not count":      {strings.Repeat("x", 200) + "   ", strings.Repeat("x", 200)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := line(test.in, alert.MaxSummary); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestBlock(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"lines and tabs stay":         {"a\n\tb\n", "a\n\tb\n"},
		"Windows line ends":           {"a\r\nb\rc", "a\nb\nc"},
		"control characters are seen": {"a\x00b\x1bc", "a\ufffdb\ufffdc"},
		"turning marks go":            {"a\u202eb", "ab"},
		"as long as allowed":          {strings.Repeat("x", 40), strings.Repeat("x", 40)},
		"longer is cut":               {strings.Repeat("x", 41), strings.Repeat("x", 37) + "…"},
		"never inside a rune":         {strings.Repeat("€", 14), strings.Repeat("€", 12) + "…"},
		"what grows is cut too":       {strings.Repeat("\x00", 30), strings.Repeat("\ufffd", 12) + "…"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := block(test.in, 40); got != test.want || len(got) > 40 || !utf8.ValidString(got) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestKeyOf(t *testing.T) {
	for _, key := range []string{"", "web-01/disk", " a  b ", `{}/{via="wh"}:{alertname="x"}`, "ключ/…", strings.Repeat("x", 512)} {
		if got := keyOf(key); got != key {
			t.Errorf("%q became %q, want it as it is", key, got)
		}
	}
	hashed := map[string]string{}
	for _, key := range []string{strings.Repeat("x", 513), strings.Repeat("x", 514), "caf\xe9", "caf\xe8", "a\nb", "a\x00", "\u202ea", "\u202da"} {
		got := keyOf(key)
		if len(got) != 64 || !plain(got) || hashed[got] != "" {
			t.Errorf("%q became %q, as did %q; want a hash of its own", key, got, hashed[got])
		}
		hashed[got] = key
	}
}

func TestHrefOf(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"https":                       {"https://grafana.example/d/1?a=b#c", "https://grafana.example/d/1?a=b#c"},
		"http, a port and a query":    {"http://vm:57449/graph?g0.expr=up%3D%3D0&g0.tab=1", "http://vm:57449/graph?g0.expr=up%3D%3D0&g0.tab=1"},
		"mail":                        {"mailto:ops@example.com", "mailto:ops@example.com"},
		"capital letters":             {"HTTPS://grafana.example/D", "https://grafana.example/D"},
		"space around and in it":      {" https://wiki.example/a b ", "https://wiki.example/a%20b"},
		"quotes and brackets":         {`https://wiki.example/?q="<x>"`, "https://wiki.example/?q=%22%3Cx%3E%22"},
		"another script":              {"https://wiki.example/磁盘", "https://wiki.example/%E7%A3%81%E7%9B%98"},
		"nothing":                     {"", ""},
		"a path":                      {"/d/1", ""},
		"a name":                      {"see the wiki", ""},
		"a host without a scheme":     {"grafana.example/d/1", ""},
		"a host after two slashes":    {"//grafana.example/d/1", ""},
		"a script":                    {"javascript:alert(1)", ""},
		"a script in capitals":        {"JaVaScRiPt:alert(1)", ""},
		"a script behind a tab":       {"java\tscript:alert(1)", ""},
		"data":                        {"data:text/html,<script>", ""},
		"a file":                      {"file:///etc/passwd", ""},
		"no host":                     {"https:///x", ""},
		"only a port":                 {"https://:443/x", ""},
		"a password":                  {"https://user:pass@example.com/", ""},
		"a name before the host":      {"https://bank.example@evil.example/", ""},
		"a backslash":                 {`https://good.example\@evil.example`, ""},
		"a line break":                {"https://example.com/\nx", ""},
		"a mark that turns direction": {"https://example.com/\u202egpj.exe", ""},
		"bytes that are not UTF-8":    {"https://example.com/\xff", ""},
		"mail to nobody":              {"mailto:", ""},
		"a broken escape in a host":   {"https://exa%zzmple/", ""},
		"4,097 bytes":                 {"https://example.com/" + strings.Repeat("x", 4077), ""},
		"4,096 bytes":                 {"https://example.com/" + strings.Repeat("x", 4076), "https://example.com/" + strings.Repeat("x", 4076)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got, ok := hrefOf(test.in); ok != (test.want != "") || ok && got != test.want {
				t.Errorf("got %q, %v; want %q", got, ok, test.want)
			}
		})
	}
}

func TestInstant(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"RFC 3339":               {"2026-11-20T09:20:26Z", "2026-11-20T09:20:26Z"},
		"nanoseconds":            {"2026-11-20T09:26:53.958394737Z", "2026-11-20T09:26:53.958394737Z"},
		"a zone":                 {"2026-11-20T10:20:26+01:00", "2026-11-20T09:20:26Z"},
		"PagerDuty's zone":       {"2015-07-17T08:42:58.315+0000", "2015-07-17T08:42:58.315Z"},
		"the same, elsewhere":    {"2015-07-17T08:42:58-0230", "2015-07-17T11:12:58Z"},
		"no zone is UTC":         {"2015-07-17T08:42:58.3", "2015-07-17T08:42:58.3Z"},
		"a space":                {"2015-07-17 08:42:58Z", "2015-07-17T08:42:58Z"},
		"a space and no zone":    {"2015-07-17 08:42:58", "2015-07-17T08:42:58Z"},
		"year 1 means not yet":   {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		"before 1970":            {"1969-12-31T23:59:59Z", "0001-01-01T00:00:00Z"},
		"year 10000 behind UTC":  {"9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00Z"},
		"nothing":                {"", "0001-01-01T00:00:00Z"},
		"something else":         {"yesterday", "0001-01-01T00:00:00Z"},
		"a day that there isn't": {"2026-02-30T00:00:00Z", "0001-01-01T00:00:00Z"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := instant(test.in).Format("2006-01-02T15:04:05.999999999Z07:00"); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
