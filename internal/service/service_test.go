package service

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestAnUrgencyIsOneWordOrAMap(t *testing.T) {
	all := func(word string) Urgency {
		return Urgency{"critical": word, "error": word, "warning": word, "info": word}
	}
	tests := map[string]struct {
		text string
		want Urgency
		back string // "": the same
	}{
		"one word is for all severities":    {`"high"`, all("high"), ""},
		"a map":                             {`{"critical":"high","info":"none"}`, Urgency{"critical": "high", "info": "none"}, ""},
		"a map that says the same is short": {`{"critical":"low","error":"low","warning":"low","info":"low"}`, all("low"), `"low"`},
		"four that are not the severities":  {`{"a":"","b":"","c":"","d":""}`, Urgency{"a": "", "b": "", "c": "", "d": ""}, ""},
		"an empty map is the default":       {`{}`, Urgency{}, ""},
		"null is the default":               {`null`, nil, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got Urgency
			if err := json.Unmarshal([]byte(test.text), &got); err != nil || !maps.Equal(got, test.want) {
				t.Fatalf("it is read %v, %v", got, err)
			}
			if test.back == "" {
				test.back = test.text
			}
			if back, err := json.Marshal(got); err != nil || string(back) != test.back {
				t.Errorf("it is written %s, %v", back, err)
			}
			if got.IsZero() != (len(test.want) == 0) {
				t.Errorf("it is the default: %v", got.IsZero())
			}
		})
	}
}

func TestAnUrgencyThatIsNeitherIsRefusedWithWhatItMayBe(t *testing.T) {
	for _, text := range []string{`1`, `true`, `["high"]`, `{"critical":1}`, `{"critical":{"high":1}}`, `{"critical":["high"]}`} {
		u := Urgency{"critical": "low"}
		err := json.Unmarshal([]byte(text), &u)
		if err == nil || err.Error() != "urgency is one word (high, low or none) or a map of severities to them" {
			t.Errorf("%s: %v, %v", text, u, err)
		}
	}
}

func TestWhateverUrgencyIsWrittenIsReadBack(t *testing.T) {
	severity := rapid.SampledFrom([]string{"critical", "error", "warning", "info", "fatal", "notice"})
	rapid.Check(t, func(t *rapid.T) {
		u := Urgency(rapid.MapOf(severity, rapid.SampledFrom([]string{"high", "low", "none", ""})).Draw(t, "urgency"))
		text, err := json.Marshal(Service{Team: "t", Policy: "p", Urgency: u})
		if err != nil {
			t.Fatal(err)
		}
		var back Service
		if err := json.Unmarshal(text, &back); err != nil || !maps.Equal(back.Urgency, u) {
			t.Fatalf("%v is written %s and read %v, %v", u, text, back.Urgency, err)
		}
	})
}

func TestAServiceWithTheDefaultsIsWrittenWithoutThem(t *testing.T) {
	text, err := json.Marshal(Service{Name: "checkout", Team: "payments", Policy: "payments"})
	if err != nil || string(text) != `{"team":"payments","policy":"payments"}` {
		t.Errorf("%s, %v", text, err)
	}
}

func TestACloneSharesNothing(t *testing.T) {
	a := Service{Team: "t", Urgency: Urgency{"info": "low"}, Severity: map[string]string{"sev1": "critical"}}
	b := a.Clone()
	b.Urgency["info"], b.Severity["sev1"] = "high", "info"
	if a.Urgency["info"] != "low" || a.Severity["sev1"] != "critical" || b.Team != "t" {
		t.Errorf("%+v", a)
	}
	if c := (Service{}).Clone(); c.Urgency != nil || c.Severity != nil {
		t.Errorf("a clone of nothing is %+v", c)
	}
}

func TestWhatIsWrongWithAService(t *testing.T) {
	tests := map[string]struct {
		service Service
		wrong   []string
	}{
		"nothing":   {Service{Team: "t", Policy: "p", Urgency: Urgency{"critical": "high", "info": "none"}, Severity: map[string]string{"awful": "critical"}}, nil},
		"no team":   {Service{Policy: "p"}, []string{"team: a service is owned by a team; name it"}},
		"no policy": {Service{Team: "t"}, []string{"policy: a service needs a policy that says who is paged"}},
		"an urgency of no severity": {
			Service{Team: "t", Policy: "p", Urgency: Urgency{"fatal": "high"}}, []string{"urgency.fatal: severities are critical, error, warning and info"},
		},
		"an unknown urgency": {
			Service{Team: "t", Policy: "p", Urgency: Urgency{"error": "soon"}}, []string{`urgency.error: "soon" is not an urgency; there are high, low and none`},
		},
		"an unknown severity": {
			Service{Team: "t", Policy: "p", Severity: map[string]string{"awful": "fatal"}},
			[]string{`severity.awful: "fatal" is not a severity; there are critical, error, warning and info`},
		},
		"all at once, by place": {
			Service{Urgency: Urgency{"warning": "x", "info": "y", "fatal": "z"}, Severity: map[string]string{"b": "x", "a": "y"}},
			[]string{
				"policy: a service needs a policy that says who is paged",
				`severity.a: "y" is not a severity; there are critical, error, warning and info`,
				`severity.b: "x" is not a severity; there are critical, error, warning and info`,
				"team: a service is owned by a team; name it",
				"urgency.fatal: severities are critical, error, warning and info",
				`urgency.fatal: "z" is not an urgency; there are high, low and none`,
				`urgency.info: "y" is not an urgency; there are high, low and none`,
				`urgency.warning: "x" is not an urgency; there are high, low and none`,
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range test.service.Validate() {
				got = append(got, f.Path+": "+f.Sentence)
			}
			if !slices.Equal(got, test.wrong) {
				t.Errorf("it says %q", got)
			}
		})
	}
}
