package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"firehall/internal/store"
)

func TestOnlyAValidTokenOpensTheAPI(t *testing.T) {
	onBoth(t, func(w *world) {
		tests := map[string]struct {
			header string
			status int
		}{
			"nothing":              {"", 401},
			"the owner's":          {"Bearer " + bootstrap, 200},
			"in another case":      {"bearer " + bootstrap, 200},
			"a person's":           {"Bearer " + w.tokens["ben"], 200},
			"one letter more":      {"Bearer " + w.tokens["ben"] + "x", 401},
			"part of the owner's":  {"Bearer " + bootstrap[:10], 401},
			"an empty one":         {"Bearer ", 401},
			"another way":          {"Basic " + bootstrap, 401},
			"the token alone":      {bootstrap, 401},
			"a source's key":       {"Bearer 0f1e2d3c4b5a69788796a5b4c3d2e1f0", 401},
			"with NUL":             {"Bearer fh_\x00", 401},
			"ten thousand letters": {"Bearer fh_" + strings.Repeat("x", 10_000), 401},
		}
		for name, test := range tests {
			r := w.call("", "GET", "/me", nil, "Authorization", test.header)
			if r.is(test.status); test.status == 401 && r.Header().Get("WWW-Authenticate") != `Bearer realm="Firehall"` {
				w.t.Errorf("%s: WWW-Authenticate %q", name, r.Header().Get("WWW-Authenticate"))
			}
		}
		w.call("", "GET", "/me", nil, "Cookie", "token="+bootstrap+"; session="+w.tokens["ben"]).is(401)
	})
}

func TestWithoutABootstrapTokenNoneOpens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	w.handler = New(Options{Act: w.act, DB: w.db, Log: w.act.Log})
	w.call("", "GET", "/me", nil, "Authorization", "Bearer").is(401)
	w.call("", "GET", "/me", nil, "Authorization", "Bearer ").is(401)
	w.call("ben", "GET", "/me", nil).is(200)
}

func TestWrongTokensAreLimitedByAddressAndNeverDelayAValidOne(t *testing.T) {
	onBoth(t, func(w *world) {
		const here, there = "192.0.2.7:4711", "192.0.2.8:4711"
		guess := func(from string) replied {
			return w.call("", "GET", "/me", nil, "Authorization", "Bearer fh_wrong", "from", from)
		}
		for range guessing.Count {
			guess(here).is(401)
		}
		if r := guess(here).is(429); r.Header().Get("Retry-After") != "2" {
			w.t.Errorf("Retry-After %q", r.Header().Get("Retry-After"))
		}
		guess(there).is(401)
		w.call("", "GET", "/me", nil, "from", here).is(401) // asks without a token: no guess
		w.call("ben", "GET", "/me", nil, "from", here).is(200)
		w.call("owner", "GET", "/me", nil, "from", here).is(200)
		w.pass(2 * time.Second)
		guess(here).is(401)
	})
}

func TestMe(t *testing.T) {
	onBoth(t, func(w *world) {
		if me := w.call("ana", "GET", "/me", nil).is(200).object(); me["person"] != "ana" || me["role"] != "responder" || fmt.Sprint(me["manages"]) != "[payments]" {
			w.t.Errorf("ana is %v", me)
		}
		if me := w.call("owner", "GET", "/me", nil).is(200).object(); me["role"] != "owner" || fmt.Sprint(me["scopes"]) != "[read respond setup]" || me["person"] != nil {
			w.t.Errorf("the owner is %v", me)
		}
	})
}

