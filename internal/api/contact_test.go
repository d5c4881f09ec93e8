package api

import (
	"testing"

	"firehall/internal/store"
)

func TestContactsAreForThoseWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	tests := map[string]struct {
		who, method, path string
		want              int
	}{
		"one's own":              {"ana", "GET", "/api/v1/people/ana/contacts", 200},
		"one's own, to test":     {"ana", "POST", "/api/v1/people/ana/contacts/hook/test", 200},
		"a stranger's":           {"ben", "GET", "/api/v1/people/ana/contacts", 403},
		"a stranger's, to test":  {"ben", "POST", "/api/v1/people/ana/contacts/hook/test", 403},
		"by who may only read":   {"reader", "POST", "/api/v1/people/ben/contacts/hook/test", 403},
		"by who may answer":      {"answerer", "POST", "/api/v1/people/ben/contacts/hook/test", 200},
		"a contact there is not": {"owner", "POST", "/api/v1/people/ana/contacts/pigeon/test", 404},
		"a person there is not":  {"owner", "GET", "/api/v1/people/nobody/contacts", 404},
		"without a token":        {"", "POST", "/api/v1/people/ana/contacts/hook/test", 401},
	}
	for name, test := range tests {
		if r := w.call(test.who, test.method, test.path, nil); r.Code != test.want {
			t.Errorf("%s: got %d %s, want %d", name, r.Code, r.Body, test.want)
		}
	}
}
