package setupfile

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestWrite(t *testing.T) {
	in, err := os.ReadFile("testdata/typed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := read(string(in))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Write(f.Setup)
	if err != nil {
		t.Fatal(err)
	}
	golden := "testdata/written.yaml"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
	back, err := read(string(got))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(f.Setup), string(back.Setup)); diff != "" {
		t.Errorf("what was written reads otherwise: %s", diff)
	}
}

func TestTextsThatYAMLWouldReadOtherwiseAreQuoted(t *testing.T) {
	for _, text := range []string{"no", "Off", "y", "null", "~", "1e5", "0x1F", "09:00", "2026-11-03", "", " a", "a: b", "#x", "*a", "a\nb", "true", ".inf", "=", "<<"} {
		if textNode(text).Style == 0 {
			t.Errorf("%q stands without quotes", text)
		}
	}
	for _, text := range []string{"ana", "Ana Reis", "ana@example.com", "Europe/Lisbon", "5m", "1h30m", "nobody"} {
		if textNode(text).Style != 0 {
			t.Errorf("%q stands in quotes", text)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"b.yml": "b", "a.yaml": "a", ".hidden.yaml": "h", "notes.txt": "n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sources, err := Load([]string{dir, "-"}, strings.NewReader("stdin"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range sources {
		got = append(got, filepath.Base(s.Name)+"="+string(s.Text))
	}
	if diff := cmp.Diff([]string{"a.yaml=a", "b.yml=b", "standard input=stdin"}, got); diff != "" {
		t.Error(diff)
	}
	empty := t.TempDir()
	for path, want := range map[string]string{
		empty:                           "there are no *.yaml files in the folder " + empty,
		filepath.Join(empty, "no.yaml"): "no.yaml cannot be read: no such file or directory",
	} {
		if _, err := Load([]string{path}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
