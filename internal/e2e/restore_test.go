package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firehall/internal/pgtest"
)

// says runs a command that must end with a code and say these texts.
func (n *node) says(code int, args []string, texts ...string) {
	n.t.Helper()
	out, got := n.run(args...)
	if got != code {
		n.t.Errorf("firehall %s ended with %d:\n%s", strings.Join(args, " "), got, out)
	}
	for _, text := range texts {
		if !strings.Contains(out, text) {
			n.t.Errorf("firehall %s does not say %q:\n%s", strings.Join(args, " "), text, out)
		}
	}
}

// raise raises an alert and waits until ana is paged for it.
func (n *node) raise(h *hook, summary string) {
	n.t.Helper()
	n.says(0, []string{"page", "checkout", summary, "--severity", "critical"})
	n.until(10*time.Second, "ana is paged for "+summary, func() bool {
		_, ok := h.find("ana", "page", summary)
		return ok
	})
}

// setenv gives the node another value of a variable at its next start.
func (n *node) setenv(name, value string) { n.env = append(n.env, name+"="+value) }

func TestTheRestoreDrill(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		h, dir, backups := newHook(t, nil), t.TempDir(), t.TempDir()
		n := newNode(t, dir, database)
		n.apply(twoSteps(h.URL, "3s", "generic"))
		n.raise(h, "disk full")
		n.says(0, []string{"backup", "--to", backups}, "It was opened and is whole", "It does not hold the secret key")
		file := theOnly(t, backups)
		n.raise(h, "after the backup")
		n.says(1, []string{"restore", file, "--replace"}, "stop")
		n.kill()
		n.says(1, []string{"restore", file}, "--replace")
		n.says(1, []string{"restore", file, "--replace", "--secret-key-file", filepath.Join(backups, "none")}, "needs its installation's secret key")
		n.says(0, []string{"restore", file, "--replace"}, "1 alert is held", "firehall resume")
		n.restart()
		n.says(0, []string{"alerts"}, "disk full")
		if out, _ := n.run("alerts"); strings.Contains(out, "after the backup") {
			t.Errorf("what came after the backup is there:\n%s", out)
		}
		called := len(h.all())
		n.raise(h, "new after the restore")
		if body := readiness(n); !strings.Contains(body, "1 alert from before the restore is held and pages nobody; look at them, then run firehall resume") {
			t.Errorf("/readyz says %s", body)
		}
		n.until(20*time.Second, "ben is paged for what is new", func() bool {
			_, ok := h.find("ben", "page", "new after the restore")
			return ok
		})
		for _, c := range h.all()[called:] {
			if c.Page.Alert.Summary == "disk full" {
				t.Errorf("%s was told of what is held", c.Person)
			}
		}
		n.says(0, []string{"resume"}, "1 alert is held no more")
		n.until(10*time.Second, "somebody is paged for what was held", func() bool {
			for _, c := range h.all()[called:] {
				if c.Page.Alert.Summary == "disk full" {
					return true
				}
			}
			return false
		})
		n.says(0, []string{"resume"}, "No alert is held.")
	})
}

// theOnly returns the only file of a folder.
func theOnly(t *testing.T, dir string) string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("there is %v, %v", files, err)
	}
	return filepath.Join(dir, files[0].Name())
}

func readiness(n *node) string {
	n.t.Helper()
	resp, err := http.Get("http://" + n.addr + "/readyz")
	if err != nil {
		n.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body := make([]byte, 8192)
	count, _ := resp.Body.Read(body)
	return string(body[:count])
}

func TestMoveToPostgreSQLAndBack(t *testing.T) {
	t.Parallel()
	h, dir, backups, to := newHook(t, nil), t.TempDir(), t.TempDir(), pgtest.URL(t)
	n := newNode(t, dir, "")
	n.apply(twoSteps(h.URL, "1h", "generic"))
	n.raise(h, "disk full")
	move := []string{"move-database", "--to", to}
	n.says(1, move, "another firehall uses the data folder")
	n.kill()
	n.says(0, move, "they are equal", "secret.key")
	n.says(1, []string{"serve"}, "was moved to PostgreSQL")
	n.setenv("FIREHALL_DATABASE_URL", to)
	n.restart()
	n.says(0, []string{"alerts"}, "disk full")
	n.raise(h, "on PostgreSQL")
	n.says(0, []string{"backup", "--to", backups})
	n.says(1, move, "a node runs on this PostgreSQL database")
	n.kill()
	n.setenv("FIREHALL_DATABASE_URL", "")
	n.says(0, []string{"restore", theOnly(t, backups), "--replace"}, "2 alerts are held")
	n.restart()
	n.says(0, []string{"alerts"}, "disk full", "on PostgreSQL")
}
