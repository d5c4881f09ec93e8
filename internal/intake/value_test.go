package intake

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestFieldsAndItems(t *testing.T) {
	tests := map[string]struct {
		v    string
		want []string
	}{
		"an object":                       {`{"a":1,"b":"x"}`, []string{"a", "1", "b", `"x"`}},
		"space anywhere":                  {"{ \"a\" :\t1 ,\r\n\"b\" : [ 1 , 2 ] }", []string{"a", "1", "b", "[ 1 , 2 ]"}},
		"quotes and brackets in texts":    {`{"a\"}":"]}\\","b":"\\\""}`, []string{`a"}`, `"]}\\"`, "b", `"\\\""`}},
		"an escaped name":                 {`{"\u0073ummary":null}`, []string{"summary", "null"}},
		"a name that is there twice":      {`{"a":1,"a":2}`, []string{"a", "1", "a", "2"}},
		"an empty object":                 {`{ }`, nil},
		"a list":                          {`[1,"a",{"b":[]},[],-1e5]`, []string{"1", `"a"`, `{"b":[]}`, "[]", "-1e5"}},
		"an empty list":                   {`[ ]`, nil},
		"a text":                          {`"a"`, nil},
		"nothing":                         {``, nil},
		"an object that ends in a name":   {`{"a":1,"b`, []string{"a", "1"}},
		"an object that ends in a value":  {`{"a":1,"b":"`, []string{"a", "1"}},
		"an object that ends in a list":   {`{"a":1,"b":[1,{"c":`, []string{"a", "1"}},
		"a colon and then nothing":        {`{"a":`, nil},
		"a name and then a bracket":       {`{"a"}`, nil},
		"a list that ends in a backslash": {`[1,"\`, []string{"1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for field, v := range value(test.v).fields() {
				got = append(got, string(field), string(v))
			}
			for _, v := range value(test.v).items() {
				got = append(got, string(v))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestText(t *testing.T) {
	tests := map[string]struct{ v, want string }{
		"a text":                       {`"disk full"`, "disk full"},
		"every escape":                 {`"\"\\\/\b\f\n\r\t\u00fc"`, "\"\\/\b\f\n\r\tü"},
		"a pair of surrogates":         {`"a\ud83d\udd25b"`, "a🔥b"},
		"half a pair":                  {`"a\ud83dx"`, "a\ufffdx"},
		"two first halves":             {`"\ud83d\ud83d\udd25"`, "\ufffd🔥"},
		"a NUL":                        {`"\u0000"`, "\x00"},
		"bytes that are not UTF-8":     {"\"caf\xe9\"", "caf\xe9"},
		"the same behind an escape":    {"\"\\ncaf\xe9\"", "\ncaf\xe9"},
		"a number as it is written":    {`1e999`, "1e999"},
		"a long number":                {`12345678901234567890.10`, "12345678901234567890.10"},
		"true":                         {`true`, "true"},
		"null":                         {`null`, ""},
		"nothing":                      {``, ""},
		"an object is written compact": {`{ "a" : [ 1 , "b c" ] }`, `{"a":[1,"b c"]}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := value(test.v).text(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// FuzzValue compares our reading of JSON with the standard library's, and has
// bytes that are no JSON do no harm.
func FuzzValue(f *testing.F) {
	for _, s := range []string{`{"a":1,"a":"\ud83d\udd25"}`, `["\u0000",[],{}]`, `{"a"`, `"\`, `{"a":{"b":"\\\"}"}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		walk(value(body), 0)
		if v, problem := read(body); problem == "" {
			sameAsStandard(t, v)
		}
	})
}

func walk(v value, depth int) {
	_, _ = v.text(), v.count(10)
	if depth > maxDepth {
		return
	}
	for _, field := range v.fields() {
		walk(field, depth+1)
	}
	for _, item := range v.items() {
		walk(item, depth+1)
	}
}

func sameAsStandard(t *testing.T, v value) {
	t.Helper()
	switch {
	case v.isText():
		var want string
		if err := json.Unmarshal(v, &want); err != nil {
			t.Fatal(err)
		}
		if got := string([]rune(v.text())); got != want {
			t.Errorf("%s is %q, want %q", v, got, want)
		}
	case v.isObject():
		var want map[string]json.RawMessage
		if err := json.Unmarshal(v, &want); err != nil {
			t.Fatal(err)
		}
		last := map[string]value{}
		for name, field := range v.fields() {
			last[string([]rune(string(name)))] = field
			sameAsStandard(t, field)
		}
		if len(last) != len(want) {
			t.Fatalf("%s has %d fields, want %d", v, len(last), len(want))
		}
		for name, raw := range want {
			if string(last[name]) != string(raw) {
				t.Errorf("%s: field %q is %s, want %s", v, name, last[name], raw)
			}
		}
	case v.isList():
		var want []json.RawMessage
		if err := json.Unmarshal(v, &want); err != nil {
			t.Fatal(err)
		}
		got := 0
		for i, item := range v.items() {
			if got++; got > len(want) || string(item) != string(want[i]) {
				t.Fatalf("%s: item %d is %s", v, i, item)
			}
			sameAsStandard(t, item)
		}
		if got != len(want) {
			t.Errorf("%s has %d items, want %d", v, got, len(want))
		}
	}
}
