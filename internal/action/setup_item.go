package action

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"firehall/internal/id"
	"firehall/internal/span"
)

// maxText is the longest text in a setup file, in bytes.
const maxText = 2000

// fileItem is one value of a setup file and where it stands. Its methods note
// what is of the wrong type and return the zero value in its place.
type fileItem struct {
	path  string
	value fileValue
	wrong *problems
}

// is says whether the item is of a shape; one that is not there is of none.
func (i fileItem) is(want shape, like string) bool {
	switch i.value.shape {
	case want:
		return true
	case shapeNone:
		return false
	}
	if _, env := i.value.of["env"]; env && want == shapeText && len(i.value.keys) == 1 {
		i.wrong.add(i.path, "{env: …} is for the firehall command, which puts the variable's text in its place; the server takes text alone")
		return false
	}
	i.wrong.add(i.path, "this should be %s, such as %s, not %s", want, like, i.value.shape)
	return false
}

// only notes the keys of a map that do not exist.
func (i fileItem) only(known ...string) {
	if !i.is(shapeMap, "{"+known[0]+": …}") {
		return
	}
	for _, key := range i.value.keys {
		if slices.Contains(known, key) {
			continue
		}
		if like := nearest(key, known); like != "" {
			i.wrong.add(dotted(i.path, key), "there is no such field; did you mean %s?", like)
			continue
		}
		i.wrong.add(dotted(i.path, key), "there is no such field; there are %s", strings.Join(known, ", "))
	}
}

// at returns what stands under a key, which may be nothing.
func (i fileItem) at(key string) fileItem {
	return fileItem{dotted(i.path, key), i.value.of[key], i.wrong}
}

// text returns the text under a key.
func (i fileItem) text(key, like string) string { return i.at(key).asText(like) }

func (i fileItem) asText(like string) string {
	if !i.is(shapeText, strconv.Quote(like)) {
		return ""
	}
	s := i.value.text
	switch {
	case len(s) > maxText:
		i.wrong.add(i.path, "this has %d bytes; a text has at most %d", len(s), maxText)
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		i.wrong.add(i.path, "this holds control characters; take them out")
	}
	return s
}

// flag returns true or false under a key.
func (i fileItem) flag(key string) bool {
	at := i.at(key)
	return at.is(shapeTruth, "true") && at.value.truth
}

// whole returns the whole number under a key; otherwise when it is not there.
func (i fileItem) whole(key string, otherwise int) int {
	at := i.at(key)
	if !at.is(shapeNumber, "2") {
		return otherwise
	}
	n, err := strconv.Atoi(at.value.text)
	if err != nil {
		at.wrong.add(at.path, "%.40s is not a whole number that is small enough", at.value.text)
	}
	return n
}

// wait returns the length of time under a key.
func (i fileItem) wait(key string) span.Duration {
	at := i.at(key)
	words := at.asText("5m")
	if at.value.shape != shapeText {
		return 0
	}
	d, err := span.ParseDuration(words)
	if err != nil {
		at.wrong.add(at.path, "%s", err)
	}
	return d
}

// asItems returns the items of a list.
func (i fileItem) asItems(like string) []fileItem {
	if !i.is(shapeList, like) {
		return nil
	}
	out := make([]fileItem, len(i.value.list))
	for n, v := range i.value.list {
		out[n] = fileItem{indexed(i.path, n), v, i.wrong}
		if v.shape == shapeNone {
			i.wrong.add(out[n].path, "this is empty; take it out")
		}
	}
	return out
}

// textsOf returns the texts of a list, nil when it is not there.
func textsOf[T ~string](i fileItem, like string) []T {
	var out []T
	for _, one := range i.asItems("[" + like + "]") {
		out = append(out, T(one.asText(like)))
	}
	if out == nil && i.value.shape == shapeList {
		return []T{}
	}
	return out
}

// maxThings is how many things of a kind a setup file may hold: all of them are
// kept in memory, with what each would change.
const maxThings = 20_000

// named walks through the map under a key, whose keys are lasting names.
func (i fileItem) named(key string) iter.Seq2[string, fileItem] {
	return func(yield func(string, fileItem) bool) {
		at := i.at(key)
		if !at.is(shapeMap, "{a-name: {…}}") {
			return
		}
		if n := len(at.value.keys); n > maxThings {
			at.wrong.add(at.path, "there are %d; a setup has at most %d", n, maxThings)
			return
		}
		for _, name := range at.value.keys {
			one := at.at(name)
			if !id.IsName(name) {
				one.wrong.add(one.path, "%.80q cannot be a name: use 1 to 64 of a–z, 0–9 and -, with no - at its ends", name)
			}
			if !yield(name, one) {
				return
			}
		}
	}
}

// words walks through the map under a key, whose keys are free.
func (i fileItem) words(key, like string) iter.Seq2[string, fileItem] {
	return func(yield func(string, fileItem) bool) {
		at := i.at(key)
		if !at.is(shapeMap, like) {
			return
		}
		for _, word := range at.value.keys {
			if strings.ContainsFunc(word, unicode.IsControl) {
				i.wrong.add(at.path, "the word %q holds control characters; take them out", word)
				continue
			}
			if !yield(word, at.at(word)) {
				return
			}
		}
	}
}
