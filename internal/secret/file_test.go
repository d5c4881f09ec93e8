package secret

import (
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firehall/internal/fault"
)

func TestLoadOrMakeMakesAPrivateFileOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret.key")
	made, err := LoadOrMake(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	again, err := LoadOrMake(path)
	if err != nil || !again.Matches(made.Check()) {
		t.Errorf("the second start has another key: %v", err)
	}
	if names, _ := os.ReadDir(filepath.Dir(path)); len(names) != 1 {
		t.Errorf("something else is left in the folder: %v", names)
	}
}

func TestLoadOrMakeAtTheSameTimeGivesOneKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret.key")
	checks := make(chan string, 8)
	for range cap(checks) {
		go func() {
			b, err := LoadOrMake(path)
			if err != nil {
				checks <- err.Error()
				return
			}
			checks <- b.Check()
		}()
	}
	first := <-checks
	for range cap(checks) - 1 {
		if next := <-checks; next != first {
			t.Errorf("got %s and %s", first, next)
		}
	}
}

func TestLoadOrMakeReadsHexAndBase64(t *testing.T) {
	key := []byte("\xfb\xff\xfe3456789abcdef0123456789abcdef!"[:KeySize])
	want, err := New(key)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{
		"hex":                     hex.EncodeToString(key),
		"hex with a line end":     hex.EncodeToString(key) + "\r\n",
		"base64":                  base64.StdEncoding.EncodeToString(key) + "\n",
		"base64 for URLs, no pad": base64.RawURLEncoding.EncodeToString(key),
	}
	for name, line := range lines {
		b, err := LoadOrMake(write(t, line, 0o600))
		if err != nil || !b.Matches(want.Check()) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLoadOrMakeRefuses(t *testing.T) {
	good := strings.Repeat("0f", KeySize)
	tests := map[string]struct {
		content string
		mode    os.FileMode
		says    string
	}{
		"a file its group may read":  {good, 0o640, "mode 0640): run chmod 600 "},
		"a file the world may read":  {good, 0o604, "open to others"},
		"a file its group may write": {good, 0o620, "open to others"},
		"an empty file":              {"", 0o600, "does not hold a key"},
		"a key of 31 bytes":          {good[2:], 0o600, "does not hold a key"},
		"a key of 33 bytes":          {good + "0f", 0o600, "does not hold a key"},
		"a password":                 {"correct horse battery staple", 0o600, "does not hold a key"},
		"two keys":                   {good + "\n" + good, 0o600, "does not hold a key"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := write(t, test.content, test.mode)
			_, err := LoadOrMake(path)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), path) {
				t.Fatalf("got %v, want a fault with %q and the path", err, test.says)
			}
			if test.content != "" && strings.Contains(err.Error(), test.content) {
				t.Errorf("the error tells what the file holds: %v", err)
			}
			if after, _ := os.ReadFile(path); string(after) != test.content {
				t.Error("the file was changed")
			}
		})
	}
}

func TestLoadOrMakeRefusesAFolder(t *testing.T) {
	if _, err := LoadOrMake(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("got %v, want a sentence", err)
	}
}

func TestLoadOrMakeNeedsItsFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "secret.key")
	if _, err := LoadOrMake(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an error with the path", err)
	}
}

// write returns the path of a new file with this content and exactly this mode.
func write(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret.key")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}
