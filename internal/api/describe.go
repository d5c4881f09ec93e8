package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the page's template and style
	"encoding/base64"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed describe.css
var describeCSS string

//go:embed describe.html.tmpl
var describeHTML string

// Paths of the description.
const (
	pathDocument = "/api/openapi.json"
	pathPage     = "/api/docs"
)

// describe adds the description of the API: the document for programs, and a
// page for people that loads nothing. Neither needs a token.
func (s *Server) describe() {
	document, err := json.Marshal(s.huma.OpenAPI())
	if err != nil {
		panic("api: the description cannot be written: " + err.Error()) // it is made of our own types
	}
	page, policy := s.page()
	s.route("GET "+pathDocument, s.fixed("application/openapi+json", "", document))
	s.route("GET "+pathPage, s.fixed("text/html; charset=utf-8", policy, page))
}

// fixed answers always the same.
func (s *Server) fixed(kind, policy string, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		secure(w.Header())
		w.Header().Set("Content-Type", kind)
		if policy != "" {
			w.Header().Set("Content-Security-Policy", policy)
		}
		_, _ = w.Write(body) // a reader that went away
	})
}

// page returns the page for people and its content security policy: its own
// style is all that it may use.
func (s *Server) page() (body []byte, policy string) {
	view := pageView{Style: template.CSS(describeCSS), Document: pathDocument, Version: s.huma.OpenAPI().Info.Version} //nolint:gosec // our own file
	for _, l := range s.lines {
		view.add(l.tag, s.operation(l))
	}
	for name, schema := range s.schemas() {
		view.Types = append(view.Types, typeView{Name: name, Fields: s.fields(schema)})
	}
	var out bytes.Buffer
	if err := template.Must(template.New("page").Parse(describeHTML)).Execute(&out, view); err != nil {
		panic("api: " + err.Error()) // our own template fits our own view
	}
	sum := sha256.Sum256([]byte(describeCSS))
	return out.Bytes(), "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
}

// pageView is what the page shows.
type pageView struct {
	Style    template.CSS
	Document string
	Version  string
	Groups   []groupView
	Types    []typeView
}

func (v *pageView) add(name string, o operationView) {
	if n := len(v.Groups); n == 0 || v.Groups[n-1].Name != name {
		v.Groups = append(v.Groups, groupView{Name: name})
	}
	last := &v.Groups[len(v.Groups)-1]
	last.Operations = append(last.Operations, o)
}

type groupView struct {
	Name       string
	Operations []operationView
}

type operationView struct {
	Name, Method, Path, Summary string
	Parameters, Body            []fieldView
	Answer                      kindView
	Status                      int
}

type typeView struct {
	Name   string
	Fields []fieldView
}

// fieldView is a parameter, or a field of an object.
type fieldView struct {
	Name   string
	Kind   kindView
	Needed bool
	Doc    string
}

// kindView is what kind of value something is: words, or a type of the page.
type kindView struct {
	Text string
	Type string // "" or the name of a type, whose list of fields stands below
}

func (s *Server) operation(l line) operationView {
	item := s.huma.OpenAPI().Paths[base+l.path]
	op := map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodDelete: item.Delete, http.MethodPut: item.Put}[l.method]
	view := operationView{Name: l.name, Method: l.method, Path: base + l.path, Summary: l.summary, Status: max(l.status, http.StatusOK)}
	for _, p := range op.Parameters {
		if p.In == "path" || p.In == "query" {
			view.Parameters = append(view.Parameters, fieldView{p.Name, s.kind(p.Schema), p.Required, p.Description})
		}
	}
	if op.RequestBody != nil {
		view.Body = s.fields(op.RequestBody.Content["application/json"].Schema)
	}
	for _, media := range op.Responses[strconv.Itoa(view.Status)].Content {
		view.Answer = s.kind(media.Schema)
	}
	return view
}

// fields returns the fields of an object, those that are needed first.
func (s *Server) fields(schema *huma.Schema) []fieldView {
	schema = s.resolved(schema)
	var out []fieldView
	for _, needed := range []bool{true, false} {
		for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
			if slices.Contains(schema.Required, name) == needed {
				field := schema.Properties[name]
				out = append(out, fieldView{name, s.kind(field), needed, field.Description})
			}
		}
	}
	return out
}

func (s *Server) resolved(schema *huma.Schema) *huma.Schema {
	if schema.Ref != "" {
		return s.huma.OpenAPI().Components.Schemas.SchemaFromRef(schema.Ref)
	}
	return schema
}

// kind says what a value is.
func (s *Server) kind(schema *huma.Schema) kindView {
	switch {
	case schema == nil:
		return kindView{Text: "nothing"}
	case schema.Ref != "":
		name := schema.Ref[strings.LastIndexByte(schema.Ref, '/')+1:]
		return kindView{Text: name, Type: name}
	case len(schema.Enum) > 0:
		return kindView{Text: joined(schema.Enum)}
	case schema.Type == huma.TypeArray:
		of := s.kind(schema.Items)
		return kindView{Text: "list of " + of.Text, Type: of.Type}
	case schema.Type == huma.TypeString && schema.Format == "date-time":
		return kindView{Text: "time"}
	case schema.Type == huma.TypeString:
		return kindView{Text: "text"}
	case schema.Type == huma.TypeInteger:
		return kindView{Text: "number"}
	case schema.Type == huma.TypeBoolean:
		return kindView{Text: "true or false"}
	}
	return kindView{Text: "object"}
}

func joined(values []any) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i], _ = v.(string)
	}
	return strings.Join(words, ", ")
}

// schemas yields the types of the API, sorted by name.
func (s *Server) schemas() func(func(string, *huma.Schema) bool) {
	all := s.huma.OpenAPI().Components.Schemas.Map()
	return func(yield func(string, *huma.Schema) bool) {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if !yield(name, all[name]) {
				return
			}
		}
	}
}
