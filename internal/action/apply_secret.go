package action

import (
	"maps"
	"slices"

	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/route"
	"firehall/internal/secret"
	"firehall/internal/store"
)

// signed is the kind of contact that has a secret.
const signed = "webhook"

// In the place of secrets in a plan.
const (
	newSecret  = "(new)"
	keptSecret = "(kept)" // it still signs, beside the new one
	goneSecret = "(gone)"
)

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
	p.next.People[name] = one
	_, err := p.change(personThing(name), before(p.cur.People, name, personFile), personFile(one), secrets, one)
	return err
}

// settle returns a contact as it is stored: its secret sealed. An absent secret
// is kept, or made when there is none. A changed one is put before the one
// that it follows, which signs on beside it until the next change.
func (p *planner) settle(person id.Person, name string, was, c notify.Contact) (notify.Contact, []FieldChange) {
	given := c.Secret
	c.Secret, c.Sealed = "", nil
	path := dotted("contacts", name) + ".secret"
	if c.Kind != signed {
		if given != "" {
			p.warn("a secret is given for people.%s.contacts.%s, but a contact of kind %s uses none: it is not kept", person, name, c.Kind)
		}
		return c, nil
	}
	if was.Kind != signed {
		was.Sealed = nil
	}
	purpose, current := SecretPurpose(person, name), ""
	if given != "" {
		current = p.opened(purpose, was.Sealed)
	}
	switch {
	case len(was.Sealed) > 0 && (given == "" || given == current):
		c.Sealed = was.Sealed
		return c, nil
	case given == "":
		given = secret.NewKey()
		p.made[dotted(store.KindPerson, string(person)+"."+path)] = given
	}
	c.Sealed = []string{p.act.Secret.Seal(purpose, []byte(given))}
	if current == "" {
		return c, []FieldChange{{Path: path, New: newSecret}}
	}
	c.Sealed = append(c.Sealed, was.Sealed[0])
	return c, []FieldChange{{Path: path, Old: keptSecret, New: newSecret}}
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
