package ui

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"io"
	"regexp"
	"strings"

	"github.com/a-h/templ"
)

// pageCSS is the style of pages that stand alone.
//
//go:embed page.css
var pageCSS string

// Sheet is a style that is written into its page. Make it once: the zero Sheet
// has no style.
type Sheet struct {
	css    string
	policy string
}

// PageSheet returns the style of pages that stand alone.
func PageSheet() Sheet {
	css := squeezed(pageCSS)
	sum := sha256.Sum256([]byte(css))
	hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	return Sheet{css: css, policy: "default-src 'none'; style-src 'self' " + hash +
		"; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}
}

// Policy returns the Content-Security-Policy of a page with this style: no
// script, nothing from elsewhere, in no frame.
func (s Sheet) Policy() string { return s.policy }

// Style writes the style into the page's head.
func (s Sheet) Style() templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<style>"+s.css+"</style>")
		return err
	})
}

// squeezed returns css without comments and without the space that only people
// need. It is for our own style, which has no strings with such space in them.
func squeezed(css string) string {
	css = regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(css, "")
	css = strings.Join(strings.Fields(css), " ")
	return regexp.MustCompile(` ?([{};,]) ?|(:) `).ReplaceAllString(css, "$1$2")
}
