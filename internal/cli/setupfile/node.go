package setupfile

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// pair is one key of a map and its value.
type pair struct {
	name  string
	at    Position // of the value when that stands beside its key, else of the key
	value *yaml.Node
}

// pairs returns the keys of a map in the order they were typed, those that it
// merges in (<<) last. A key that stands there twice is a problem.
func (r *reader) pairs(file string, n *yaml.Node, path string, depth int) []pair {
	n = resolve(n)
	var own, merged []pair
	seen := map[string]int{} // the line of a key
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Tag == "!!merge" {
			merged = append(merged, r.merged(file, value, path, depth+1)...)
			continue
		}
		if resolve(key).Kind != yaml.ScalarNode || key.Tag == "!!null" {
			r.bad(at(file, key), path, "a key is one word")
			continue
		}
		name := resolve(key).Value
		if line, ok := seen[name]; ok {
			r.bad(at(file, key), join(path, name), fmt.Sprintf("it stands here twice, first in line %d; keep one of the two", line))
			continue
		}
		seen[name] = key.Line
		own = append(own, pair{name: name, at: place(file, key, value), value: value})
	}
	for _, p := range merged {
		if _, ok := seen[p.name]; !ok {
			seen[p.name] = 0
			own = append(own, p)
		}
	}
	return own
}

// merged returns the keys that << brings in: of a map or of a list of maps, of
// which the first wins.
func (r *reader) merged(file string, n *yaml.Node, path string, depth int) []pair {
	if !r.room(file, n, path, depth) {
		return nil
	}
	n = resolve(n)
	switch n.Kind {
	case yaml.MappingNode:
		return r.pairs(file, n, path, depth)
	case yaml.SequenceNode:
		var out []pair
		for _, one := range n.Content {
			out = append(out, r.merged(file, one, path, depth+1)...)
		}
		return out
	}
	r.bad(at(file, n), path, "<< takes a map, or a list of maps")
	return nil
}

// resolve follows aliases. An alias of an alias cannot be typed.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func empty(n *yaml.Node) bool {
	n = resolve(n)
	return n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

// plainTag says whether a scalar has one of YAML's own kinds.
func plainTag(tag string) bool {
	switch tag {
	case "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp":
		return true
	}
	return false
}

func at(file string, n *yaml.Node) Position {
	return Position{File: file, Line: n.Line, Column: n.Column}
}

// place is where a person looks for a value.
func place(file string, key, value *yaml.Node) Position {
	if value.Kind == yaml.ScalarNode && value.Line > 0 {
		return at(file, value)
	}
	return at(file, key)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// cutLast cuts people.ana.zone into people.ana and zone.
func cutLast(path string) (parent, field string, ok bool) {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}
