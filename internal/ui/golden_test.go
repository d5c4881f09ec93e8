package ui

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"firehall/internal/alert"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares what a component renders with a file in testdata.
func golden(t *testing.T, name string, c templ.Component) {
	t.Helper()
	var got bytes.Buffer
	if err := c.Render(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(got.String(), "><", ">\n<") + "\n"
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s differs; got\n%s\nwant\n%s", path, text, want)
	}
}

func TestComponents(t *testing.T) {
	tests := map[string]templ.Component{
		"link.html": templ.Join(
			ExternalLink("book-open", OutsideLink("https://wiki.example/a?b=1&c=%22", "Run<b>book")),
			ExternalLink("book-open", OutsideLink("javascript:alert(1)", `"><script>alert(1)</script>`)),
			ExternalLink("mail", OutsideLink("mailto:ops@example.com", "")),
		),
		"severity.html": templ.Join(SeverityPill(alert.Critical), SeverityPill(alert.Error), SeverityPill(alert.Warning), SeverityPill(alert.Info)),
		"state.html": templ.Join(
			StateGlyph(alert.Triggered), StateGlyph(alert.Acknowledged), StateGlyph(alert.Suppressed), StateGlyph(alert.Resolved),
		),
		"tick.html": templ.Join(
			DeliveryTick(Queued, "mail at 03:09"), DeliveryTick(Sent, "hook sent 03:07"), DeliveryTick(Delivered, "push delivered 03:07"),
			DeliveryTick(Failed, "<hook> failed 03:07"), DeliveryTick("", "mail not needed"),
		),
		"short.html":  Short("Nothing <here>", Sheet{css: "body{}"}, "One & only sentence.", "Another."),
		"sprite.html": Sprite("hand", "check"),
		"mark.html":   Mark(),
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) { golden(t, name, c) })
	}
}

func TestEveryIconCanBeDrawn(t *testing.T) {
	files, err := icons.ReadDir("icons")
	if err != nil || len(files) == 0 {
		t.Fatalf("no icons: %v", err)
	}
	for _, file := range files {
		drawn, err := drawing(strings.TrimSuffix(file.Name(), ".svg"))
		if err != nil || !strings.HasPrefix(drawn, "<") || !strings.HasSuffix(drawn, ">") || strings.Contains(drawn, "\n") {
			t.Errorf("%s draws %q: %v", file.Name(), drawn, err)
		}
	}
}

func TestAnIconThatIsNotThereFails(t *testing.T) {
	if err := Sprite("hand", "unicorn").Render(t.Context(), &bytes.Buffer{}); err == nil {
		t.Error("a sprite with an icon that is not there was rendered")
	}
}
