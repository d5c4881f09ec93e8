package intake

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"

	"firehall/internal/alert"
)

// hostile are texts that somebody might send to do harm where they are shown.
var hostile = map[string]string{
	"a NUL":                     "disk\x00full",
	"an escape sequence":        "\x1b]0;owned\x07\x1b[2J",
	"turned text":               "\u202egpj.exe\u202c",
	"isolates":                  "\u2066a\u2067b\u2068c\u2069",
	"markup":                    `<script>alert(1)</script><img src=x onerror=alert(1)>`,
	"a closed attribute":        `"><svg/onload=alert(1)>`,
	"a template":                `{{template "x"}}{{.Secret}}${jndi:ldap://x}`,
	"a formula":                 `=cmd|' /C calc'!A0`,
	"another formula":           "@SUM(1+1)*cmd|' /C calc'!A0",
	"a header":                  "disk\r\nBcc: everybody@example.com",
	"a mention":                 "<!channel> @everyone <@U123>",
	"SQL":                       `'; DROP TABLE alerts; --`,
	"a stack of accents":        "a" + strings.Repeat("\u0301", 5000),
	"a script":                  "javascript:alert(1)//https://example.com",
	"a link with a password":    "https://bank.example@evil.example/",
	"every line break":          "a\u2028b\u2029c\u0085d\ve\ff",
	"text outside of the plane": strings.Repeat("🔥", 300),
}

// long are texts beyond every limit, to be repeated.
var long = map[string]string{
	"letters":     "x",
	"controls":    "\x01",
	"turns":       "\u202e",
	"space":       " ",
	"lines":       "x\n",
	"backslashes": `\`,
	"quotes":      `"`,
}

// TestHostileTextsComeOutNeutral puts each into every place of every kind.
func TestHostileTextsComeOutNeutral(t *testing.T) {
	places := map[string][]string{
		"generic": {
			`{"summary":S,"key":S,"severity":S,"details":{S:S,"list":[S]},"links":[{"href":S,"text":S},{"href":"https://x.example","text":S}]}`,
		},
		"pagerduty": {
			`{"event_action":"trigger","dedup_key":"k","client":S,"client_url":S,"payload":{"summary":S,"source":S,"severity":S,"timestamp":S,"component":S,"group":S,"class":S,"custom_details":{S:S}},"links":[{"href":S,"text":S}],"images":[{"src":S,"href":S,"alt":S}]}`,
			`{"event_action":"trigger","payload":{"summary":S,"source":S,"severity":S,"custom_details":S}}`,
		},
		"alertmanager": {
			`{"groupKey":S,"status":S,"receiver":S,"groupLabels":{S:S},"commonLabels":{S:S,"severity":S,"alertname":S},"commonAnnotations":{S:S,"summary":S,"runbook":S},"externalURL":S,"alerts":[{"status":S,"labels":{S:S,"alertname":S,"severity":S},"annotations":{S:S,"summary":S,"dashboard":S},"startsAt":S,"endsAt":S,"generatorURL":S,"fingerprint":S}]}`,
			`{"receiver":S,"groupLabels":{S:S},"alerts":[{"labels":{S:S,"alertname":S}},{"labels":{"a":S}}]}`,
		},
	}
	texts := maps.Clone(hostile)
	for name, text := range long {
		texts[name] = strings.Repeat(text, 20000) + "x"
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			quoted := quote(t, text)
			for kind, bodies := range places {
				for _, body := range bodies {
					neutralOrRefused(t, kind, FoldGroup, []byte(strings.ReplaceAll(body, "S", quoted)))
				}
			}
			neutralOrRefused(t, "alertmanager", FoldEach, []byte(strings.ReplaceAll(places["alertmanager"][0], "S", quoted)))
		})
	}
}

func TestTextsOfAMegabyteAreCut(t *testing.T) {
	for name, text := range long {
		quoted := quote(t, "x"+strings.Repeat(text, (1<<20)/len(text)))
		got := one(t, "generic", Options{}, `{"summary":`+quoted+`,"key":`+quoted+`,"details":{"a":`+quoted+`}}`)
		if len(got.Key) != 64 || !strings.HasPrefix(got.Summary, "x") {
			t.Errorf("%s: key %q, summary %q", name, got.Key, got.Summary)
		}
	}
}

// quote returns text as JSON.
func quote(t *testing.T, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}

// TestHarmlessMarkupIsKeptAsText keeps the words: what is plain text here is
// made harmless where it is shown.
func TestHarmlessMarkupIsKeptAsText(t *testing.T) {
	for _, name := range []string{"markup", "a template", "a formula", "another formula", "a mention", "SQL", "a closed attribute"} {
		quoted := quote(t, hostile[name])
		got := one(t, "generic", Options{}, `{"summary":`+quoted+`,"details":{"a":`+quoted+`}}`)
		if got.Summary != hostile[name] || got.Details["a"] != hostile[name] {
			t.Errorf("%s became %q and %q", name, got.Summary, got.Details["a"])
		}
	}
}

func TestHostileBodies(t *testing.T) {
	for name, body := range map[string]string{
		"bytes that are not UTF-8": "{\"summary\":\"caf\xe9\",\"key\":\"\xff\xfe\",\"details\":{\"\xc3\":\"\xc3\x28\"}}",
		"a number beyond all":      `{"summary":"x","details":{"a":1e999,"b":-1e999,"c":` + strings.Repeat("9", 1<<16) + `}}`,
		"a name that is repeated":  `{"summary":"x","summary":"y","details":{"a":1},"details":{"b":2},"links":[{"href":"https://a.example"}],"links":[]}`,
		"half a surrogate pair":    `{"summary":"a\ud800b","key":"\udfff"}`,
		"a name of a megabyte":     `{"summary":"x","details":{"` + strings.Repeat("n", 1<<20) + `":1}}`,
		"100,000 fields":           `{"summary":"x","details":{` + strings.Repeat(`"a":1,`, 100000) + `"b":2}}`,
		"prototype pollution":      `{"summary":"x","details":{"__proto__":{"a":1},"constructor":{"prototype":1}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			satisfies(t, []alert.Signal{one(t, "generic", Options{}, body)})
		})
	}
	last := one(t, "generic", Options{}, `{"summary":"x","details":{"a":1},"details":{"b":2},"links":[{"href":"https://a.example"}],"links":[]}`)
	if len(last.Details) != 1 || last.Details["b"] != "2" || len(last.Links) != 0 {
		t.Errorf("of two fields of one name the last does not count alone: %+v", last)
	}
}

// neutralOrRefused holds for any bytes: what comes out is neutral and within
// its limits, or a refusal whose words are; and twice the same.
func neutralOrRefused(t *testing.T, kind, fold string, body []byte) {
	t.Helper()
	got, err := Parse(kind, Options{Fold: fold}, body)
	again, errAgain := Parse(kind, Options{Fold: fold}, body)
	if !reflect.DeepEqual(got, again) || (err == nil) != (errAgain == nil) || err != nil && err.Error() != errAgain.Error() {
		t.Errorf("%s reads the same bytes in two ways: %+v, %v; %+v, %v", kind, got, err, again, errAgain)
	}
	var r *Refusal
	switch {
	case err == nil:
		if len(got.Signals) == 0 {
			t.Errorf("%s: no signal and no refusal", kind)
		}
		satisfies(t, got.Signals)
	case !errors.As(err, &r):
		t.Errorf("%s fails with %v, which is no refusal", kind, err)
	default:
		for _, e := range r.Errors {
			shownLine(t, "error", e, 600)
		}
	}
}
