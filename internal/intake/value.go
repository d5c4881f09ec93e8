package intake

import (
	"bytes"
	"encoding/json"
	"iter"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// value is the bytes of one JSON value without space around it, nil when it is
// absent. Its methods expect what json.Valid accepts. On other bytes they
// yield what they find and never fail: a routing key is looked for in a body
// that is broken further on.
//
// Where a name stands twice in an object both are yielded, in their order; the
// last one counts.
type value []byte

// absent says whether there is no value, or null.
func (v value) absent() bool { return len(v) == 0 || v[0] == 'n' }

// isText says whether v is a string.
func (v value) isText() bool { return len(v) > 0 && v[0] == '"' }

// isObject says whether v is an object.
func (v value) isObject() bool { return len(v) > 0 && v[0] == '{' }

// isList says whether v is an array.
func (v value) isList() bool { return len(v) > 0 && v[0] == '[' }

// noun names what v is, for a sentence.
func (v value) noun() string {
	switch {
	case v.absent():
		return "nothing"
	case v.isText():
		return "a text"
	case v.isObject():
		return "an object"
	case v.isList():
		return "a list"
	case v[0] == 't', v[0] == 'f':
		return "true or false"
	}
	return "a number"
}

// text returns v as text: a string unquoted, with bytes that are not UTF-8
// left as they are; nothing or null as ""; anything else as compact JSON.
func (v value) text() string {
	switch {
	case v.absent():
		return ""
	case v.isText():
		return unquote(v[1:max(len(v)-1, 1)])
	case v.isObject(), v.isList():
		var out bytes.Buffer
		if json.Compact(&out, v) != nil {
			return string(v)
		}
		return out.String()
	}
	return string(v)
}

// count returns v as a whole number from 0 to limit, and 0 when it is none.
func (v value) count(limit int) int {
	n, err := strconv.Atoi(v.text())
	if err != nil {
		return 0
	}
	return min(max(n, 0), limit)
}

// fields yields the names and values of an object, and nothing for any other
// value. A name's bytes are unquoted and only valid until the next one.
func (v value) fields() iter.Seq2[[]byte, value] {
	return func(yield func([]byte, value) bool) {
		if !v.isObject() {
			return
		}
		for i := skip(v, 1); i < len(v) && v[i] == '"'; i = skip(v, i) {
			nameEnd := stringEnd(v, i)
			if nameEnd < 0 {
				return
			}
			name := v[i+1 : nameEnd-1]
			if bytes.IndexByte(name, '\\') >= 0 {
				name = []byte(unquote(name))
			}
			start := skip(v, nameEnd)
			end := valueEnd(v, start)
			if end < 0 || !yield(name, v[start:end]) {
				return
			}
			i = end
		}
	}
}

// items yields the values of a list with their places from 0, and nothing for
// any other value.
func (v value) items() iter.Seq2[int, value] {
	return func(yield func(int, value) bool) {
		if !v.isList() {
			return
		}
		n := 0
		for i := skip(v, 1); i < len(v) && v[i] != ']'; i = skip(v, i) {
			end := valueEnd(v, i)
			if end < 0 || !yield(n, v[i:end]) {
				return
			}
			i = end
			n++
		}
	}
}

// field returns a field of an object, nil when it has none of that name.
func (v value) field(name string) (found value) {
	for n, field := range v.fields() {
		if string(n) == name {
			found = field
		}
	}
	return found
}

// skip returns the first place from i on that is neither space nor one of the
// separators "," and ":".
func skip(b []byte, i int) int {
	for i < len(b) {
		switch b[i] {
		case ' ', '\t', '\r', '\n', ',', ':':
			i++
		default:
			return i
		}
	}
	return i
}

// valueEnd returns where the value that starts at i ends, and -1 when b ends
// first or no value starts there.
func valueEnd(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"':
		return stringEnd(b, i)
	case '{', '[':
		return nestedEnd(b, i)
	}
	end := i
	for end < len(b) && bytes.IndexByte([]byte(" \t\r\n,:]}\"{["), b[end]) < 0 {
		end++
	}
	if end == i {
		return -1
	}
	return end
}

// nestedEnd returns where the object or list that starts at i ends, and -1
// when b ends first.
func nestedEnd(b []byte, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			end := stringEnd(b, i)
			if end < 0 {
				return -1
			}
			i = end - 1
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// stringEnd returns where the string that starts at i ends, behind its closing
// quote, and -1 when b ends first.
func stringEnd(b []byte, i int) int {
	for from := i + 1; ; {
		n := bytes.IndexByte(b[from:], '"')
		if n < 0 {
			return -1
		}
		quote := from + n
		slashes := 0
		for slashes < n && b[quote-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return quote + 1
		}
		from = quote + 1
	}
}

// unquote returns the text between the quotes of a JSON string. Half a
// surrogate pair becomes U+FFFD.
func unquote(b []byte) string {
	n := bytes.IndexByte(b, '\\')
	if n < 0 {
		return string(b)
	}
	out := make([]byte, 0, len(b))
	for n >= 0 && n+1 < len(b) {
		out = append(out, b[:n]...)
		var used int
		out, used = unescape(out, b[n:])
		b = b[n+used:]
		n = bytes.IndexByte(b, '\\')
	}
	return string(append(out, b...))
}

// unescape appends what the escape at the start of b stands for and returns
// how many bytes it takes. b has at least two.
func unescape(out, b []byte) ([]byte, int) {
	switch c := b[1]; c {
	case 'b':
		return append(out, '\b'), 2
	case 'f':
		return append(out, '\f'), 2
	case 'n':
		return append(out, '\n'), 2
	case 'r':
		return append(out, '\r'), 2
	case 't':
		return append(out, '\t'), 2
	case 'u':
		r, used := unescapeUnit(b), 6
		if utf16.IsSurrogate(r) {
			if pair := utf16.DecodeRune(r, unescapeUnit(b[min(6, len(b)):])); pair != utf8.RuneError {
				r, used = pair, 12
			}
		}
		return utf8.AppendRune(out, r), min(used, len(b))
	default:
		return append(out, c), 2
	}
}

// unescapeUnit returns the UTF-16 unit of the \uXXXX that b starts with, and
// U+FFFD when it starts with none.
func unescapeUnit(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return utf8.RuneError
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	if err != nil {
		return utf8.RuneError
	}
	return rune(n)
}
