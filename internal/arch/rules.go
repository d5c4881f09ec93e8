package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
)

// Limits of size, in lines, of code that people write.
const (
	maxFile     = 400
	maxFunction = 60
)

// inputOutput lists what a pure package imports neither itself nor a folder of.
const inputOutput = "context database/sql log math/rand crypto/rand net os sync syscall"

// harmless lists folders of inputOutput that only read and write text.
const harmless = "net/mail net/netip net/url"

// Names of package time that read the machine's clock, wait for it, or depend
// on the machine's zone.
const (
	reads = "Now Since Until"
	waits = "After AfterFunc Local NewTicker NewTimer Sleep Tick"
)

// sqlClock finds SQL that asks the database what time it is.
var sqlClock = regexp.MustCompile(`(?i)\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|unixepoch|julianday|strftime)\s*\(` +
	`|\b(current_timestamp|current_date|current_time|localtime|localtimestamp)\b|'now'`)

// sqlComment finds a comment in SQL.
var sqlComment = regexp.MustCompile(`--[^\n]*|(?s:/\*.*?\*/)`)

// imports checks the order of the rings.
func (c *checker) imports(s source) {
	from := ringOf(s.owner)
	if from < 0 {
		return // a helper, or reported already
	}
	for _, spec := range s.file.Imports {
		imported, ok := strings.CutPrefix(importPath(spec), c.module+"/")
		if !ok {
			continue
		}
		to := ownerOf(imported + "/x.go")
		if to == s.owner {
			continue
		}
		if why := forbidden(s.owner, to); why != "" {
			c.report(s.at(spec), s.path+" imports "+imported, why)
		}
	}
}

// forbidden says why one package may not import another, "" when it may.
func forbidden(from, to string) string {
	if users, helper := helpers[to]; helper {
		if has(users, from) {
			return ""
		}
		return to + " stands outside the rings: only " + orNobody(users) + " may import it"
	}
	own, other := ringOf(from), ringOf(to)
	switch {
	case other < 0:
		return "" // reported where its files are
	case has(remote[from], to):
		return from + " reaches a server through client, never directly"
	case other < own, other == own && has(siblings[from], to):
		return ""
	case other == own:
		return fmt.Sprintf("%s and %s are both of the ring %q, whose packages know each other by id only", from, to, rings[own].name)
	}
	return fmt.Sprintf("%s is of the ring %q, which is below %q: a package imports only what is above it", to, rings[other].name, rings[own].name)
}

// orNobody returns a list for a sentence.
func orNobody(list string) string {
	if list == "" {
		return "tests"
	}
	return strings.Join(strings.Fields(list), ", ")
}

// purity checks that a pure package does no I/O and starts no goroutine.
func (c *checker) purity(s source) {
	if !isPure(s.owner) {
		return
	}
	for _, spec := range s.file.Imports {
		if name := importPath(spec); doesIO(name) {
			c.report(s.at(spec), s.path+" imports "+name, "its package is pure; let what it needs be passed in as a value")
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if n, ok := n.(*ast.GoStmt); ok {
			c.report(s.at(n), s.path+" starts a goroutine", "its package is pure; engine or app may do so")
		}
		return true
	})
}

// doesIO says whether a package of the standard library reaches outside.
func doesIO(name string) bool {
	if has(harmless, name) {
		return false
	}
	for word := range strings.FieldsSeq(inputOutput) {
		if name == word || strings.HasPrefix(name, word+"/") {
			return true
		}
	}
	return false
}

// clock checks who asks for the time.
func (c *checker) clock(s source) {
	if has(clockPackages, s.owner) {
		return
	}
	name := nameOfTime(s.file)
	ast.Inspect(s.file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); !ok || x.Name != name {
			return true
		}
		switch what := selector.Sel.Name; {
		case has(reads, what):
			c.report(s.at(n), s.path+" reads the clock", "time."+what+" belongs in app; take the time from the transaction or a parameter")
		case has(waits, what) && isPure(s.owner):
			c.report(s.at(n), s.path+" uses time."+what, "its package is pure; let the time be passed in")
		}
		return true
	})
}

// nameOfTime returns what a file calls package time, "" when it does not
// import it.
func nameOfTime(file *ast.File) string {
	for _, spec := range file.Imports {
		if importPath(spec) != "time" {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return "time"
	}
	return ""
}

// sizes checks how long a file and its functions are.
func (c *checker) sizes(s source) {
	if s.lines > maxFile {
		c.report(0, s.path+" is long", fmt.Sprintf("%d lines, at most %d: split it by what it does", s.lines, maxFile))
	}
	for _, decl := range s.file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		lines := s.set.Position(f.End()).Line - s.at(f) + 1
		if lines > maxFunction {
			c.report(s.at(f), s.path+": "+f.Name.Name+" is long", fmt.Sprintf("%d lines, at most %d: take a part out that has a name", lines, maxFunction))
		}
	}
}

// sqlFile checks that a .sql file takes its times as parameters.
func (c *checker) sqlFile(fsys fs.FS, name string) error {
	text, err := fs.ReadFile(fsys, name)
	if err == nil {
		c.sql(name, 1, string(text))
	}
	return err
}

// sqlInGo checks the SQL that store builds itself.
func (c *checker) sqlInGo(s source) {
	if s.owner != "store" {
		return
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			c.sql(s.path, s.at(n), lit.Value)
		}
		return true
	})
}

// sql checks one text of SQL that starts at a line.
func (c *checker) sql(name string, line int, text string) {
	text = sqlComment.ReplaceAllStringFunc(text, func(comment string) string {
		return strings.Repeat("\n", strings.Count(comment, "\n"))
	})
	for _, found := range sqlClock.FindAllStringIndex(text, -1) {
		at := line + strings.Count(text[:found[0]], "\n")
		c.report(at, name+" asks the database for the time", "pass the time in as a parameter")
	}
}

// importPath returns the path of an import.
func importPath(spec *ast.ImportSpec) string {
	unquoted, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return "" // the parser accepts no such path
	}
	return unquoted
}
