package setupfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// variables are the environment of the tests.
func variables(name string) (string, bool) {
	value, ok := map[string]string{"HOOK_SECRET": "hush", "ROUNDS": "2", "NOTHING": ""}[name]
	return value, ok
}

// read reads one file called team.yaml.
func read(text string) (*File, error) {
	return Read([]Source{{Name: "team.yaml", Text: []byte(text)}}, variables)
}

func TestReadKeepsWhatWasTyped(t *testing.T) {
	tests := map[string]struct{ yaml, json string }{
		"a time of day":             {`people: {ana: {zone: 09:00}}`, `{"people":{"ana":{"zone":"09:00"}}}`},
		"a date":                    {`people: {ana: {zone: 2026-11-03}}`, `{"people":{"ana":{"zone":"2026-11-03"}}}`},
		"no and yes and on":         {`teams: {t: {members: [no, yes, on, NO]}}`, `{"teams":{"t":{"members":["no","yes","on","NO"]}}}`},
		"no as a name":              {`people: {no: {name: Norway}}`, `{"people":{"no":{"name":"Norway"}}}`},
		"a key of digits":           {`sources: {s: {key: 00123456789012345678901234567890}}`, `{"sources":{"s":{"key":"00123456789012345678901234567890"}}}`},
		"a key like a float":        {`sources: {s: {key: 0e12345678901234}}`, `{"sources":{"s":{"key":"0e12345678901234"}}}`},
		"hex and octal":             {`people: {ana: {email: 0x1F, name: 0o17}}`, `{"people":{"ana":{"email":"0x1F","name":"0o17"}}}`},
		"true as a text":            {`people: {ana: {name: true}}`, `{"people":{"ana":{"name":"true"}}}`},
		"a length of time":          {`policies: {p: {ack_timeout: 30m}}`, `{"policies":{"p":{"ack_timeout":"30m"}}}`},
		"a number":                  {`policies: {p: {repeat: 2}}`, `{"policies":{"p":{"repeat":2}}}`},
		"a number in quotes":        {`policies: {p: {repeat: "2"}}`, `{"policies":{"p":{"repeat":2}}}`},
		"a truth":                   {`people: {ana: {disabled: yes}}`, `{"people":{"ana":{"disabled":true}}}`},
		"nothing":                   {`people: {ana: {email: ~}}`, `{"people":{"ana":{"email":null}}}`},
		"an empty section":          {"people:\nteams: {}\n", `{"people":{},"teams":{}}`},
		"an empty file":             {"# nothing yet\n", `{}`},
		"a variable":                {`people: {ana: {contacts: {hook: {secret: {env: HOOK_SECRET}}}}}`, `{"people":{"ana":{"contacts":{"hook":{"secret":"hush"}}}}}`},
		"a variable for a number":   {`policies: {p: {repeat: {env: ROUNDS}}}`, `{"policies":{"p":{"repeat":2}}}`},
		"things called env":         {`services: {env: {severity: {env: critical}}}`, `{"services":{"env":{"severity":{"env":"critical"}}}}`},
		"words called every":        {`services: {s: {severity: {every: error}}}`, `{"services":{"s":{"severity":{"every":"error"}}}}`},
		"an anchor":                 {"people:\n  ana: &p {name: A}\n  ben: *p\n", `{"people":{"ana":{"name":"A"},"ben":{"name":"A"}}}`},
		"a merge that is overruled": {"people:\n  ana: &p {name: A, zone: UTC}\n  ben: {<<: *p, name: B}\n", `{"people":{"ana":{"name":"A","zone":"UTC"},"ben":{"name":"B","zone":"UTC"}}}`},
		"of two merges the first":   {"teams: {a: &a {name: A}, b: &b {name: B, zone: UTC}}\npeople: {c: {<<: [*a, *b]}}\n", `{"people":{"c":{"name":"A","zone":"UTC"}},"teams":{"a":{"name":"A"},"b":{"name":"B","zone":"UTC"}}}`},
		"two documents":             {"people: {ana: {name: A}}\n---\npeople: {ben: {name: B}}\n", `{"people":{"ana":{"name":"A"},"ben":{"name":"B"}}}`},
		"lines with CR LF":          {"people:\r\n  ana:\r\n    name: A\r\n", `{"people":{"ana":{"name":"A"}}}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := read(test.yaml)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.json, string(f.Setup)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadNamesFileAndLineOfAMistake(t *testing.T) {
	tests := map[string]struct{ yaml, want string }{
		"a line too far left":      {"people:\n  ana:\n    name: Ana\n   zone: UTC\n", "team.yaml:4: this is not YAML: did not find expected key"},
		"a bracket left open":      {"people:\n  ana: {name: Ana\n  ben: {name: Ben}\n", "team.yaml:2: this is not YAML: did not find expected ',' or '}'"},
		"a quote left open":        {"people:\n  ana: {name: \"Ana}\n  ben: {name: Ben}\n", "team.yaml:2: this is not YAML: found unexpected end of stream"},
		"a tab":                    {"people:\n\tana: {name: Ana}\n", "team.yaml:2: this is not YAML: a tab stands before the text; indent with spaces"},
		"after a list in lines":    {"teams:\n  t:\n    members: [\n      ana,\n      ben,\n    ]\n   name: T\n", "team.yaml:7: this is not YAML: did not find expected key"},
		"two colons":               {"people:\n  ana: name: Ana\n", "team.yaml:2: this is not YAML: mapping values are not allowed in this context"},
		"an alias of nothing":      {"people:\n  ana: *ben\n", "team.yaml:2: this is not YAML: unknown anchor 'ben' referenced"},
		"a list":                   {"- people\n", "team.yaml:1: a setup file is a map with installation, people, teams, schedules, policies, services and sources"},
		"a word":                   {"hello\n", "team.yaml:1: a setup file is a map with installation, people, teams, schedules, policies, services and sources"},
		"a field twice":            {"people:\n  ana:\n    name: Ana\n    name: Anna\n", `team.yaml:4: people.ana.name: it stands here twice, first in line 3; keep one of the two`},
		"a person twice":           {"people:\n  ana: {name: Ana}\n  ana: {name: Anna}\n", `team.yaml:3: people.ana: it stands here twice, first in line 2; keep one of the two`},
		"a section twice":          {"people: {}\npeople: {}\n", `team.yaml:2: people: it stands here twice, first in line 1; keep one of the two`},
		"no such variable":         {"people:\n  ana:\n    email: {env: ANA_MAIL}\n", "team.yaml:3: people.ana.email: the environment variable ANA_MAIL is not set; set it, or write the value here"},
		"an empty variable":        {"people:\n  ana:\n    email:\n      env: NOTHING\n", "team.yaml:4: people.ana.email: the environment variable NOTHING is empty; set it, or write the value here"},
		"no variable's name":       {"people: {ana: {email: {env: $MAIL}}}\n", `team.yaml:1: people.ana.email: "$MAIL" is not the name of an environment variable`},
		"no number":                {"policies:\n  p:\n    repeat: twice\n", `team.yaml:3: policies.p.repeat: "twice" is not a whole number`},
		"half a round":             {"policies: {p: {repeat: 1.5}}\n", `team.yaml:1: policies.p.repeat: "1.5" is not a whole number`},
		"no truth":                 {"people: {ana: {disabled: maybe}}\n", `team.yaml:1: people.ana.disabled: "maybe" is neither true nor false`},
		"a tag":                    {"people:\n  ana: {name: !!binary QW5h}\n", "team.yaml:2: people.ana.name: the tag !!binary means nothing here; take it out"},
		"a list as a key":          {"people: {? [ana, ben] : {name: Both}}\n", "team.yaml:1: people: a key is one word"},
		"a merge of a word":        {"people:\n  ana:\n    <<: ben\n", "team.yaml:3: people.ana: << takes a map, or a list of maps"},
		"an anchor holding itself": {"people:\n  ana: &a {contacts: *a}\n", "team.yaml:2: people.ana.contacts.contacts"},
		"two mistakes in order":    {"policies: {p: {repeat: b}}\npeople: {ana: {disabled: a}}\n", "team.yaml:1: policies.p.repeat: \"b\" is not a whole number\nteam.yaml:2: people.ana.disabled: \"a\" is neither"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := read(test.yaml)
			if err == nil {
				t.Fatal("it was taken")
			}
			if !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got  %s\nwant %s", err, test.want)
			}
		})
	}
}

func TestReadMergesFilesByName(t *testing.T) {
	a := Source{Name: "a.yaml", Text: []byte("people:\n  ana: {name: Ana}\ninstallation: {fallback: [\"person:ana\"]}\n")}
	b := Source{Name: "b.yaml", Text: []byte("people:\n  ben: {name: Ben}\ninstallation: {heartbeat_url: \"https://hc.example/x\"}\n")}
	f, err := Read([]Source{a, b}, variables)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"installation":{"fallback":["person:ana"],"heartbeat_url":"https://hc.example/x"},"people":{"ana":{"name":"Ana"},"ben":{"name":"Ben"}}}`
	if string(f.Setup) != want {
		t.Errorf("got %s", f.Setup)
	}
	if at := f.Locate("people.ben.zone"); at.String() != "b.yaml:2" {
		t.Errorf("ben is at %s", at)
	}
	b.Text = []byte("\npeople:\n  ana: {name: Anna}\n")
	_, err = Read([]Source{a, b}, variables)
	if err == nil || err.Error() != "b.yaml:3: people.ana: it is at a.yaml:2 as well; keep one of the two" {
		t.Errorf("the same name twice: %v", err)
	}
}

func TestLocate(t *testing.T) {
	f, err := read(`people:
  ana:
    name: Ana
    zone: Europe/Lisboa
policies:
  p:
    team: x
    steps:
      - page: ["person:ana"]
      - {page: ["person:ben"],
         wait: 5m}
`)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"people.ana.zone":              "team.yaml:4:11",
		"people.ana.zone.deeper":       "team.yaml:4:11",
		"people.ana.email":             "team.yaml:2:3",
		"policies.p.steps[0].wait":     "team.yaml:9:9",
		"policies.p.steps[1].wait":     "team.yaml:11:16",
		"policies.p.steps[1].page[0]":  "team.yaml:10:17",
		"policies.p.steps[7].page[0]":  "team.yaml:8:5",
		"services.s":                   "team.yaml:1:1",
		"":                             "team.yaml:1:1",
		"policies.p.fallback[0].x[1]y": "team.yaml:6:3",
	}
	for path, want := range tests {
		at := f.Locate(path)
		if got := fmt.Sprintf("%s:%d", at, at.Column); got != want {
			t.Errorf("%s is at %s, want %s", path, got, want)
		}
	}
}

func TestAliasesCannotExplode(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	_, err := read(b.String())
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 1 || !strings.Contains(err.Error(), "more than 200000 values") {
		t.Errorf("got %v", err)
	}
}

func TestMergesCannotExplode(t *testing.T) {
	var b strings.Builder
	b.WriteString("people:\n  a0: &a0 {name: x}\n")
	for i := 1; i < 30; i++ {
		fmt.Fprintf(&b, "  a%d: &a%d\n    <<: [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	if _, err := read(b.String()); err == nil || !strings.Contains(err.Error(), "more than 200000 values") {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("people: {ana: &a {name: A}, ben: {<<: *a}}")
	f.Add("a: [\n  1,\n]\n---\nb: {env: X}\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := read(text)
		if err != nil {
			return
		}
		if !json.Valid(file.Setup) {
			t.Errorf("%q is no JSON", file.Setup)
		}
		again, err := Write(file.Setup)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Read([]Source{{Name: "back", Text: again}}, func(string) (string, bool) { return "", false })
		if err != nil {
			return // a map {env: …} comes back as a variable
		}
		if string(back.Setup) != string(file.Setup) {
			t.Errorf("%s became %s by way of\n%s", file.Setup, back.Setup, again)
		}
	})
}
