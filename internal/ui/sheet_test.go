package ui

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestThePolicyAllowsTheStyleAndNothingElse(t *testing.T) {
	sheet := PageSheet()
	var page bytes.Buffer
	if err := sheet.Style().Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	css := strings.TrimSuffix(strings.TrimPrefix(page.String(), "<style>"), "</style>")
	sum := sha256.Sum256([]byte(css))
	if hash := base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(sheet.Policy(), "style-src 'self' 'sha256-"+hash+"';") {
		t.Errorf("the policy %q does not name the style's hash %s", sheet.Policy(), hash)
	}
	for _, open := range []string{"unsafe", "script-src", "http", "*"} {
		if strings.Contains(sheet.Policy(), open) {
			t.Errorf("the policy says %q: %s", open, sheet.Policy())
		}
	}
}

func TestSqueezed(t *testing.T) {
	tests := map[string]struct{ css, want string }{
		"comments and line ends go":        {"/* why\n */\na {\n  color: red;\n}\n", "a{color:red;}"},
		"space between words stays":        {"a b { margin: 0 auto }", "a b{margin:0 auto}"},
		"a descendant's state stays apart": {"a :hover, b:hover { x: y }", "a :hover,b:hover{x:y}"},
		"arithmetic keeps its spaces":      {"a { width: calc(1px + 2px) }", "a{width:calc(1px + 2px)}"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := squeezed(test.css); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestTheStyleIsPlainAndLoadsNothing(t *testing.T) {
	css := PageSheet().css
	for _, banned := range []string{"url(", "@import", "@font-face", "</", "oklch", "light-dark"} {
		if strings.Contains(css, banned) {
			t.Errorf("the style says %q", banned)
		}
	}
}

// TestTextIsReadable checks that each text is told from what it stands on by
// 4.5 to 1.
func TestTextIsReadable(t *testing.T) {
	colour := regexp.MustCompile(`(--[\w-]+):(#[0-9a-f]{3,6})`)
	root := map[string]string{}
	for _, found := range colour.FindAllStringSubmatch(strings.SplitAfterN(PageSheet().css, "}", 2)[0], -1) {
		root[found[1]] = found[2]
	}
	for _, text := range []string{"--fg", "--fg-2", "--fg-3", "--accent"} {
		for _, under := range []string{"--canvas", "--surface", "--raised", "--sunken"} {
			if c := contrast(t, root[text], root[under]); c < 4.5 {
				t.Errorf("%s on %s has a contrast of %.2f", text, under, c)
			}
		}
	}
	tones := regexp.MustCompile(`\[data-tone=(\w+)\]\{([^}]*)\}`).FindAllStringSubmatch(PageSheet().css, -1)
	if len(tones) < 8 {
		t.Fatalf("found %d tones", len(tones))
	}
	for _, tone := range tones {
		own := map[string]string{"--tone-tint": root["--canvas"]}
		for _, found := range colour.FindAllStringSubmatch(tone[2], -1) {
			own[found[1]] = found[2]
		}
		if c := contrast(t, own["--tone-fg"], own["--tone-tint"]); c < 4.5 {
			t.Errorf("text of %s on its wash has a contrast of %.2f", tone[1], c)
		}
	}
	for _, pair := range [][2]string{{"#301b02", "#f2b13b"}, {"#ffffff", "#1d8258"}} {
		if c := contrast(t, pair[0], pair[1]); c < 4.5 {
			t.Errorf("a button with %s on %s has a contrast of %.2f", pair[0], pair[1], c)
		}
	}
}

// contrast is the ratio of WCAG 2 between two colours.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	hex = strings.TrimPrefix(hex, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatalf("%q is no colour: %v", hex, err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
