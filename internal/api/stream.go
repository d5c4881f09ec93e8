package api

import (
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// streamed is an answer that is written as it is read.
type streamed struct {
	Body func(huma.Context)
}

// jsonOf returns a whole answer in JSON.
func jsonOf(v any) (*streamed, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return &streamed{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", "application/json")
		out.SetStatus(http.StatusOK)
		_, _ = out.BodyWriter().Write(append(text, '\n')) // a caller that went away
	}}, nil
}

// answersWith describes what a streamed operation answers in JSON.
func answersWith[T any](s *Server, method, path string) {
	api := s.huma.OpenAPI()
	operation := api.Paths[base+path].Get
	if method == http.MethodPost {
		operation = api.Paths[base+path].Post
	}
	schema := huma.SchemaFromType(api.Components.Schemas, reflect.TypeFor[T]())
	operation.Responses["200"] = &huma.Response{Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
}
