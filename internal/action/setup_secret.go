package action

import (
	"net/url"
	"strings"

	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/secret"
	"firehall/internal/store"
)

// The kinds of contact that have a secret.
const (
	signedKind  = "webhook" // its secret signs; made when there is none
	tokenKind   = "ntfy"    // its secret is an access token; there need not be one
	addressKind = "slack"   // its address is the secret
)

// settle returns a contact as it is stored: its secret sealed. An absent secret
// is kept.
func (p *planner) settle(person id.Person, name string, was, c notify.Contact) (notify.Contact, []FieldChange) {
	if was.Kind != c.Kind {
		was.Sealed = nil
	}
	s := settling{p: p, purpose: SecretPurpose(person, name), path: dotted("contacts", name), person: person, was: was, given: c.Secret}
	c.Secret, c.Sealed = "", nil
	switch c.Kind {
	case signedKind:
		return s.signed(c)
	case tokenKind:
		return s.token(c)
	case addressKind:
		return s.address(c)
	}
	s.useless(c)
	return c, nil
}

// settling is a contact on its way into the setup.
type settling struct {
	p       *planner
	purpose string
	path    string // of the contact, within its person
	person  id.Person
	was     notify.Contact // without secrets when it was of another kind
	given   string         // the secret as typed; "" is none
}

// useless warns of a secret that nothing uses.
func (s settling) useless(c notify.Contact) {
	if s.given != "" {
		s.p.warn("a secret is given for people.%s.%s, but a contact of kind %s uses none: it is not kept", s.person, s.path, c.Kind)
	}
}

// wrong notes what is wrong with a field of the contact.
func (s settling) wrong(field, sentence string) {
	s.p.wrong.add(dotted(personThing(s.person).path(), s.path+"."+field), "%s", sentence)
}

// current returns the secret that there is; "" for none.
func (s settling) current() string { return s.p.opened(s.purpose, s.was.Sealed) }

func (s settling) seal(plain string) string { return s.p.act.Secret.Seal(s.purpose, []byte(plain)) }

// signed settles a secret that signs: one is made when there is none, and a
// changed one is put before the one that it follows, which signs on beside it
// until the next change.
func (s settling) signed(c notify.Contact) (notify.Contact, []FieldChange) {
	given, current, path := s.given, "", s.path+".secret"
	if given != "" {
		current = s.current()
	}
	switch {
	case len(s.was.Sealed) > 0 && (given == "" || given == current):
		c.Sealed = s.was.Sealed
		return c, nil
	case given == "":
		given = secret.NewKey()
		s.p.made[dotted(store.KindPerson, string(s.person)+"."+path)] = given
	}
	c.Sealed = []string{s.seal(given)}
	if current == "" {
		return c, []FieldChange{{Path: path, New: newSecret}}
	}
	c.Sealed = append(c.Sealed, s.was.Sealed[0])
	return c, []FieldChange{{Path: path, Old: keptSecret, New: newSecret}}
}

// token settles an access token, which belongs to the server that the contact
// leads to: another one never gets it.
func (s settling) token(c notify.Contact) (notify.Contact, []FieldChange) {
	change := FieldChange{Path: s.path + ".secret"}
	if len(s.was.Sealed) > 0 {
		change.Old = goneSecret
		if hostOf(s.was.To) == hostOf(c.To) && (s.given == "" || s.given == s.current()) {
			c.Sealed = s.was.Sealed
			return c, nil
		}
	}
	if s.given != "" {
		if strings.ContainsFunc(s.given, func(r rune) bool { return r <= ' ' || r > '~' }) {
			s.wrong("secret", "an access token is made of letters, digits and signs, without a space or a line's end")
		}
		c.Sealed, change.New = []string{s.seal(s.given)}, newSecret
	}
	if change.Old == "" && change.New == "" {
		return c, nil
	}
	return c, []FieldChange{change}
}

// address settles an address that is a secret: all but its host is hidden. What
// an export shows of it stands for the one that is there.
func (s settling) address(c notify.Contact) (notify.Contact, []FieldChange) {
	s.useless(c)
	given := c.To
	c.To = shownURL(given)
	if given == c.To {
		if len(s.was.Sealed) == 0 || s.was.To != given {
			s.wrong("to", "this is what an export shows of an address, and nothing more is known of it here; give the whole URL")
		}
		c.Sealed = s.was.Sealed
		return c, nil
	}
	if len(s.was.Sealed) > 0 && s.current() == given {
		c.Sealed = s.was.Sealed
		return c, nil
	}
	c.Sealed = []string{s.seal(given)}
	if s.was.To != c.To { // seen anyway
		return c, nil
	}
	return c, []FieldChange{{Path: s.path + ".to", Old: s.was.To, New: c.To + " (changed)"}}
}

// hostOf returns a URL's scheme and host; "" for what is no URL.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
