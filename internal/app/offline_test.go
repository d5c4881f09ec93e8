package app

import (
	"path/filepath"
	"strings"
	"testing"

	"firehall/internal/store"
)

// A backup that hides which key it belongs to is not restored: under another
// key nobody could be reached, and nothing would say so.
func TestABackupMustSayItsKey(t *testing.T) {
	t.Parallel()
	none := filepath.Join(t.TempDir(), "secret.key")
	tests := map[string]struct {
		from store.Copy
		says string // "" is accepted
	}{
		"of a database that no node has used": {store.Copy{Path: "b.db"}, ""},
		"with people and no check of the key": {store.Copy{Path: "b.db", Keyed: true}, "does not say to which secret key"},
		"with a check, and no key here":       {store.Copy{Path: "b.db", Keyed: true, KeyCheck: "x"}, "there is no file " + none},
	}
	for name, test := range tests {
		err := suits(none, test.from)
		if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: it says %v", name, err)
		}
	}
}
