package setupfile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

const header = `# A Firehall setup, as "firehall export" writes it. Secrets and keys are never in it: where
# they are absent, "firehall apply" leaves them as they are.
`

// Write returns a setup, an object in the form of the setup file, as YAML. The
// order is always the same: fields as the documentation has them, names sorted.
func Write(setup json.RawMessage) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(setup))
	decoder.UseNumber()
	var content map[string]any
	if err := decoder.Decode(&content); err != nil {
		return nil, fmt.Errorf("read the setup: %w", err)
	}
	out := bytes.NewBufferString(header)
	for _, name := range keysOf(content, "") {
		out.WriteByte('\n')
		section := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{textNode(name), nodeOf(content[name], name)}}
		encoder := yaml.NewEncoder(out)
		encoder.SetIndent(2)
		if err := encoder.Encode(section); err != nil {
			return nil, fmt.Errorf("write the setup as YAML: %w", err)
		}
	}
	return out.Bytes(), nil
}

// order is how fields follow each other in a thing.
var order = strings.Fields("installation people teams schedules policies services sources " +
	"name kind email team policy service to zone role disabled contacts rules via after managers " +
	"description urgency critical error warning info severity high low fold limit mapping " +
	"priority unit every start members hours days from until to_day page wait acks steps repeat ack_timeout fallback heartbeat_url " +
	"active_from active_until windows users rotation layers")

// names are the paths of maps whose keys people chose.
var names = regexp.MustCompile(`^(people|teams|schedules|policies|services|sources)$|\.contacts$`)

func keysOf(m map[string]any, path string) []string {
	keys := slices.Sorted(maps.Keys(m))
	if names.MatchString(path) {
		return keys
	}
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(rank(a, path), rank(b, path)) })
	return keys
}

// rank is a field's place in its thing; unknown ones come last.
func rank(field, path string) int {
	if field == "to" && strings.Contains(path, "windows") {
		field = "until" // after from
	}
	if n := slices.Index(order, field); n >= 0 {
		return n
	}
	return len(order)
}

// nodeOf turns a value of JSON into YAML; what is short stands on one line.
func nodeOf(v any, path string) *yaml.Node {
	n := &yaml.Node{}
	switch v := v.(type) {
	case map[string]any:
		n.Kind = yaml.MappingNode
		for _, key := range keysOf(v, path) {
			n.Content = append(n.Content, textNode(key), nodeOf(v[key], join(path, key)))
		}
	case []any:
		n.Kind = yaml.SequenceNode
		for i, item := range v {
			n.Content = append(n.Content, nodeOf(item, fmt.Sprintf("%s[%d]", path, i)))
		}
	case string:
		return textNode(v)
	default: // a number, a truth or null
		n.Kind, n.Value = yaml.ScalarNode, fmt.Sprint(v)
		if v == nil {
			n.Value = "null"
		}
	}
	if inLine(n, path) {
		n.Style = yaml.FlowStyle
	}
	return n
}

// maxLine is how wide a thing on one line may be, without its indent.
const maxLine = 100

// inLine says whether a thing stands on one line: a short list, or a short
// thing below the named ones.
func inLine(n *yaml.Node, path string) bool {
	switch {
	case n.Kind == yaml.ScalarNode || width(n) > maxLine:
		return false
	case len(n.Content) == 0:
		return true
	case n.Kind == yaml.SequenceNode:
		return flat(n) || strings.HasSuffix(path, ".members") || strings.HasSuffix(path, ".windows")
	}
	return strings.Count(path, ".") >= 2 && !strings.HasSuffix(path, ".contacts") && !strings.HasSuffix(path, ".rules")
}

func flat(n *yaml.Node) bool {
	return !slices.ContainsFunc(n.Content, func(one *yaml.Node) bool { return one.Kind != yaml.ScalarNode })
}

// width is about how wide n is on one line.
func width(n *yaml.Node) int {
	total := len(n.Value) + 2
	for _, one := range n.Content {
		total += width(one)
	}
	return total
}

// plain is text, a length of time among it, that every version of YAML reads as
// text without quotes.
var plain = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_./@+-]*( [A-Za-z0-9_./@+-]+)*|([0-9]+[dhms])+)$`)

// loaded are words that some version of YAML reads as something else.
var loaded = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null|nan|inf)$`)

func textNode(text string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	if !plain.MatchString(text) || loaded.MatchString(text) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}
