package team

import (
	"slices"
	"strings"
	"testing"
)

func TestWhatIsWrongWithAPerson(t *testing.T) {
	with := func(change func(*Person)) Person {
		p := Person{FullName: "Ana Reis", Email: "ana@example.com", Zone: "Europe/Lisbon", Role: Admin}
		change(&p)
		return p
	}
	noName := []string{"name: a person needs a name of 1 to 200 bytes"}
	tests := map[string]struct {
		person Person
		wrong  []string
	}{
		"nothing":                    {with(func(*Person) {}), nil},
		"nothing, by the name alone": {Person{FullName: "Ana"}, nil},
		"no name":                    {with(func(p *Person) { p.FullName = "" }), noName},
		"a name of space":            {with(func(p *Person) { p.FullName = " \t" }), noName},
		"a name of 200 bytes":        {with(func(p *Person) { p.FullName = strings.Repeat("a", 200) }), nil},
		"a name of 201 bytes":        {with(func(p *Person) { p.FullName = strings.Repeat("a", 201) }), noName},
		"a zone that is not there":   {with(func(p *Person) { p.Zone = "Europe/Lissabon" }), []string{`zone: there is no time zone "Europe/Lissabon"; write one like Europe/Lisbon`}},
		"the machine's zone":         {with(func(p *Person) { p.Zone = "Local" }), []string{`zone: there is no time zone "Local"; write one like Europe/Lisbon`}},
		"a zone that is a path":      {with(func(p *Person) { p.Zone = "../../etc/passwd" }), []string{`zone: there is no time zone "../../etc/passwd"; write one like Europe/Lisbon`}},
		"an address without @":       {with(func(p *Person) { p.Email = "ana" }), []string{`email: "ana" is not a mail address`}},
		"an address with a header":   {with(func(p *Person) { p.Email = "a@b\r\nBcc: x@y" }), []string{`email: "a@b\r\nBcc: x@y" is not a mail address`}},
		"an address with a name":     {with(func(p *Person) { p.Email = "Ana<a@b>" }), []string{`email: "Ana<a@b>" is not a mail address`}},
		"every role":                 {with(func(p *Person) { p.Role = Observer }), nil},
		"a role that is not there":   {with(func(p *Person) { p.Role = "root" }), []string{`role: "root" is not a role; there are owner, admin, responder and observer`}},
		"all at once": {Person{Zone: "x", Email: "y", Role: "z"}, []string{
			noName[0], `zone: there is no time zone "x"; write one like Europe/Lisbon`, `email: "y" is not a mail address`,
			`role: "z" is not a role; there are owner, admin, responder and observer`,
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range test.person.Validate() {
				got = append(got, f.Path+": "+f.Sentence)
			}
			if !slices.Equal(got, test.wrong) {
				t.Errorf("it says %q", got)
			}
		})
	}
}

func TestWhatAPersonIsCalled(t *testing.T) {
	tests := map[Person]string{
		{Name: "ana", FullName: "Ana Reis"}:  "Ana",
		{Name: "ana", FullName: "Ana"}:       "Ana",
		{Name: "ana"}:                        "ana",
		{Name: "ana", FullName: " Ana Reis"}: "Ana",
		{}:                                   "",
	}
	for p, want := range tests {
		if got := p.First(); got != want {
			t.Errorf("%q is called %q, not %q", p.FullName, got, want)
		}
	}
}

func TestThePersonsZone(t *testing.T) {
	for zone, want := range map[string]string{"Europe/Lisbon": "Europe/Lisbon", "": "UTC", "UTC": "UTC", "Mars/Base": "UTC"} {
		if got := (Person{Zone: zone}).Location().String(); got != want {
			t.Errorf("%q is %s", zone, got)
		}
	}
}
