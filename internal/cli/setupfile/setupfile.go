// Package setupfile reads and writes the setup file: YAML in the form that
// `firehall apply` takes, as the JSON that the server takes. Every value keeps
// its file and line, so that a mistake found by the server is shown where it
// was typed.
//
// What is typed stays as it was typed: 09:00, no, 1e5 and 2026-11-03 are texts
// unless a number is wanted there.
package setupfile

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Limits of what is read.
const (
	maxBytes  = 4 << 20 // of one file
	maxValues = 200_000 // in all, after aliases are expanded
	maxDepth  = 40
)

// Position is where something was typed.
type Position struct {
	File   string
	Line   int // from 1
	Column int // from 1
}

// String returns "team.yaml:14".
func (p Position) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// Problem is a mistake in a setup file.
type Problem struct {
	Position
	Path     string // like people.ana.zone; "" for the file as a whole
	Sentence string
}

// String returns "team.yaml:14: people.ana.zone: there is no …".
func (p Problem) String() string {
	text := p.Position.String() + ": "
	if p.Path != "" {
		text += p.Path + ": "
	}
	return text + p.Sentence
}

// Problems is every mistake that was found, in the order of the files.
type Problems []Problem

// Error returns one line for each mistake.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// Sort puts the mistakes in the order of the files.
func (p Problems) Sort() {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// Source is the text of one file.
type Source struct {
	Name string // as the person named it
	Text []byte
}

// File is a setup that was read from one file or several.
type File struct {
	Setup  json.RawMessage // an object in the form of the setup file
	places map[string]Position
	first  Position
}

// Locate returns where the value at a path was typed, or else the nearest
// thing around it.
func (f *File) Locate(path string) Position {
	for path != "" {
		if at, ok := f.places[path]; ok {
			return at
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return f.first
}

// Read reads files as one setup. A variable that a value names with
// {env: NAME} is asked from env. It fails with Problems.
func Read(sources []Source, env func(string) (string, bool)) (*File, error) {
	r := &reader{env: env, places: map[string]Position{}, sections: map[string]*section{}}
	for _, s := range sources {
		r.source(s)
	}
	setup := r.build()
	if len(r.problems) > 0 {
		r.problems.Sort()
		return nil, r.problems
	}
	text, err := json.Marshal(setup)
	if err != nil {
		return nil, fmt.Errorf("write the setup as JSON: %w", err)
	}
	f := &File{Setup: text, places: r.places}
	if len(sources) > 0 {
		f.first = Position{File: sources[0].Name, Line: 1, Column: 1}
	}
	return f, nil
}
