package secret

import (
	"regexp"
	"strings"
	"testing"

	"firehall/internal/id"
)

func TestVerify(t *testing.T) {
	b := box(t, 1)
	mac := b.Sign("feed", "a", "bc")
	tests := map[string]struct {
		box          *Box
		purpose, mac string
		parts        []string
		want         bool
	}{
		"what was signed":            {b, "feed", mac, []string{"a", "bc"}, true},
		"another purpose":            {b, "page", mac, []string{"a", "bc"}, false},
		"another key":                {box(t, 2), "feed", mac, []string{"a", "bc"}, false},
		"parts cut elsewhere":        {b, "feed", mac, []string{"ab", "c"}, false},
		"parts joined":               {b, "feed", mac, []string{"abc"}, false},
		"an empty part more":         {b, "feed", mac, []string{"a", "bc", ""}, false},
		"another order":              {b, "feed", mac, []string{"bc", "a"}, false},
		"no parts":                   {b, "feed", mac, nil, false},
		"no signature":               {b, "feed", "", []string{"a", "bc"}, false},
		"a signature cut short":      {b, "feed", mac[:len(mac)-1], []string{"a", "bc"}, false},
		"a signature with something": {b, "feed", mac + "A", []string{"a", "bc"}, false},
		"another case":               {b, "feed", swapCase(mac), []string{"a", "bc"}, false},
	}
	for name, test := range tests {
		if got := test.box.Verify(test.purpose, test.mac, test.parts...); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

// swapCase changes the case of every letter of s.
func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 32
		}
		if r >= 'A' && r <= 'Z' {
			return r + 32
		}
		return r
	}, s)
}

func TestOpenPageToken(t *testing.T) {
	b := box(t, 1)
	const page = id.Page("page_00k3f9tq6v8s0abcdefghijklm")
	token := b.PageToken(page)
	if !regexp.MustCompile(`^[0-9a-v]{26}\.[A-Za-z0-9_-]{22}$`).MatchString(token) {
		t.Fatalf("token %q has the wrong shape", token)
	}
	other := b.PageToken("page_00k3f9tq6v8s0abcdefghijkln")
	body, _, _ := strings.Cut(token, ".")
	_, otherMAC, _ := strings.Cut(other, ".")
	tests := map[string]struct {
		box   *Box
		token string
		want  id.Page
	}{
		"its own":                   {b, token, page},
		"of another key":            {box(t, 2), token, ""},
		"of another page":           {b, body + "." + otherMAC, ""},
		"a feed's signature":        {b, body + "." + b.Sign("feed", body), ""},
		"without a signature":       {b, body, ""},
		"with an empty signature":   {b, body + ".", ""},
		"with something after":      {b, token + "/ack", ""},
		"an id that is too short":   {b, b.PageToken("page_short"), ""},
		"with the prefix, repeated": {b, "page_" + token, ""},
		"nothing":                   {b, "", ""},
		"a dot":                     {b, ".", ""},
	}
	for name, test := range tests {
		got, ok := test.box.OpenPageToken(test.token)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("%s: got %q, %v; want %q", name, got, ok, test.want)
		}
	}
}
