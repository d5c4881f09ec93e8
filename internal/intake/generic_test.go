package intake

import (
	"fmt"
	"strings"
	"testing"

	"firehall/internal/alert"
)

func TestGenericRefusals(t *testing.T) {
	tests := map[string]struct{ body, says string }{
		"nothing in it":                  {`{}`, `summary: a text is needed, like {"summary":"disk full"}`},
		"a blank summary":                {`{"summary":" \n"}`, "summary: a text is needed"},
		"a summary of turning marks":     {`{"summary":"\u202e"}`, "summary: a text is needed"},
		"a summary that is a number":     {`{"summary":1}`, "summary: a text is needed"},
		"a summary that is a list":       {`{"summary":["x"]}`, "summary: a text is needed"},
		"a summary of null":              {`{"summary":null}`, "summary: a text is needed"},
		"a key that is a number":         {`{"summary":"x","key":1}`, `key: a text is needed, like "web-01/disk", not a number`},
		"a severity that is a number":    {`{"summary":"x","severity":1}`, `severity: a text is needed, like "critical", not a number`},
		"a status that is true":          {`{"summary":"x","status":true}`, `status: a text is needed, like "firing", not true or false`},
		"another status":                 {`{"summary":"x","status":"broken"}`, `status: "broken" is none; it is "firing" or "resolved"`},
		"a status with a capital letter": {`{"summary":"x","status":"Firing"}`, `"firing" or "resolved"`},
		"a status that is not neutral":   {`{"summary":"x","status":"\u202e\u0000"}`, "\"\ufffd\" is none"},
		"resolved without a key":         {`{"summary":"x","status":"resolved"}`, `key: to resolve a problem its key is needed, like {"key":"web-01/disk","status":"resolved"}`},
		"details that are a text":        {`{"summary":"x","details":"y"}`, `details: an object is needed, like {"host":"web-01"}, not a text`},
		"links that are an object":       {`{"summary":"x","links":{}}`, "links: a list is needed"},
		"a link that is a text":          {`{"summary":"x","links":["https://x.example"]}`, "links[0].href: a text is needed"},
		"a link without an address":      {`{"summary":"x","links":[{"href":"https://x.example"},{"text":"y"}]}`, "links[1].href: a text is needed"},
		"a link whose text is a number":  {`{"summary":"x","links":[{"href":"https://x.example","text":1}]}`, "links[0].text: a text is needed"},
		"the second of a list":           {`[{"summary":"x"},{"summary":"y","links":[{}]}]`, "[1].links[0].href: a text is needed"},
		"a list with a text":             {`["x"]`, `[0]: an object is needed, like {"summary":"disk full"}, not a text`},
		"an empty list":                  {`[]`, `the list is empty: send at least one item like {"summary":"disk full"}`},
		"two things: both are told":      {`{"key":1,"severity":2,"summary":"x"}`, "not a number; severity: "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := refusal(t, "generic", test.body).Error(); !strings.Contains(got, test.says) {
				t.Errorf("says %q, want %q in it", got, test.says)
			}
		})
	}
}

