package setupfile

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"

	"gopkg.in/yaml.v3"
)

var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

var indentedByTab = regexp.MustCompile(`^ *\t`)

// syntax turns an error of the YAML parser into a sentence with its line.
//
// The parser often names the line where the map began instead of the one that
// broke it, so the line is looked for: it ends the shortest beginning of the
// file that cannot be read any more.
func syntax(s Source, err error) Problem {
	text, said := err.Error(), 1
	if found := yamlError.FindStringSubmatch(text); found != nil {
		text = text[len(found[0]):]
		if n, err := strconv.Atoi(found[1]); err == nil {
			said = n
		}
	}
	lines := bytes.SplitAfter(s.Text, []byte("\n"))
	line := max(said, firstBad(lines))
	if line <= len(lines) && indentedByTab.Match(lines[line-1]) {
		text = "a tab stands before the text; indent with spaces"
	}
	return Problem{Position: Position{File: s.Name, Line: line, Column: 1}, Sentence: "this is not YAML: " + text}
}

// spread is the most lines that one value in brackets or quotes is taken to
// have, where beginnings of the file cannot be read though nothing is wrong.
const spread = 100

// firstBad returns the line from which on no beginning of the lines can be
// read, for lines that cannot be read as a whole.
func firstBad(lines [][]byte) int {
	good, bad := 0, len(lines) // so many lines can be read; so many cannot
	for good+1 < bad {
		if mid := (good + bad) / 2; readable(lines[:mid]) {
			good = mid
			continue
		} else if next := nextGood(lines[:bad], mid); next > 0 {
			good = next
		} else {
			bad = mid
		}
	}
	return bad
}

// nextGood returns a number of lines above n that can be read, 0 for none near.
func nextGood(lines [][]byte, n int) int {
	for next := n + 1; next < len(lines) && next <= n+spread; next++ {
		if readable(lines[:next]) {
			return next
		}
	}
	return 0
}

func readable(lines [][]byte) bool {
	decoder := yaml.NewDecoder(bytes.NewReader(bytes.Join(lines, nil)))
	for {
		err := decoder.Decode(new(yaml.Node))
		if err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}
