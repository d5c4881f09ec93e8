package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPostsThatCannotBeRead(t *testing.T) {
	form, js := "application/x-www-form-urlencoded", "application/json"
	tests := map[string]struct {
		path, kind, body string
		status           int
	}{
		"a body at the limit":             {"/note", form, "note=" + strings.Repeat("x", 9000), 303},
		"a body over the limit":           {"/note", form, "note=" + strings.Repeat("x", maxOrder), 413},
		"a huge body that nobody reads":   {"/ack", "image/png", strings.Repeat("x", maxOrder+1), 413},
		"a note that is too long":         {"/note", form, "note=" + strings.Repeat("x", 10001), 422},
		"nothing to do":                   {"", form, "note=x", 422},
		"something that does not exist":   {"", form, "do=delete", 422},
		"a path that does not exist":      {"/delete", form, "", 404},
		"the path wins over the body":     {"/ack", form, "do=resolve", 303},
		"a form that is none":             {"/ack", form, "note=%zz", 400},
		"JSON that is none":               {"/ack", js, "{", 400},
		"JSON of another shape":           {"/ack", js, `{"note":7}`, 400},
		"JSON with more than we know":     {"/ack", js, `{"note":"x","user":{"name":"bot"}}`, 200},
		"a body of another kind is none":  {"/ack", "text/plain", "whatever", 303},
		"an entry that is none is no one": {"/escalate", form, "seen=zzzz", 303},
	}
	onBoth(t, func(w *world) {
		for name, test := range tests {
			n := w.fire(name)
			a := w.send("POST", "/p/"+w.token(n, "ana")+test.path, test.body, "Content-Type", test.kind)
			if a.status != test.status {
				w.Errorf("%s: answered %d, want %d: %s", name, a.status, test.status, a.body)
			}
			if test.kind == js && test.status >= 400 && a.header.Get("Content-Type") != "application/problem+json" {
				w.Errorf("%s: a program is answered %s", name, a.header.Get("Content-Type"))
			}
		}
	})
}

func TestEveryAnswerIsKeptByNobody(t *testing.T) {
	onBoth(t, func(w *world) {
		token := w.token(w.fire("disk full"), "ana")
		for name, a := range map[string]answer{
			"the screen": w.open(token), "a forged link": w.open("x"), "an action": w.post("/p/"+token, "do=note&note=x"),
			"a program": w.send("POST", "/p/"+token+"/ack", "", "Accept", "application/json"), "another method": w.send("DELETE", "/p/"+token, ""),
			"home": w.send("GET", "/", ""), "nothing": w.send("GET", "/x", ""), "below nothing": w.send("GET", "/p/", ""),
		} {
			for header, want := range map[string]string{
				"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
				"X-Frame-Options": "DENY", "X-Robots-Tag": "noindex, nofollow, noarchive",
			} {
				if got := a.header.Get(header); got != want {
					w.Errorf("%s: %s is %q", name, header, got)
				}
			}
			policy := a.header.Get("Content-Security-Policy")
			for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
				if !strings.Contains(policy, part) {
					w.Errorf("%s: the policy %q does not say %s", name, policy, part)
				}
			}
			if a.header.Get("Set-Cookie") != "" {
				w.Errorf("%s: sets a cookie", name)
			}
		}
	})
}

func TestTheScreenIsOneRequest(t *testing.T) {
	onBoth(t, func(w *world) {
		page := w.open(w.token(w.signal("prometheus", targets(4, 0)), "ana")).body
		for _, outside := range []string{"<script", " src=", "@import", "url(", "http-equiv", `style="`, "onclick"} {
			if strings.Contains(page, outside) {
				w.Errorf("the screen says %s", outside)
			}
		}
		if got := strings.Count(page, "<link"); got != 1 || !strings.Contains(page, `<link rel="icon" href="data:,">`) {
			w.Errorf("the screen has %d links to fetch", got)
		}
	})
}

func TestHeadAnswersAsGetWithoutABody(t *testing.T) {
	onBoth(t, func(w *world) {
		server := httptest.NewServer(w.mux)
		defer server.Close()
		url := server.URL + "/p/" + w.token(w.fire("disk full"), "ana")
		r, err := http.NewRequestWithContext(w.Context(), http.MethodHead, url, nil)
		if err != nil {
			w.Fatal(err)
		}
		answer, err := server.Client().Do(r)
		if err != nil {
			w.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		if answer.StatusCode != 200 || answer.ContentLength < 5000 {
			w.Errorf("answered %s with a length of %d", answer.Status, answer.ContentLength)
		}
	})
}
