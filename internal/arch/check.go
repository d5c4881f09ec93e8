package arch

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// problem is one break of a rule.
type problem struct {
	subject string // what an exception names: a file or function, and what it does
	line    int    // 0: the whole file or package
	advice  string // why not, and what to do instead
}

// source is one parsed .go file.
type source struct {
	path      string // internal/store/db/alerts.go
	owner     string // the package of the rings that it belongs to: store
	file      *ast.File
	set       *token.FileSet
	lines     int
	generated bool
	test      bool
}

// checker walks one module and gathers its problems.
type checker struct {
	module   string // the module's path: firehall
	allowed  map[string]string
	problems []problem
	unknown  map[string]bool // folders that were reported as in no ring
}

// Check returns a sentence for every break of a rule in the module at fsys,
// sorted, and none when the house is in order. It fails when the module cannot
// be read or parsed.
func Check(fsys fs.FS) ([]string, error) {
	return check(fsys, exceptions)
}

// check is Check with the exceptions as a parameter.
func check(fsys fs.FS, allowed map[string]string) ([]string, error) {
	module, err := moduleOf(fsys)
	if err != nil {
		return nil, err
	}
	c := checker{module: module, allowed: allowed, unknown: map[string]bool{}}
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skipped(fsys, name):
			return fs.SkipDir
		case path.Ext(name) == ".go":
			return c.goFile(fsys, name)
		case path.Ext(name) == ".sql":
			return c.sqlFile(fsys, name)
		}
		return nil
	})
	return c.sentences(), err
}

// skipped says whether a folder is not part of the module's code.
func skipped(fsys fs.FS, dir string) bool {
	if dir == "." {
		return false
	}
	base := path.Base(dir)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "node_modules" {
		return true
	}
	_, err := fs.Stat(fsys, path.Join(dir, "go.mod")) // a module of its own
	return err == nil
}

// moduleOf returns the module's path from go.mod.
func moduleOf(fsys fs.FS) (string, error) {
	text, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(name), nil
		}
	}
	return "", fmt.Errorf("go.mod names no module")
}

// goFile checks one .go file against every rule that applies to it.
func (c *checker) goFile(fsys fs.FS, name string) error {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	s := source{
		path: name, owner: ownerOf(name), file: file, set: set,
		lines: bytes.Count(text, []byte("\n")), generated: ast.IsGenerated(file), test: strings.HasSuffix(name, "_test.go"),
	}
	c.known(s)
	if s.test {
		return nil
	}
	c.imports(s)
	c.purity(s)
	c.clock(s)
	if !s.generated {
		c.sizes(s)
		c.sqlInGo(s)
	}
	return nil
}

// ownerOf returns the package of the rings that a file belongs to: the first
// folder below internal/, else the first folder; "" for the module's root.
func ownerOf(file string) string {
	dir := strings.TrimPrefix(path.Dir(file), "internal/")
	if dir == "." {
		return ""
	}
	first, _, _ := strings.Cut(dir, "/")
	return first
}

// known reports a file whose package stands in no ring.
func (c *checker) known(s source) {
	dir := path.Dir(s.path)
	if _, helper := helpers[s.owner]; helper || ringOf(s.owner) >= 0 || c.unknown[dir] {
		return
	}
	c.unknown[dir] = true
	c.report(0, dir+" is in no ring", "add it to the table in internal/arch/rings.go, or put its code into a package that has a place there")
}

// report notes a problem. Whether an exception excuses it, sentences asks.
func (c *checker) report(line int, subject, advice string) {
	c.problems = append(c.problems, problem{subject, line, advice})
}

// at returns the line of a node.
func (s source) at(n ast.Node) int { return s.set.Position(n.Pos()).Line }

// sentences returns what was found and is not excused, and the exceptions that
// excuse nothing.
func (c *checker) sentences() []string {
	used := map[string]bool{}
	var out []string
	for _, p := range c.problems {
		if _, ok := c.allowed[p.subject]; ok {
			used[p.subject] = true
			continue
		}
		where := ""
		if p.line > 0 {
			where = fmt.Sprintf(" (line %d)", p.line)
		}
		out = append(out, p.subject+where+": "+p.advice)
	}
	for subject := range c.allowed {
		if !used[subject] {
			out = append(out, "the exception “"+subject+"” excuses nothing: remove it from internal/arch/rings.go")
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