func TestTokens(t *testing.T) {
	onBoth(t, func(w *world) {
		made := w.call("ben", "POST", "/tokens", object{"name": "my script", "person": "ben", "scopes": []string{"respond"}, "expires_at": "2026-11-21T00:00:00Z"}).is(201).object()
		w.tokens["script"] = made["token"].(string)
		if made["person"] != "ben" || made["name"] != "my script" || made["created_by"] != "ben" || !strings.HasPrefix(w.tokens["script"], "fh_") {
			w.t.Errorf("made %v", made)
		}
		w.call("script", "GET", "/me", nil).is(200)
		mine := w.call("ben", "GET", "/tokens", nil).is(200)
		if len(mine.items()) != 4 || strings.Contains(mine.Body.String(), w.tokens["script"]) || strings.Contains(mine.Body.String(), "hash") {
			w.t.Errorf("ben sees %s", mine.Body)
		}
		for _, one := range mine.items() {
			if one["person"] != "ben" {
				w.t.Errorf("ben sees %v", one)
			}
		}
		if all := w.call("dee", "GET", "/tokens", nil).is(200).items(); len(all) != 7 {
			w.t.Errorf("an admin sees %d tokens, want 7", len(all))
		}
		w.call("owner", "POST", "/tokens", object{"name": "ci", "role": "observer", "scopes": []string{"read"}}).is(201)
		w.call("ben", "POST", "/tokens", object{"name": "x", "person": "ana", "scopes": []string{"read"}}).is(403)
		w.call("ben", "POST", "/tokens", object{"name": "x", "role": "owner", "scopes": []string{"setup"}}).is(403)
		w.call("answerer", "POST", "/tokens", object{"name": "x", "person": "ben", "scopes": []string{"read"}}).is(403)
		w.call("owner", "POST", "/tokens", object{"name": "", "person": "ben", "scopes": []string{"read"}}).is(422).at("name")
		w.call("owner", "POST", "/tokens", object{"name": "x", "person": "ben", "scopes": []string{"everything"}}).is(422).at("scopes[0]")
		w.call("owner", "POST", "/tokens", object{"name": "x", "person": "nobody", "scopes": []string{"read"}}).is(422).at("person")
		w.call("", "GET", "/tokens", nil).is(401)
		path := "/tokens/" + made["id"].(string)
		w.call("ana", "DELETE", path, nil).is(404) // ana may not see ben's
		w.call("ben", "DELETE", path, nil).is(204)
		w.call("ben", "DELETE", path, nil).is(404)
		w.call("script", "GET", "/me", nil).is(401)
	})
}

func TestATokenThatIsOver(t *testing.T) {
	onBoth(t, func(w *world) {
		made := w.call("owner", "POST", "/tokens", object{"name": "x", "person": "ben", "scopes": []string{"read"}, "expires_at": "2026-11-20T04:00:00Z"}).is(201).object()
		w.tokens["short"] = made["token"].(string)
		w.call("short", "GET", "/me", nil).is(200)
		w.pass(time.Hour)
		w.call("short", "GET", "/me", nil).is(401)
	})
}

func TestTheAuditLogIsForAdmins(t *testing.T) {
	onBoth(t, func(w *world) {
		w.call("owner", "POST", "/people/eve/disable", nil).is(200)
		items := w.call("dee", "GET", "/audit?limit=2", nil).is(200)
		if first := items.items()[0]; first["action"] != "person.disable" || first["actor"] != "the bootstrap token" || first["target"] != "eve" {
			w.t.Errorf("the newest is %v", first)
		}
		seen := len(items.items())
		for cursor := items.object()["next_cursor"]; cursor != nil; {
			part := w.call("dee", "GET", "/audit?limit=2&cursor="+cursor.(string), nil).is(200)
			seen += len(part.items())
			cursor = part.object()["next_cursor"]
		}
		if whole := w.call("dee", "GET", "/audit", nil).is(200).items(); len(whole) != seen || seen != 8 {
			w.t.Errorf("%d in parts and %d at once, want 8: an apply, six tokens and this", seen, len(whole))
		}
		w.call("ana", "GET", "/audit", nil).is(403)
		w.call("eve", "GET", "/audit", nil).is(401) // disabled
		w.call("", "GET", "/audit", nil).is(401)
	})
}

func TestWhatIsNotThere(t *testing.T) {
	onBoth(t, func(w *world) {
		w.call("owner", "GET", "/nothing", nil).is(404)
		w.call("", "GET", "/nothing", nil).is(404)
		w.call("owner", "GET", "/api/v2", nil).is(404)
		if r := w.call("owner", "PUT", "/alerts", nil).is(405); r.Header().Get("Allow") != "GET, HEAD, POST" {
			w.t.Errorf("Allow %q", r.Header().Get("Allow"))
		}
		w.call("owner", "POST", "/alerts/x/explode", nil).is(404)
	})
}

func TestAnInternalErrorTellsNothingAndIsLoggedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	n := w.raise("disk full")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := w.db.Do(ctx, func(tx *store.Tx) error { return tx.SaveDoc(ctx, store.KindPolicy, "payments", "no policy") })
	if err != nil {
		t.Fatal(err) // it is kept, though nobody can read it
	}
	r := w.call("ben", "GET", "/oncall", nil).is(500) // a token is checked by the setup as committed, which cannot be read
	request := r.Header().Get("X-Request-Id")
	if !strings.Contains(r.problem().Detail, request) || strings.Contains(r.Body.String(), "policies") || strings.Contains(r.Body.String(), n) {
		t.Errorf("answered %s", r.Body)
	}
	if logs := w.logs.String(); strings.Count(logs, "\n") != 1 || !strings.Contains(logs, request) || !strings.Contains(logs, "payments") {
		t.Errorf("logged %s", logs)
	}
}

