package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firehall/internal/alert"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestGolden(t *testing.T) {
	for _, dir := range []string{"alertmanager", "pagerduty", "generic", "change"} {
		goldenFolder(t, filepath.Join("testdata", dir), dir, filepath.Join("testdata", dir))
	}
}

// TestCapturedPayloads reads what real clients sent, where the folder with it
// stands beside the project.
func TestCapturedPayloads(t *testing.T) {
	shared := besideProject("shared/payloads")
	if shared == "" {
		t.Skip("the folder shared/payloads is not beside the project: only the project's own payloads were read")
	}
	goldenFolder(t, filepath.Join(shared, "alertmanager"), "alertmanager", "testdata/shared/alertmanager")
	goldenFolder(t, filepath.Join(shared, "pagerduty-events-v2"), "pagerduty", "testdata/shared/pagerduty")
}

// goldenFolder parses every body in a folder as a group and as each, and
// compares what comes out with the golden files in want.
func goldenFolder(t *testing.T, folder, kind, want string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no bodies in %s: %v", folder, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(kind+"/"+name, func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case kind == "change" || strings.HasSuffix(name, "-change"):
				change, err := ParseChange(body)
				golden(t, filepath.Join(want, name+".golden"), shown(t, change, err))
			case kind == "alertmanager":
				each, err := Parse(kind, Options{Fold: FoldEach}, body)
				golden(t, filepath.Join(want, name+".each.golden"), shown(t, each, err))
				fallthrough
			default:
				got, err := Parse(kind, Options{}, body)
				golden(t, filepath.Join(want, name+".golden"), shown(t, got, err))
				satisfies(t, got.Signals)
			}
		})
	}
}

// golden compares got with a golden file, or rewrites that.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: run the test with -update and read what it writes", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; with -update it becomes:\n%s", file, got)
	}
}

// shown returns a result as JSON to be read by people: long texts are cut and
// told by their length and hash.
func shown(t *testing.T, result any, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(shortened(tree)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func shortened(tree any) any {
	switch node := tree.(type) {
	case string:
		if len(node) > 400 {
			return fmt.Sprintf("%.20s… (%d bytes, SHA-256 %.8x)", node, len(node), sha256.Sum256([]byte(node)))
		}
	case []any:
		for i := range node {
			node[i] = shortened(node[i])
		}
	case map[string]any:
		for name := range node {
			node[name] = shortened(node[name])
		}
	}
	return tree
}

// besideProject returns the path of a folder in a parent of the project, or "".
func besideProject(folder string) string {
	at, err := os.Getwd()
	for err == nil && at != filepath.Dir(at) {
		at = filepath.Dir(at)
		found := filepath.Join(at, folder)
		if info, err := os.Stat(found); err == nil && info.IsDir() {
			return found
		}
	}
	return ""
}

// one returns the only signal of a body that can be read.
func one(t *testing.T, kind string, opts Options, body string) alert.Signal {
	t.Helper()
	got, err := Parse(kind, opts, []byte(body))
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	if len(got.Signals) != 1 {
		t.Fatalf("%s: %d signals, want 1", body, len(got.Signals))
	}
	satisfies(t, got.Signals)
	return got.Signals[0]
}
