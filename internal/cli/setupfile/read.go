package setupfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// reader gathers the sections of files and turns them into one value.
type reader struct {
	env      func(string) (string, bool)
	places   map[string]Position
	problems Problems
	sections map[string]*section
	values   int
	full     bool // too many values: said once
}

// section is one top-level map: people, teams, …
type section struct {
	at     Position
	single *yaml.Node // what is no map; the server says what is wrong with it
	file   string     // of single
	names  map[string]entry
	order  []string
}

// entry is one name of a section, and where it was typed.
type entry struct {
	at    Position
	file  string
	value *yaml.Node
}

// source adds the documents of one file.
func (r *reader) source(s Source) {
	decoder := yaml.NewDecoder(bytes.NewReader(s.Text))
	for {
		var doc yaml.Node
		err := decoder.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			r.problems = append(r.problems, syntax(s, err))
			return
		}
		r.document(s.Name, doc.Content[0])
	}
}

// document adds the sections of one document.
func (r *reader) document(file string, root *yaml.Node) {
	if empty(root) {
		return
	}
	if resolve(root).Kind != yaml.MappingNode {
		r.bad(at(file, root), "", "a setup file is a map with installation, people, teams, schedules, policies, services and sources")
		return
	}
	for _, p := range r.pairs(file, root, "", 0) {
		r.section(file, p)
	}
}

func (r *reader) section(file string, p pair) {
	s := r.sections[p.name]
	if s == nil {
		s = &section{at: p.at, names: map[string]entry{}}
		r.sections[p.name] = s
	}
	if empty(p.value) {
		return
	}
	if resolve(p.value).Kind != yaml.MappingNode {
		s.single, s.file = p.value, file
		return
	}
	for _, one := range r.pairs(file, p.value, p.name, 1) {
		if before, ok := s.names[one.name]; ok {
			r.bad(one.at, join(p.name, one.name), fmt.Sprintf("it is at %s as well; keep one of the two", before.at))
			continue
		}
		s.names[one.name] = entry{at: one.at, file: file, value: one.value}
		s.order = append(s.order, one.name)
	}
}

// build turns what was gathered into one value for JSON.
func (r *reader) build() map[string]any {
	out := map[string]any{}
	for name, s := range r.sections {
		r.places[name] = s.at
		if s.single != nil {
			out[name] = r.value(s.file, s.single, name, 1)
			continue
		}
		content := map[string]any{}
		for _, one := range s.order {
			e, path := s.names[one], join(name, one)
			r.places[path] = e.at
			content[one] = r.value(e.file, e.value, path, 2)
		}
		out[name] = content
	}
	return out
}

// value turns a node into a value for JSON, and notes where it is.
func (r *reader) value(file string, n *yaml.Node, path string, depth int) any {
	if !r.room(file, n, path, depth) {
		return nil
	}
	n = resolve(n)
	switch n.Kind {
	case yaml.MappingNode:
		return r.mapping(file, n, path, depth)
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, item := range n.Content {
			inner := fmt.Sprintf("%s[%d]", path, i)
			r.places[inner] = at(file, item)
			out[i] = r.value(file, item, inner, depth+1)
		}
		return out
	}
	r.places[path] = at(file, n)
	if !plainTag(n.Tag) {
		r.bad(at(file, n), path, fmt.Sprintf("the tag %s means nothing here; take it out", n.Tag))
		return nil
	}
	if n.Tag == "!!null" {
		return nil
	}
	return r.scalar(at(file, n), n.Value, path)
}

// room counts values and depth, so that aliases of aliases end.
func (r *reader) room(file string, n *yaml.Node, path string, depth int) bool {
	if depth > maxDepth {
		r.bad(at(file, n), path[:min(len(path), 60)], fmt.Sprintf("this goes deeper than %d levels, or an anchor holds itself", maxDepth))
		return false
	}
	if r.values++; r.values <= maxValues {
		return true
	}
	if !r.full {
		r.full = true
		r.bad(at(file, n), path, fmt.Sprintf("with its aliases expanded the setup has more than %d values", maxValues))
	}
	return false
}

func (r *reader) mapping(file string, n *yaml.Node, path string, depth int) any {
	pairs := r.pairs(file, n, path, depth)
	if len(pairs) == 1 && pairs[0].name == "env" && isVariable(pairs[0].value) && !freeWords.MatchString(path) {
		return r.variable(file, resolve(pairs[0].value), path)
	}
	out := make(map[string]any, len(pairs))
	for _, p := range pairs {
		inner := join(path, p.name)
		r.places[inner] = p.at
		out[p.name] = r.value(file, p.value, inner, depth+1)
	}
	return out
}

// freeWords are maps whose keys are words of a source, env perhaps among them.
var freeWords = regexp.MustCompile(`^(installation|services\.[^.]+)\.severity$`)

func isVariable(n *yaml.Node) bool {
	n = resolve(n)
	return n.Kind == yaml.ScalarNode && n.Tag != "!!null"
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// variable returns the value of an environment variable.
func (r *reader) variable(file string, n *yaml.Node, path string) any {
	if !variableName.MatchString(n.Value) {
		r.bad(at(file, n), path, fmt.Sprintf("%q is not the name of an environment variable", n.Value))
		return nil
	}
	text, ok := r.env(n.Value)
	if !ok || text == "" {
		state := "is not set"
		if ok {
			state = "is empty"
		}
		r.bad(at(file, n), path, fmt.Sprintf("the environment variable %s %s; set it, or write the value here", n.Value, state))
		return nil
	}
	return r.scalar(at(file, n), text, path)
}

// numbers and truths are the fields that are no text.
var (
	numbers = map[string]bool{"priority": true, "every": true, "repeat": true, "acks": true}
	truths  = map[string]bool{"disabled": true}
	truth   = map[string]bool{"true": true, "yes": true, "on": true, "false": false, "no": false, "off": false}
)

// scalar returns a text, a number or a truth, as the field at path wants.
func (r *reader) scalar(at Position, text, path string) any {
	parent, field, _ := cutLast(path)
	if strings.HasSuffix(parent, ".severity") || strings.HasSuffix(parent, ".urgency") {
		return text
	}
	switch {
	case numbers[field]:
		n, err := strconv.Atoi(text)
		if err != nil {
			r.bad(at, path, fmt.Sprintf("%q is not a whole number", text))
			return nil
		}
		return json.Number(strconv.Itoa(n))
	case truths[field]:
		yes, ok := truth[strings.ToLower(text)]
		if !ok {
			r.bad(at, path, fmt.Sprintf("%q is neither true nor false", text))
			return nil
		}
		return yes
	}
	return text
}

func (r *reader) bad(at Position, path, sentence string) {
	r.problems = append(r.problems, Problem{Position: at, Path: path, Sentence: sentence})
}
