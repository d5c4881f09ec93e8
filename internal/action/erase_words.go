package action

import (
	"bytes"
	"regexp"
	"strings"

	"firehall/internal/escalation"
	"firehall/internal/store"
)

// eraser takes somebody's traces out of texts. It is a store.Rewriter.
type eraser struct {
	was, as string
	words   *strings.Replacer // name and addresses
	names   *regexp.Regexp    // what our own sentences call them
	marks   [][]byte          // a document without any of them holds no trace; none: each may
}

func newEraser(e store.Erasure) eraser {
	var pairs []string
	short := []string{regexp.QuoteMeta(string(e.Name))}
	marks := [][]byte{[]byte(e.Name)}
	plain := true
	for _, word := range e.Words {
		pairs = append(pairs, word, string(e.As))
		marks = append(marks, []byte(word))
		plain = plain && !strings.ContainsAny(word, "\"\\<>&\u2028\u2029")
	}
	if e.First != "" {
		short = append(short, regexp.QuoteMeta(e.First))
		marks = append(marks, []byte(e.First))
	}
	if !plain { // JSON may write it otherwise
		marks = nil
	}
	return eraser{
		was: string(e.Name), as: string(e.As), words: strings.NewReplacer(pairs...), marks: marks,
		names: regexp.MustCompile(`(^|[^\pL\pN-])(?:` + strings.Join(short, "|") + `)($|[^\pL\pN-])`),
	}
}

// Name returns what a field that names somebody says from now on.
func (e eraser) Name(text string) string {
	switch text {
	case e.was:
		return e.as
	case escalation.PersonTarget + ":" + e.was:
		return escalation.PersonTarget + ":" + e.as
	}
	return text
}

// Ours returns a sentence of the product without them.
func (e eraser) Ours(text string) string {
	text = e.words.Replace(text)
	for { // names that share a space are found one after another
		out := e.names.ReplaceAllString(text, "${1}"+e.as+"${2}")
		if out == text {
			return out
		}
		text = out
	}
}

// Theirs returns what somebody wrote without their whole name and addresses.
func (e eraser) Theirs(text string) string { return e.words.Replace(text) }

// Mentions says whether a document may hold a trace.
func (e eraser) Mentions(raw []byte) bool {
	for _, mark := range e.marks {
		if bytes.Contains(raw, mark) {
			return true
		}
	}
	return len(e.marks) == 0
}