func TestGenericItems(t *testing.T) {
	tests := map[string]struct {
		body, key, summary, severity string
		status                       alert.SignalStatus
	}{
		"a summary is enough":              {`{"summary":"disk full"}`, "", "disk full", "", alert.Firing},
		"one in a list":                    {`[{"summary":"disk full"}]`, "", "disk full", "", alert.Firing},
		"all of it":                        {`{"summary":"disk full","key":"k","severity":"P1","status":"firing"}`, "k", "disk full", "P1", alert.Firing},
		"null is not there":                {`{"summary":"disk full","key":null,"severity":null,"status":null,"details":null,"links":null}`, "", "disk full", "", alert.Firing},
		"an empty key is none":             {`{"summary":"disk full","key":"","status":""}`, "", "disk full", "", alert.Firing},
		"resolved":                         {`{"summary":"disk full","key":"k","status":"resolved"}`, "k", "disk full", "", alert.SignalClosed},
		"resolved without a summary":       {`{"key":"k","status":"resolved"}`, "k", "k", "", alert.SignalClosed},
		"resolved, a key without a letter": {`{"key":" ","status":"resolved"}`, " ", "(no summary)", "", alert.SignalClosed},
		"somebody else's fields":           {`{"summary":"disk full","id":7,"Summary":"not ours","nested":{"summary":"nor this"}}`, "", "disk full", "", alert.Firing},
		"the last of two summaries":        {`{"summary":"a","summary":"b"}`, "", "b", "", alert.Firing},
		"a summary of several lines":       {`{"summary":" disk\r\nfull "}`, "", "disk full", "", alert.Firing},
		"a severity with space around it":  {`{"summary":"disk full","severity":" high\n"}`, "", "disk full", "high", alert.Firing},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := one(t, "generic", Options{}, test.body)
			if got.Key != test.key || got.Summary != test.summary || got.Severity != test.severity || got.Status != test.status || got.Resends || len(got.Details)+len(got.Links) > 0 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestAListIsOneMessageInItsOrder(t *testing.T) {
	got, err := Parse("generic", Options{}, []byte(`[{"summary":"a"},{"summary":"b","key":"k"},{"key":"k","status":"resolved"}]`))
	if err != nil || len(got.Signals) != 3 || got.Signals[0].Summary != "a" || got.Signals[1].Summary != "b" || got.Signals[2].Status != alert.SignalClosed {
		t.Errorf("got %+v, %v", got.Signals, err)
	}
}

func TestAListThatIsTooLong(t *testing.T) {
	most := strings.Repeat(`{"summary":"x"},`, maxSignals-1) + `{"summary":"x"}`
	if got, err := Parse("generic", Options{}, []byte("["+most+"]")); err != nil || len(got.Signals) != maxSignals {
		t.Errorf("%d signals, %v", len(got.Signals), err)
	}
	if got := refusal(t, "generic", "["+most+`,{"summary":"x"}]`).Error(); !strings.Contains(got, "more than 10000 items") {
		t.Errorf("says %q", got)
	}
}

func TestDetailsBeyondTheirLimits(t *testing.T) {
	var more strings.Builder
	for i := range alert.MaxDetails {
		fmt.Fprintf(&more, `,"n%d":1`, i)
	}
	got := one(t, "generic", Options{}, `{"summary":"x","details":{"":"nameless","long":"`+strings.Repeat("y", alert.MaxDetail+1)+`"`+more.String()+`,"long":"the last counts"}}`)
	if len(got.Details) != alert.MaxDetails || got.Details["(no name)"] != "nameless" || got.Details["n197"] != "1" || got.Details["n198"] != "" {
		t.Errorf("%d details, want the first %d: %v", len(got.Details), alert.MaxDetails, got.Details)
	}
}

func TestALongDetailIsCut(t *testing.T) {
	got := one(t, "generic", Options{}, `{"summary":"x","details":{"a":"`+strings.Repeat("y", alert.MaxDetail+1)+`"}}`)
	if want := strings.Repeat("y", alert.MaxDetail-3) + "…"; got.Details["a"] != want {
		t.Errorf("%d bytes, want %d", len(got.Details["a"]), len(want))
	}
}

func TestMoreLinksThanAreKept(t *testing.T) {
	var links strings.Builder
	for i := range alert.MaxLinks + 1 {
		fmt.Fprintf(&links, `{"href":"https://example.com/%d"},`, i)
	}
	got := one(t, "generic", Options{}, `{"summary":"x","links":[`+strings.TrimSuffix(links.String(), ",")+`]}`)
	if len(got.Links) != alert.MaxLinks || got.Links[0].Href != "https://example.com/0" {
		t.Errorf("%d links from %v", len(got.Links), got.Links[:1])
	}
}

func TestALinkIsOfTheKindThatItIsCalled(t *testing.T) {
	tests := map[string]string{"Runbook": "runbook", "runbook": "runbook", "Dashboard": "dashboard", "Graph": "", "": ""}
	for text, want := range tests {
		got := one(t, "generic", Options{}, `{"summary":"x","links":[{"href":"https://wiki.example/x","text":"`+text+`"}]}`)
		if len(got.Links) != 1 || got.Links[0].Kind != want {
			t.Errorf("%q: %v, want the kind %q", text, got.Links, want)
		}
	}
}
