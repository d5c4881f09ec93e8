// Package web answers browsers: the pages, and what their forms post.
package web

import (
	"net/http"

	"github.com/a-h/templ"
)

// Route is one line of the list of what is answered. Patterns are those of
// http.ServeMux.
type Route struct {
	Pattern string
	Handler http.Handler
}

// Our own paths.
const pathHome = "/"

// pathPage is the screen of a page's link.
func pathPage(token string) string { return "/p/" + token }

// postPage is where the form of that screen posts.
func postPage(token string) templ.SafeURL { return templ.SafeURL(pathPage(token)) }

// pathAPI is the description of the API.
const pathAPI = "/api/docs"

// byLink is how the record names an answer that came through a page's link.
const byLink = "by the link of their page"
