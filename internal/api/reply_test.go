package api

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
)

// replied is what the API answered.
type replied struct {
	*httptest.ResponseRecorder
	t testing.TB
}

// object is any JSON object.
type object = map[string]any

// is fails unless the answer has this status.
func (r replied) is(status int) replied {
	r.t.Helper()
	if r.Code != status {
		r.t.Fatalf("answered %d, want %d: %s", r.Code, status, r.Body)
	}
	h := r.Header()
	if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Request-Id") == "" {
		r.t.Errorf("headers: %v", h)
	}
	if status >= 400 {
		r.problem()
	}
	return r
}

// problemJSON is an error as RFC 9457 has it.
type problemJSON struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Errors []struct {
		Message  string `json:"message"`
		Location string `json:"location"`
		Value    any    `json:"value"`
	} `json:"errors"`
}

// problem decodes an error and checks that it is one with a sentence.
func (r replied) problem() problemJSON {
	r.t.Helper()
	var p problemJSON
	if err := json.Unmarshal(r.Body.Bytes(), &p); err != nil {
		r.t.Fatalf("the error is not JSON: %s", r.Body)
	}
	if r.Header().Get("Content-Type") != "application/problem+json" || p.Status != r.Code || p.Title == "" || p.Detail == "" {
		r.t.Errorf("%d %s is no problem with a sentence: %s", r.Code, r.Header().Get("Content-Type"), r.Body)
	}
	for _, e := range p.Errors {
		if e.Value != nil {
			r.t.Errorf("what was sent is echoed: %s", r.Body)
		}
	}
	return p
}

// at checks that the problem is about this field and says these words.
func (r replied) at(location string, words ...string) replied {
	r.t.Helper()
	for _, e := range r.problem().Errors {
		if e.Location == location {
			for _, word := range words {
				if !strings.Contains(e.Message, word) {
					r.t.Errorf("about %s it says %q, without %q", location, e.Message, word)
				}
			}
			return r
		}
	}
	r.t.Errorf("nothing is said about %s: %s", location, r.Body)
	return r
}

// into decodes the answer.
func (r replied) into(v any) {
	r.t.Helper()
	if err := json.Unmarshal(r.Body.Bytes(), v); err != nil {
		r.t.Fatalf("the answer is not JSON: %v: %s", err, r.Body)
	}
}

// object decodes the answer as an object.
func (r replied) object() object {
	r.t.Helper()
	var out object
	r.into(&out)
	return out
}

// items decodes the answer as a list.
func (r replied) items() []object {
	r.t.Helper()
	var out struct {
		Items []object `json:"items"`
	}
	r.into(&out)
	if out.Items == nil {
		r.t.Errorf("items is null: %s", r.Body)
	}
	return out.Items
}
