package action

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"firehall/internal/id"
	"firehall/internal/route"
	"firehall/internal/secret"
	"firehall/internal/store"
)

// In the place of secrets in a plan.
const (
	newSecret  = "(new)"
	keptSecret = "(kept)" // it still signs, beside the new one
	goneSecret = "(gone)"

	otherSecret = "(another)" // what a file said before somebody changed it
)

// keyMarks is where a form that is kept for its hand has the marks of its
// secrets, by their fields.
const keyMarks = "marks"

// marked returns the form of a thing with the marks of the secrets that it has
// in a setup: another secret has another mark, and none tells of its secret.
func marked(form []byte, s *store.Setup, t thing) []byte {
	marks := map[string]string{}
	switch t.kind {
	case store.KindPerson:
		for name, c := range s.People[id.Person(t.name)].Contacts {
			field := ".secret"
			if c.Kind == addressKind {
				field = ".to"
			}
			if len(c.Sealed) > 0 {
				marks[dotted("contacts", name)+field] = markOf(c.Sealed...)
			}
		}
	case store.KindSource:
		if hash := s.Sources[id.Source(t.name)].KeyHash; hash != "" {
			marks["key"] = markOf(hash)
		}
	}
	if len(marks) == 0 || len(form) == 0 {
		return form
	}
	text, _ := json.Marshal(marks) // texts alone never fail
	return slices.Concat(form[:len(form)-1], []byte(`,"`+keyMarks+`":`), text, []byte("}"))
}

func markOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// changePerson settles the secrets of a person's contacts and compares.
func (p *planner) changePerson(name id.Person, one store.Person) error {
	was := p.cur.People[name]
	contacts := maps.Clone(one.Contacts)
	var secrets []FieldChange
	for _, contact := range slices.Sorted(maps.Keys(contacts)) {
		settled, change := p.settle(name, contact, was.Contacts[contact], contacts[contact])
		contacts[contact] = settled
		secrets = append(secrets, change...)
	}
	one.Contacts = contacts
	one = one.After(was, p.now)
	p.next.People[name] = one
	_, err := p.change(personThing(name), before(p.cur.People, name, personFile), personFile(one), secrets, one)
	return err
}

// opened returns the newest of a contact's secrets; "" when there is none that
// this installation's key opens.
func (p *planner) opened(purpose string, sealed []string) string {
	if len(sealed) == 0 {
		return ""
	}
	plain, err := p.act.Secret.Open(purpose, sealed[0])
	if err != nil {
		p.act.Log.Warn("the secret of a contact cannot be opened", "contact", purpose)
		return ""
	}
	return string(plain)
}

// changeSource settles the key of a source and compares. An absent key is
// kept, or made when there is none; a changed one counts at once.
func (p *planner) changeSource(name id.Source, s route.Source) error {
	hash := p.cur.Sources[name].KeyHash
	given := s.Key
	if given == "" && hash == "" {
		given = secret.NewKey()
		p.made[dotted(store.KindSource, string(name))+".key"] = given
	}
	s.Key, s.KeyHash = "", hash
	var secrets []FieldChange
	if given != "" {
		s.KeyHash = p.act.Secret.HashKey(given)
	}
	if s.KeyHash != hash {
		secrets = []FieldChange{{Path: "key", New: newSecret}}
		if hash != "" {
			secrets[0].Old = goneSecret
		}
	}
	p.next.Sources[name] = s
	_, err := p.change(thing{store.KindSource, string(name)}, before(p.cur.Sources, name, sourceFile), sourceFile(s), secrets, s)
	return err
}

// keys notes sources that have the same key.
func (p *planner) keys() {
	owner := map[string]id.Source{}
	for _, name := range slices.Sorted(maps.Keys(p.next.Sources)) {
		hash := p.next.Sources[name].KeyHash
		first, taken := owner[hash]
		if !taken {
			owner[hash] = name
			continue
		}
		if p.cur.Sources[first].KeyHash != hash { // the one that is there had it before
			first, name = name, first
		}
		p.wrong.add(dotted(thing{store.KindSource, string(name)}.path(), "key"), "this is the key of source %s already; every source has a key of its own", first)
	}
}
