package intake

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"firehall/internal/alert"
)

// pd returns a trigger with this payload and other fields.
func pd(payload string, fields ...string) string {
	return `{"routing_key":"0123456789abcdef0123456789abcdef","event_action":"trigger",` +
		strings.Join(append(fields, `"payload":{`+payload+`}}`), ",")
}

const payload = `"summary":"disk full","source":"web-01","severity":"critical"`

func TestPagerDutyActions(t *testing.T) {
	tests := map[string]struct {
		body, key, summary string
		status             alert.SignalStatus
	}{
		"a trigger":                   {pd(payload, `"dedup_key":"k"`), "k", "disk full", alert.Firing},
		"a trigger without a key":     {pd(payload), "", "disk full", alert.Firing},
		"a trigger with an empty key": {pd(payload, `"dedup_key":""`), "", "disk full", alert.Firing},
		"a key that is a number":      {pd(payload, `"dedup_key":42`), "42", "disk full", alert.Firing},
		"a key of 255 characters":     {pd(payload, `"dedup_key":"`+strings.Repeat("ü", 255)+`"`), strings.Repeat("ü", 255), "disk full", alert.Firing},
		"an acknowledge":              {`{"event_action":"acknowledge","dedup_key":"k"}`, "k", "k", alert.SignalAcked},
		"a resolve":                   {`{"event_action":"resolve","dedup_key":"k"}`, "k", "k", alert.SignalClosed},
		"a resolve with half a payload": {
			`{"event_action":"resolve","dedup_key":"k","payload":{"summary":"disk full"}}`, "k", "disk full", alert.SignalClosed,
		},
		"a resolve of a key without a letter":   {`{"event_action":"resolve","dedup_key":" "}`, " ", "(no summary)", alert.SignalClosed},
		"a resolve with a payload that is none": {`{"event_action":"resolve","dedup_key":"k","payload":"x"}`, "k", "k", alert.SignalClosed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			result, err := Parse("pagerduty", Options{}, []byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			got := one(t, "pagerduty", Options{}, test.body)
			if got.Key != test.key || result.DedupKey != test.key || got.Status != test.status || got.Summary != test.summary || got.Resends {
				t.Errorf("got %+v, dedup key %q", got, result.DedupKey)
			}
		})
	}
}

func TestPagerDutySeverityIsAnyWord(t *testing.T) {
	for _, word := range []string{"critical", "error", "warning", "info", "P1", "purple"} {
		got := one(t, "pagerduty", Options{}, pd(strings.Replace(payload, "critical", word, 1)))
		if got.Severity != word {
			t.Errorf("severity %q, want %q", got.Severity, word)
		}
	}
}

func TestPagerDutyRefusals(t *testing.T) {
	tests := map[string]struct {
		body string
		says []string
	}{
		"no action":           {`{"payload":{}}`, []string{"'event_action' is missing or blank"}},
		"another action":      {`{"event_action":"open"}`, []string{"'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')"}},
		"an action in a list": {`{"event_action":["trigger"]}`, []string{"'event_action' is missing or blank"}},
		"a trigger without a payload": {
			`{"event_action":"trigger"}`, []string{"'payload' is missing or blank"},
		},
		"a payload that is a text": {`{"event_action":"trigger","payload":"x"}`, []string{"'payload' is missing or blank"}},
		"an empty payload": {pd(""), []string{
			"'payload.summary' is missing or blank", "'payload.source' is missing or blank",
			"'payload.severity' is missing or blank (must be one of the following: 'critical', 'warning', 'error' or 'info')",
		}},
		"a blank summary":     {pd(strings.Replace(payload, "disk full", ` \n\t`, 1)), []string{"'payload.summary' is missing or blank"}},
		"a summary in a list": {pd(strings.Replace(payload, `"disk full"`, `["x"]`, 1)), []string{"'payload.summary' is missing or blank"}},
		"a source of null":    {pd(strings.Replace(payload, `"web-01"`, "null", 1)), []string{"'payload.source' is missing or blank"}},
		"a severity that is an object": {
			pd(strings.Replace(payload, `"critical"`, "{}", 1)),
			[]string{"'payload.severity' is missing or blank (must be one of the following: 'critical', 'warning', 'error' or 'info')"},
		},
		"a key of 256 characters":    {pd(payload, `"dedup_key":"`+strings.Repeat("ü", 256)+`"`), []string{"'dedup_key' is too long (maximum is 255 characters)"}},
		"a key that is an object":    {pd(payload, `"dedup_key":{}`), []string{"'dedup_key' is invalid (must be a string)"}},
		"an acknowledge without key": {`{"event_action":"acknowledge"}`, []string{"'dedup_key' is missing or blank ('acknowledge' and 'resolve' need that of their trigger)"}},
		"a resolve without key":      {`{"event_action":"resolve","dedup_key":null}`, []string{"'dedup_key' is missing or blank ('acknowledge' and 'resolve' need that of their trigger)"}},
		"a list of events":           {`[{}]`, []string{"the event is a list: an object is needed"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := refusal(t, "pagerduty", test.body)
			if fmt.Sprint(got.Errors) != fmt.Sprint(test.says) || got.Sentence != "Event object is invalid" {
				t.Errorf("got  %q\nwant %q", got.Errors, test.says)
			}
		})
	}
}