func TestBusyIs503(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	w.act.Close()
	r := w.call("owner", "POST", "/alerts", object{"service": "checkout", "summary": "x"}).is(503)
	if r.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// operations lists what DESIGN promises to scripts, and what stands beside it.
var operations = []string{
	"GET /alerts", "POST /alerts", "GET /alerts/{id}", "GET /alerts/{id}/timeline", "GET /alerts/{id}/why", "GET /why", "POST /simulate", "GET /alerts/{id}/pages", "GET /alerts/{id}/sends",
	"GET /alerts/{id}/members", "POST /alerts/{id}/ack", "POST /alerts/{id}/resolve", "POST /alerts/{id}/escalate", "POST /alerts/{id}/unack",
	"POST /alerts/{id}/snooze", "POST /alerts/{id}/note", "POST /alerts/{id}/merge", "POST /alerts/{id}/reassign", "POST /alerts/{id}/decline",
	"GET /messages/{id}", "GET /oncall", "GET /schedules", "GET /schedules/{name}", "GET /schedules/{name}/shifts",
	"GET /schedules/{name}/overrides", "POST /schedules/{name}/overrides", "DELETE /schedules/{name}/overrides/{id}", "GET /readiness",
	"GET /people", "GET /people/{name}", "POST /people/{name}/disable", "POST /people/{name}/enable", "DELETE /people/{name}",
	"GET /teams", "GET /teams/{name}", "GET /services", "GET /services/{name}", "GET /policies", "GET /policies/{name}",
	"GET /sources", "GET /sources/{name}", "POST /setup/apply", "GET /setup/export",
	"PUT /setup/{kind}/{name}", "DELETE /setup/{kind}/{name}", "GET /me/export", "GET /people/{name}/export", "POST /people/{name}/erase", "GET /lint", "POST /lint", "GET /people/{name}/contacts", "POST /people/{name}/contacts/{contact}/test", "GET /me", "GET /tokens", "POST /tokens",
	"DELETE /tokens/{id}", "GET /audit", "GET /backup", "POST /backup", "POST /resume", "GET /doctor",
}

func TestTheDescriptionListsEveryOperation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	r := w.call("", "GET", "/api/openapi.json", nil).is(200)
	var document struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]struct {
			Summary   string         `json:"summary"`
			Responses map[string]any `json:"responses"`
		} `json:"paths"`
	}
	r.into(&document)
	if !strings.HasPrefix(document.OpenAPI, "3.1") || r.Header().Get("Content-Type") != "application/openapi+json" {
		t.Errorf("version %s, type %s", document.OpenAPI, r.Header().Get("Content-Type"))
	}
	var got []string
	for path, methods := range document.Paths {
		for method, op := range methods {
			got = append(got, strings.ToUpper(method)+" "+strings.TrimPrefix(path, base))
			if op.Summary == "" || op.Responses["401"] == nil {
				t.Errorf("%s %s: %+v", method, path, op)
			}
		}
	}
	slices.Sort(got)
	want := slices.Sorted(slices.Values(operations))
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	page := w.call("", "GET", "/api/docs", nil).is(200)
	policy := page.Header().Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") {
		t.Errorf("policy %s", policy)
	}
	html := page.Body.String()
	_, style, _ := strings.Cut(html, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	if sum := sha256.Sum256([]byte(style)); !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Errorf("a browser refuses the page's style: %s", policy)
	}
	for _, op := range operations {
		method, path, _ := strings.Cut(op, " ")
		if !strings.Contains(html, `<span class="method">`+method+`</span> `+base+path+`</h3>`) {
			t.Errorf("the page lacks %s", op)
		}
	}
	for _, outside := range []string{"<script", "src=", "http://", "https://", "@import", "url("} {
		if strings.Contains(html, outside) {
			t.Errorf("the page holds %q", outside)
		}
	}
}

func TestEveryRouteNeedsAToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	for _, op := range operations {
		method, path, _ := strings.Cut(op, " ")
		path = strings.NewReplacer("{id}", "x", "{name}", "x").Replace(path)
		w.call("", method, path, nil).is(http.StatusUnauthorized)
		if r := w.call("owner", method, path, nil); r.Code == http.StatusMethodNotAllowed || r.Code >= 500 {
			t.Errorf("%s: answered %d %s", op, r.Code, r.Body)
		}
	}
}
