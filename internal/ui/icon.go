package ui

import (
	"context"
	"embed"
	"fmt"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// icons are drawings of Lucide; icons/LICENSE says under which terms.
//
//go:embed icons/*.svg
var icons embed.FS

// Sprite holds the drawings that Icon refers to on the same page. It fails
// when there is no icon of a name.
func Sprite(names ...string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		b.WriteString(`<svg hidden width="0" height="0"><defs>`)
		for _, name := range names {
			drawing, err := drawing(name)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, `<symbol id="i-%s" viewBox="0 0 24 24">%s</symbol>`, name, drawing)
		}
		b.WriteString(`</defs></svg>`)
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// drawing returns what is inside an icon's <svg>, on one line.
func drawing(name string) (string, error) {
	file, err := icons.ReadFile("icons/" + name + ".svg")
	if err != nil {
		return "", fmt.Errorf("there is no icon %q: %w", name, err)
	}
	_, body, _ := strings.Cut(string(file), "<svg")
	_, body, _ = strings.Cut(body, ">")
	body, _, _ = strings.Cut(body, "</svg>")
	body = strings.Join(strings.Fields(body), " ")
	return strings.NewReplacer("> <", "><", " />", "/>").Replace(strings.TrimSpace(body)), nil
}