func TestALongPagerDutySummaryIsCutAndKept(t *testing.T) {
	long := strings.Repeat("ü", 1025)
	got := one(t, "pagerduty", Options{}, pd(strings.Replace(payload, "disk full", long, 1)))
	if utf8.RuneCountInString(got.Summary) != alert.MaxSummary || got.Details["summary"] != long {
		t.Errorf("summary %q, details %v", got.Summary, got.Details)
	}
}

func TestPagerDutyDetails(t *testing.T) {
	tests := map[string]struct {
		body string
		want map[string]string
	}{
		"source, component, group and class": {pd(payload + `,"component":"mysql","group":"db","class":"disk"`), map[string]string{"source": "web-01", "component": "mysql", "group": "db", "class": "disk"}},
		"custom details of any type":         {pd(payload + `,"custom_details":{"a":"x","b":0.75,"c":true,"d":null,"e":{"f": [1]}}`), map[string]string{"source": "web-01", "a": "x", "b": "0.75", "c": "true", "d": "", "e": `{"f":[1]}`}},
		"a custom detail with a taken name":  {pd(payload + `,"custom_details":{"source":"other"}`), map[string]string{"source": "web-01", "custom_details.source": "other"}},
		"one that says the same":             {pd(payload + `,"custom_details":{"source":"web-01"}`), map[string]string{"source": "web-01"}},
		"custom details that are a text":     {pd(payload + `,"custom_details":"a\nb"`), map[string]string{"source": "web-01", "custom_details": "a\nb"}},
		"custom details that are a list":     {pd(payload + `,"custom_details":["a", 1]`), map[string]string{"source": "web-01", "custom_details": `["a",1]`}},
		"a client":                           {pd(payload, `"client":"monitor"`), map[string]string{"source": "web-01", "client": "monitor"}},
		"a timestamp that is none":           {pd(payload + `,"timestamp":"yesterday"`), map[string]string{"source": "web-01", "timestamp": "yesterday"}},
		"a timestamp is no detail":           {pd(payload + `,"timestamp":"2015-07-17T08:42:58.315+0000"`), map[string]string{"source": "web-01"}},
		"a link that must not be one":        {pd(payload, `"links":[{"href":"javascript:alert(1)","text":"press"}]`), map[string]string{"source": "web-01", "press": "javascript:alert(1)"}},
		"two of the same name":               {pd(payload, `"links":[{"href":"x:1"},{"href":"x:2"},{"href":"x:2"}]`), map[string]string{"source": "web-01", "link": "x:1", "link (2)": "x:2"}},
		"links that are no list":             {pd(payload, `"links":"x"`, `"images":{}`), map[string]string{"source": "web-01"}},
		"a link without an address":          {pd(payload, `"links":[{"text":"x"},1,null]`), map[string]string{"source": "web-01"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := one(t, "pagerduty", Options{}, test.body); fmt.Sprint(got.Details) != fmt.Sprint(test.want) {
				t.Errorf("got  %v\nwant %v", got.Details, test.want)
			}
		})
	}
}

