package action

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"firehall/internal/fault"
)

// shape is what a value of a setup file is, as a sentence says it.
type shape string

// The shapes of values.
const (
	shapeNone   shape = "" // not there, or null
	shapeText   shape = "text"
	shapeNumber shape = "a number"
	shapeTruth  shape = "true or false"
	shapeList   shape = "a list"
	shapeMap    shape = "a map"
)

// fileValue is one value of a setup file, its keys in their order.
type fileValue struct {
	shape shape
	text  string // of text and number
	truth bool
	list  []fileValue
	keys  []string // of a map
	of    map[string]fileValue
}

// maxDepth is how deep a setup file is nested at most; it needs seven.
const maxDepth = 20

// valueParser reads JSON and notes keys that are there twice.
type valueParser struct {
	json  *json.Decoder
	wrong *problems
}

// parseSetup reads one map. It fails with fault.Invalid when the text is no
// JSON or no map.
func parseSetup(raw []byte, wrong *problems) (fileValue, error) {
	p := valueParser{json.NewDecoder(bytes.NewReader(raw)), wrong}
	p.json.UseNumber()
	v, err := p.value("", 0)
	if err == nil {
		if _, after := p.json.Token(); !errors.Is(after, io.EOF) {
			err = errors.New("something follows it")
		}
	}
	if err != nil {
		return v, fault.New(fault.Invalid, "the setup file is not one JSON value: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if v.shape != shapeMap {
		return v, fault.New(fault.Invalid, "a setup file is a map with %s", strings.Join(sections, ", "))
	}
	return v, nil
}

func (p valueParser) value(path string, depth int) (fileValue, error) {
	if depth > maxDepth {
		return fileValue{}, fmt.Errorf("%.200s is nested over %d deep", path, maxDepth)
	}
	t, err := p.json.Token()
	if err != nil {
		return fileValue{}, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			return p.list(path, depth)
		}
		return p.object(path, depth)
	case json.Number:
		return fileValue{shape: shapeNumber, text: t.String()}, nil
	case string:
		return fileValue{shape: shapeText, text: t}, nil
	case bool:
		return fileValue{shape: shapeTruth, truth: t}, nil
	}
	return fileValue{}, nil // null
}

func (p valueParser) list(path string, depth int) (fileValue, error) {
	v := fileValue{shape: shapeList}
	for p.json.More() {
		one, err := p.value(indexed(path, len(v.list)), depth+1)
		if err != nil {
			return v, err
		}
		v.list = append(v.list, one)
	}
	_, err := p.json.Token()
	return v, err
}

func (p valueParser) object(path string, depth int) (fileValue, error) {
	v := fileValue{shape: shapeMap, of: map[string]fileValue{}}
	for p.json.More() {
		t, err := p.json.Token()
		if err != nil {
			return v, err
		}
		key, _ := t.(string)
		one, err := p.value(dotted(path, key), depth+1)
		if err != nil {
			return v, err
		}
		if _, twice := v.of[key]; twice {
			p.wrong.add(dotted(path, key), "this is there twice; keep one of the two")
			continue
		}
		v.keys = append(v.keys, key)
		v.of[key] = one
	}
	_, err := p.json.Token()
	return v, err
}

// dotted returns the path of a key, such as people.ana.zone.
func dotted(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// indexed returns the path of an item of a list, such as steps[0].
func indexed(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }
