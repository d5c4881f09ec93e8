package lint_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/cli/setupfile"
	"firehall/internal/lint"
	"firehall/internal/secret"
	"firehall/internal/store"
	"firehall/internal/team"
)

var update = flag.Bool("update", false, "rewrite testdata/sentences.txt")

// monday is noon, in Lisbon too.
var monday = time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)

// corpus reads setups as an apply does.
type corpus struct {
	act *action.Actions
	db  *store.DB
}

type silent struct{}

func (silent) Message(string, string)           {}
func (silent) Signals(string, int)              {}
func (silent) Paged(string, int)                {}
func (silent) Sent(string, string, string)      {}
func (silent) TimeToPage(string, time.Duration) {}

func newCorpus(t testing.TB) corpus {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Now: func() time.Time { return monday }})
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.New(make([]byte, secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	act := action.New(db, box, slog.New(slog.DiscardHandler), silent{})
	t.Cleanup(func() {
		act.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return corpus{act, db}
}

// expectation is what the comments at the head of a setup say.
type expectation struct {
	codes []string   // "# expect: code code"
	node  *lint.Node // "# node: {…}"
}

func expected(t *testing.T, text string) (out expectation) {
	t.Helper()
	for line := range strings.Lines(text) {
		if codes, ok := strings.CutPrefix(line, "# expect:"); ok {
			out.codes = strings.Fields(codes)
		}
		if node, ok := strings.CutPrefix(line, "# node:"); ok {
			if err := json.Unmarshal([]byte(node), &out.node); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
		}
	}
	return out
}

func files(t *testing.T, folder string, least int) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join("testdata", folder, "*.yaml"))
	if err != nil || len(list) < least {
		t.Fatalf("%d setups in %s, %v", len(list), folder, err)
	}
	return list
}

// find returns what is found in a setup file and what it says should be.
func (c corpus) find(t *testing.T, name string) ([]lint.Finding, expectation) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := setupfile.Read([]setupfile.Source{{Name: name, Text: text}}, func(string) (string, bool) { return "s3cret", true })
	if err != nil {
		t.Fatal(err)
	}
	want := expected(t, string(text))
	found, err := c.act.LintFile(t.Context(), team.Firehall, file.Setup, false, want.node)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found { // each leads to a place in the file
		if f.Kind != lint.KindNode && file.Locate(f.Path).Line < 1 {
			t.Errorf("%s leads nowhere", f.Path)
		}
	}
	return found, want
}

func TestEachBadSetupIsCaught(t *testing.T) {
	c := newCorpus(t)
	var said bytes.Buffer
	for _, name := range files(t, "bad", 45) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			found, want := c.find(t, name)
			if len(want.codes) == 0 {
				t.Fatal("it expects nothing")
			}
			for _, code := range want.codes {
				if !slices.ContainsFunc(found, func(f lint.Finding) bool { return f.Code == code }) {
					t.Errorf("no %s; found %v", code, codes(found))
				}
			}
			fmt.Fprintf(&said, "%s\n", filepath.Base(name))
			for _, f := range found {
				if f.Level != lint.Note || slices.Contains(want.codes, f.Code) {
					fmt.Fprintf(&said, "  %s %s %s\n    %s.\n    To mend it, %s.\n", f.Level, f.Code, f.Path, f.Sentence, f.Mend)
				}
			}
		})
	}
	golden(t, "testdata/sentences.txt", said.Bytes())
}

func codes(found []lint.Finding) (out []string) {
	for _, f := range found {
		out = append(out, string(f.Level)+" "+f.Code+" "+f.Path)
	}
	return out
}

func TestGoodSetupsStaySilent(t *testing.T) {
	c := newCorpus(t)
	for _, name := range files(t, "good", 8) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			found, _ := c.find(t, name)
			for _, f := range lint.Worst(found, lint.Warning) {
				t.Errorf("%s %s %s: %s", f.Level, f.Code, f.Path, f.Sentence)
			}
		})
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s is not what is said any more; run go test ./internal/lint -update and read the diff\n%s", path, got)
	}
}