func TestPagerDutyLinks(t *testing.T) {
	got := one(t, "pagerduty", Options{}, pd(payload, `"client":"monitor"`, `"client_url":"https://m.example/"`,
		`"links":[{"href":"https://run.example/","text":"runbook"},{"href":"https://bare.example/"},{"href":"https://run.example/","text":"again"}]`,
		`"images":[{"src":"https://img.example/1.png","alt":"graph","href":"https://img.example/"}]`))
	want := []alert.Link{
		{Href: "https://m.example/", Text: "monitor", Kind: "source"},
		{Href: "https://run.example/", Text: "runbook", Kind: "runbook"},
		{Href: "https://bare.example/", Text: "https://bare.example/"},
		{Href: "https://img.example/1.png", Text: "graph", Kind: "image"},
		{Href: "https://img.example/", Text: "graph"},
	}
	if fmt.Sprint(got.Links) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got.Links, want)
	}
}

func TestPagerDutyTimestamp(t *testing.T) {
	got := one(t, "pagerduty", Options{}, pd(payload+`,"timestamp":"2015-07-17T08:42:58.315+0000"`))
	if want := "2015-07-17 08:42:58.315 +0000 UTC"; got.StartsAt.String() != want {
		t.Errorf("since %s, want %s", got.StartsAt, want)
	}
}

func TestRoutingKey(t *testing.T) {
	tests := map[string]struct{ body, want string }{
		"an event":                          {pd(payload), "0123456789abcdef0123456789abcdef"},
		"a byte order mark and space":       {"\ufeff\n" + pd(payload), "0123456789abcdef0123456789abcdef"},
		"behind a payload that holds one":   {`{"payload":{"routing_key":"inner"},"routing_key":"outer"}`, "outer"},
		"the last of two counts":            {`{"routing_key":"a","routing_key":"b"}`, "b"},
		"an escaped name":                   {`{"routing\u005fkey":"a"}`, "a"},
		"a body that is broken behind it":   {`{"routing_key":"a","payload":{"summary":"x`, "a"},
		"a body that is cut off before it":  {`{"payload":{"summary":"x`, ""},
		"a number":                          {`{"routing_key":1}`, ""},
		"an empty one":                      {`{"routing_key":""}`, ""},
		"none":                              {`{}`, ""},
		"a list":                            {`[{"routing_key":"a"}]`, ""},
		"nothing":                           {``, ""},
		"a body cut off inside of the key":  {`{"routing_key":"a`, ""},
		"a million levels in front of it":   {strings.Repeat("[", 1<<20) + `{"routing_key":"a"}`, ""},
		"a million levels within the value": {`{"a":` + strings.Repeat("[", 1<<20), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := RoutingKey([]byte(test.body))
			if got != test.want || (err == nil) != (test.want != "") {
				t.Errorf("got %q, %v; want %q", got, err, test.want)
			}
			if result, failed := Parse("pagerduty", Options{}, []byte(test.body)); failed == nil && result.RoutingKey != got {
				t.Errorf("Parse says %q, RoutingKey %q", result.RoutingKey, got)
			}
		})
	}
}

func TestChangeEvents(t *testing.T) {
	ok, err := ParseChange([]byte(`{"routing_key":"k","payload":{"summary":"deploy\n220","source":" ci ","timestamp":"2020-07-17T08:42:58.315+0000"}}`))
	if err != nil || ok.Summary != "deploy 220" || ok.Source != "ci" || ok.RoutingKey != "k" || ok.At.Year() != 2020 {
		t.Errorf("got %+v, %v", ok, err)
	}
	for body, says := range map[string]string{
		`{"payload":{"summary":"x"}}`:                     "Event object is invalid: 'routing_key' is missing or blank",
		`{"routing_key":"k"}`:                             "'payload' is missing or blank",
		`{"routing_key":"k","payload":{"summary":""}}`:    "'payload.summary' is missing or blank",
		`{"routing_key":"k","payload":{"summary":["x"]}}`: "'payload.summary' is missing or blank",
		`[]`: "the event is a list: an object is needed",
		`{`:  "the body is not JSON",
	} {
		if _, err := ParseChange([]byte(body)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want %q", body, err, says)
		}
	}
}

func TestPagerDutyAnswers(t *testing.T) {
	for want, got := range map[string][]byte{
		`{"status":"success","message":"Event processed","dedup_key":"a/ü\""}`:                                      PagerDutyAccepted(`a/ü"`),
		`{"status":"success","message":"Change event processed"}`:                                                   PagerDutyChangeAccepted(),
		`{"status":"invalid event","message":"Event object is invalid","errors":["'payload' is missing or blank"]}`: PagerDutyRefused(refusal(t, "pagerduty", `{"event_action":"trigger"}`)),
	} {
		if string(got) != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
