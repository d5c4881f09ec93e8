package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// maxDepth is how many objects and lists may stand in each other.
const maxDepth = 64

// read returns a body as one well-formed JSON value of at most maxDepth
// levels, or a sentence that says why it is not one. A byte order mark is
// skipped.
func read(body []byte) (v value, problem string) {
	body = unwrap(body)
	switch {
	case len(body) == 0:
		return nil, "the body is empty: send JSON"
	case deeper(body, maxDepth):
		return nil, fmt.Sprintf("the body is nested deeper than %d levels: send it flatter", maxDepth)
	case !json.Valid(body):
		return nil, notJSON(body)
	}
	return value(body), ""
}

// unwrap returns a body without a byte order mark and the space around it.
func unwrap(body []byte) []byte {
	return bytes.Trim(bytes.TrimPrefix(body, []byte("\ufeff")), " \t\r\n")
}

// deeper says whether more than limit objects and lists stand in each other.
// It reads b once and looks no further than the first that is too deep.
func deeper(b []byte, limit int) bool {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			end := stringEnd(b, i)
			if end < 0 {
				return false
			}
			i = end - 1
		case '{', '[':
			depth++
			if depth > limit {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}

// notJSON says where a body stops being JSON.
func notJSON(body []byte) string {
	var broken *json.SyntaxError
	err := json.Unmarshal(body, &json.RawMessage{})
	if !errors.As(err, &broken) {
		return "the body is not JSON"
	}
	before := body[:min(int(broken.Offset), len(body))]
	row := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n') - 1
	return fmt.Sprintf("the body is not JSON: line %d, byte %d: %s", row, max(column, 1), line(broken.Error(), 200))
}
