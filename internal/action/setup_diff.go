package action

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// compare returns what becomes of a thing, given the forms that it has in the
// setup file before and after, and those in JSON; nil before is a new thing. More
// are changes that the forms do not show. It returns false when nothing changes.
func compare(t thing, before, after any, more []FieldChange) (Change, bothForms, bool, error) {
	c := Change{Verb: "update", Kind: t.kind, Name: t.name}
	var f bothForms
	var err error
	if f.was, err = formText(before); err != nil {
		return c, f, false, err
	}
	if f.will, err = formText(after); err != nil {
		return c, f, false, err
	}
	if bytes.Equal(f.was, f.will) && len(more) == 0 {
		return c, f, false, nil
	}
	if before == nil {
		c.Verb = "create"
	}
	if c.Fields, err = fieldChanges(f.was, f.will); err != nil {
		return c, f, false, err
	}
	c.Fields = append(c.Fields, more...)
	return c, f, true, nil
}

// bothForms are the forms of a thing as it is, empty for none, and as it will
// be.
type bothForms struct{ was, will []byte }

// over returns another form of the thing with the fields that change from the
// one to the other, each of the uppermost as a whole.
func (f bothForms) over(form []byte) ([]byte, error) {
	var was, will, out map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(f.was, &was), json.Unmarshal(f.will, &will), json.Unmarshal(form, &out)); err != nil {
		return nil, fmt.Errorf("read a thing of the setup: %w", err)
	}
	for key := range was {
		if _, stays := will[key]; !stays {
			delete(out, key)
		}
	}
	for key, text := range will {
		if !bytes.Equal(text, was[key]) {
			out[key] = text
		}
	}
	return json.Marshal(out)
}

func formText(form any) ([]byte, error) {
	if form == nil {
		return nil, nil
	}
	return json.Marshal(form)
}

// leaf is a field of a form and its text.
type leaf struct{ path, text string }

// fieldChanges compares two forms field by field: first those that stay or
// come, in their order, then those that go.
func fieldChanges(was, will []byte) ([]FieldChange, error) {
	before, err := leavesOf(was)
	if err != nil {
		return nil, err
	}
	after, err := leavesOf(will)
	if err != nil {
		return nil, err
	}
	old := map[string]string{}
	for _, l := range before {
		old[l.path] = l.text
	}
	var out []FieldChange
	for _, l := range after {
		if text, had := old[l.path]; !had || text != l.text {
			out = append(out, shown(FieldChange{Path: l.path, Old: text, New: l.text}))
		}
		delete(old, l.path)
	}
	for _, l := range before {
		if _, gone := old[l.path]; gone {
			out = append(out, shown(FieldChange{Path: l.path, Old: l.text}))
		}
	}
	return out, nil
}

// leavesOf returns the fields of a form in their order. A list of names is one
// field, a list of maps is a field for each of theirs.
func leavesOf(form []byte) ([]leaf, error) {
	if len(form) == 0 {
		return nil, nil
	}
	v, err := parseSetup(form, &problems{})
	if err != nil {
		return nil, fmt.Errorf("read a thing of the setup: %w", err)
	}
	return v.leaves("", nil), nil
}

func (v fileValue) leaves(path string, out []leaf) []leaf {
	switch {
	case v.shape == shapeMap:
		for _, key := range v.keys {
			out = v.of[key].leaves(dotted(path, key), out)
		}
		return out
	case v.shape == shapeList && v.holdsMaps():
		for i, one := range v.list {
			out = one.leaves(indexed(path, i), out)
		}
		return out
	}
	return append(out, leaf{path, v.words()})
}

func (v fileValue) holdsMaps() bool { return len(v.list) > 0 && v.list[0].shape == shapeMap }

// words returns a value on one line: "ana, [ana, dee]".
func (v fileValue) words() string {
	switch v.shape {
	case shapeTruth:
		return fmt.Sprint(v.truth)
	case shapeList:
		parts := make([]string, len(v.list))
		for i, one := range v.list {
			parts[i] = one.words()
			if one.shape == shapeList {
				parts[i] = "[" + parts[i] + "]"
			}
		}
		return strings.Join(parts, ", ")
	}
	return v.text
}

// shown hides all of a URL but its host: what follows may be a secret, and
// plans are kept in logs.
func shown(f FieldChange) FieldChange {
	same := f.Old != f.New
	f.Old, f.New = shownURL(f.Old), shownURL(f.New)
	if same && f.Old == f.New {
		f.New += " (changed)"
	}
	return f
}

func shownURL(text string) string {
	if !strings.HasPrefix(text, "http://") && !strings.HasPrefix(text, "https://") {
		return text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "…"
	}
	return u.Scheme + "://" + u.Host + "/…"
}
