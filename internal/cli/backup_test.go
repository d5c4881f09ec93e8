package cli

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firehall/internal/config"
)

// backupServer answers with a backup; spoil says how it arrives.
func backupServer(t *testing.T, spoil string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method+" "+r.URL.Path != "POST /api/v1/backup" {
			http.NotFound(w, r)
			return
		}
		body := strings.Repeat("a database ", 1000)
		sum := sha256.Sum256([]byte(body))
		if spoil == "changed" {
			body = strings.Replace(body, "a", "b", 1)
		}
		h := w.Header()
		h.Set("Content-Disposition", `attachment; filename="../firehall-20261120T030700Z.db"`)
		h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":")
		h.Set("Firehall-Rows", "42")
		h.Set("Content-Length", fmt.Sprint(len(body)))
		if spoil == "broken off" {
			_, _ = w.Write([]byte(body[:5000]))
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestABackupOfAServer(t *testing.T) {
	tests := map[string]struct {
		spoil string
		code  int
		says  string
	}{
		"whole":           {"", Done, "11000 bytes, 42 rows. It was opened and is whole.\nIt does not hold the secret key"},
		"changed":         {"changed", Refused, "the backup changed on its way; try again"},
		"broken off":      {"broken off", Refused, "broke off"},
		"no server there": {"gone", Refused, "(while no server runs: firehall backup --offline)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir, url := t.TempDir(), "http://127.0.0.1:1"
			if test.spoil != "gone" {
				url = backupServer(t, test.spoil)
			}
			code, s := run(t, World{}, "backup", "--url", url, "--to", dir)
			if text := s.out.String() + s.err.String(); code != test.code || !strings.Contains(text, test.says) {
				t.Errorf("code %d: %s", code, text)
			}
			files, err := os.ReadDir(dir)
			if err != nil || (len(files) == 1) != (code == Done) {
				t.Fatalf("there is %v, %v", files, err)
			}
			if code != Done {
				return
			}
			info, err := files[0].Info()
			if err != nil || info.Mode().Perm() != 0o600 || info.Name() != "firehall-20261120T030700Z.db" {
				t.Errorf("%v, %v", info, err)
			}
			code, s = run(t, World{}, "backup", "--url", url, "--to", filepath.Join(dir, info.Name()))
			if code != Refused || !strings.Contains(s.err.String(), "is there already") {
				t.Errorf("it writes over a backup: %s", &s.err)
			}
		})
	}
}

func TestWhatIsDoneWithoutAServer(t *testing.T) {
	for _, name := range []string{"FIREHALL_DATA", "FIREHALL_DATABASE_URL", "FIREHALL_SECRET_KEY_FILE"} {
		t.Setenv(name, "")
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	var got config.Config
	w := World{Offline: Offline{
		Backup: func(_ context.Context, c config.Config, to string) (Copied, error) {
			got = c
			return Copied{Path: to, Bytes: 9, Rows: 8, KeyFile: c.SecretKeyFile}, nil
		},
		Restore: func(_ context.Context, c config.Config, file string, replace bool) (Restored, error) {
			got = c
			return Restored{MadeAt: time.Date(2026, 11, 20, 3, 7, 0, 0, time.UTC), Rows: 8, Held: 2, Into: "d/firehall.db", Aside: fmt.Sprint("aside-", replace)}, nil
		},
		Move: func(_ context.Context, c config.Config, said func(string)) (Moved, error) {
			got = c
			said("copied   alerts")
			return Moved{Rows: 8, To: "db:5432/firehall", KeyFile: c.SecretKeyFile}, nil
		},
	}}
	tests := map[string]struct {
		args []string
		want config.Config
		says string
	}{
		"backup": {
			[]string{"backup", "--offline", "--data", "d", "--to", "b.db"},
			config.Config{Data: "d", SecretKeyFile: "d/secret.key"},
			"Backup written: b.db, 9 bytes, 8 rows. It was opened and is whole.\nIt does not hold the secret key, without which it cannot be restored. Keep a copy of the key, apart from backups: d/secret.key\n",
		},
		"restore": {
			[]string{"restore", "b.db", "--data", "d", "--replace", "--secret-key-file", "k"},
			config.Config{Data: "d", SecretKeyFile: "k"},
			"Restored b.db (the backup of 20 Nov 2026 03:07 UTC, 8 rows) into d/firehall.db.\nWhat was there before is kept in aside-true; delete it when you do not need it any more.\n2 alerts are held: start a node, look at firehall alerts, resolve what is over, then run firehall resume.\n",
		},
		"move": {
			[]string{"move-database", "--data", "d", "--to", "postgres://u:p@db:5432/firehall"},
			config.Config{Data: "d", SecretKeyFile: "d/secret.key", DatabaseURL: "postgres://u:p@db:5432/firehall"},
			"copied   alerts\nMoved 8 rows to db:5432/firehall in 0s.\nStart the nodes with FIREHALL_DATABASE_URL set to it, and with the same secret key: d/secret.key\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			code, s := run(t, w, test.args...)
			if code != Done || s.out.String() != test.says {
				t.Errorf("code %d, %s%s", code, &s.out, &s.err)
			}
			if got.Data != test.want.Data || got.SecretKeyFile != test.want.SecretKeyFile || got.DatabaseURL != test.want.DatabaseURL {
				t.Errorf("it works on %#v", got)
			}
		})
	}
}

func TestABackupThatIsRefusedHasNoHintAboutAServerThatIsDown(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"detail": "only an owner's token with the scope setup may take a backup"}`))
	}))
	defer server.Close()
	code, s := run(t, World{}, "backup", "--url", server.URL, "--to", t.TempDir())
	if code != Refused || s.err.String() != "firehall: only an owner's token with the scope setup may take a backup\n" {
		t.Errorf("code %d: %s", code, &s.err)
	}
}
