package lint_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheDocumentationListsEveryCode compares docs/lint.md with the code.
func TestTheDocumentationListsEveryCode(t *testing.T) {
	page, err := os.ReadFile("../../docs/lint.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			for _, found := range regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(cells[1], -1) {
				listed[found[1]] = true
			}
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
	said := regexp.MustCompile(`\.add\([^"]*"([a-z-]+)"`)
	n := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range said.FindAllStringSubmatch(string(text), -1) {
			n++
			if !listed[found[1]] {
				t.Errorf("%s of %s is not in docs/lint.md", found[1], name)
			}
			listed[found[1]+" said"] = true
		}
	}
	for code := range listed {
		if !strings.HasSuffix(code, " said") && !listed[code+" said"] {
			t.Errorf("docs/lint.md lists %s, which nothing says", code)
		}
	}
	if n < 50 {
		t.Errorf("only %d codes are found in the code", n)
	}
}
