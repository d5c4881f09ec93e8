// Package fault holds the errors that a caller can act on. Every other error
// is internal: it is logged, and the caller learns only that something failed.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what the caller can do about a fault.
type Kind string

// The kinds of fault.
const (
	Invalid  Kind = "invalid"   // the input is wrong; say so next to the field
	NotFound Kind = "not found" // no such thing, or none this person may see
	Denied   Kind = "denied"    // the person may see it but not do this
	Conflict Kind = "conflict"  // the thing has moved on; reload and look again
)

// Fault is an error with a sentence for the person who asked. The sentence
// holds no secret.
type Fault struct {
	Kind     Kind
	Sentence string
	Fields   []Field // what is wrong where; only for Invalid
}

// Field is one thing that is wrong in the input.
type Field struct {
	Path     string // where, e.g. "people.ana.zone"; "" for the whole
	Sentence string // what is wrong and how to mend it
}

// Error returns the sentence and those of its fields.
func (f *Fault) Error() string {
	if len(f.Fields) == 0 {
		return f.Sentence
	}
	parts := make([]string, 0, len(f.Fields)+1)
	if f.Sentence != "" {
		parts = append(parts, f.Sentence)
	}
	for _, field := range f.Fields {
		parts = append(parts, strings.TrimPrefix(field.Path+": "+field.Sentence, ": "))
	}
	return strings.Join(parts, "; ")
}

// New returns a fault of a kind with a formatted sentence.
func New(kind Kind, format string, args ...any) error {
	return &Fault{Kind: kind, Sentence: fmt.Sprintf(format, args...)}
}

// At returns an Invalid fault about one field.
func At(path, format string, args ...any) error {
	return &Fault{Kind: Invalid, Fields: []Field{{Path: path, Sentence: fmt.Sprintf(format, args...)}}}
}

// Of returns the fault in err's chain, or nil when there is none.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// Is says whether err is a fault of this kind.
func Is(err error, kind Kind) bool {
	f := Of(err)
	return f != nil && f.Kind == kind
}
