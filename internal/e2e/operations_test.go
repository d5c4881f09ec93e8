package e2e

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"firehall/internal/pgtest"
)

// operationsPage is the page whose commands are run.
const operationsPage = "../../docs/operations.md"

// TestTheCommandsOfTheOperationsPage runs each block of docs/operations.md that
// stands behind <!-- run -->, in their order, in one shell, with the real
// program. Paths of the machine lead into a folder of the test, names of other
// machines to this one; sudo, useradd and systemctl stand in for the system's.
func TestTheCommandsOfTheOperationsPage(t *testing.T) {
	t.Parallel()
	page := readPage(t)
	m := newMachine(t)
	m.release()
	m.write("team.yaml", strings.NewReplacer("hooks.example.com", "hooks.invalid", "hc.example/", "hc.invalid/").Replace(wholeFile(t)))
	script := "set -euo pipefail\numask 022\n"
	blocks := regexp.MustCompile("(?s)<!-- run -->\n```sh\n(.*?)```").FindAllStringSubmatchIndex(page, -1)
	if len(blocks) < 10 {
		t.Fatalf("the page has %d blocks to run", len(blocks))
	}
	for _, at := range blocks {
		line := 1 + strings.Count(page[:at[2]], "\n")
		script += fmt.Sprintf("echo '== docs/operations.md:%d'\n%s\n", line, m.local(page[at[2]:at[3]]))
	}
	out, err := m.bash(script)
	if err != nil {
		t.Fatalf("%v after this:\n%s\nthe node says:\n%s", err, tail(out, 6000), tail(m.log(), 3000))
	}
	for _, says := range []string{
		"firehall-1.2.3-linux-amd64.tar.gz: OK", "These were made now", "It was opened and is whole", "No alert is held", "they are equal",
		"PostgreSQL", "reaches this installation from this machine", "takes mail", "no problems, ",
	} {
		if !strings.Contains(strings.ToLower(out), strings.ToLower(says)) {
			t.Errorf("nothing says %q", says)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

func readPage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(operationsPage)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// wholeFile returns the setup file that the page tells to begin with.
func wholeFile(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)## A whole file\n\n```yaml\n(.*?)```").FindStringSubmatch(string(text))
	if found == nil {
		t.Fatal("docs/configuration.md has no whole file")
	}
	return found[1]
}

// machine is a folder that looks like a machine.
type machine struct {
	t        *testing.T
	root     string
	port     string
	mail     string
	database string // "" until it is asked for
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, root: t.TempDir(), port: strings.TrimPrefix(freePort(t), "127.0.0.1:"), mail: mailServer(t)}
	for _, dir := range []string{"bin", "home", "usr/local/bin", "etc/systemd/system", "var/lib", "backup", "run"} {
		if err := os.MkdirAll(filepath.Join(m.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	m.command("sudo", `while [ "${1:-}" = -u ]; do shift 2; done; exec "$@"`)
	m.command("useradd", `[ "$#" -ge 1 ]`)
	m.command("install", `args=(); while [ $# -gt 0 ]; do case $1 in -o) shift 2;; *) args+=("$1"); shift;; esac; done; exec /usr/bin/install "${args[@]}"`)
	m.command("systemctl", strings.ReplaceAll(systemctl, "ROOT", m.root))
	t.Cleanup(m.stop)
	return m
}

// systemctl starts what the unit's ExecStart says with what its EnvironmentFile
// says, as systemd does, and waits until the program says that it is ready.
const systemctl = `
unit=ROOT/etc/systemd/system/firehall.service
stop() { if [ -s ROOT/run/pid ]; then kill "$(cat ROOT/run/pid)"; while kill -0 "$(cat ROOT/run/pid)" 2>/dev/null; do sleep 0.05; done; : >ROOT/run/pid; fi; }
start() {
	while IFS= read -r line; do export "${line?}"; done < <(sed -n 's/^Environment=//p' "$unit"; cat "$(sed -n 's/^EnvironmentFile=-//p' "$unit")")
	setsid $(sed -n 's/^ExecStart=//p' "$unit") >>ROOT/run/log 2>&1 &
	echo $! >ROOT/run/pid
	for _ in $(seq 300); do firehall health 2>/dev/null && return; kill -0 "$(cat ROOT/run/pid)" || exit 1; sleep 0.1; done
	exit 1
}
case "$*" in
daemon-reload) test -s "$unit" ;;
"start firehall" | "enable --now firehall") start ;;
"stop firehall") stop ;;
"restart firehall") stop; start ;;
*) echo "systemctl $*: not known" >&2; exit 1 ;;
esac`

// command makes a command of the machine.
func (m *machine) command(name, body string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.root, "bin", name), []byte("#!/bin/bash\nset -euo pipefail\n"+body+"\n"), 0o755); err != nil {
		m.t.Fatal(err)
	}
}

// write puts a file where the shell begins.
func (m *machine) write(name, text string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.root, "home", name), []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// release packs the program as a release does.
func (m *machine) release() {
	m.t.Helper()
	path, err := binary()
	if err != nil {
		m.t.Fatal(err)
	}
	unit, err := os.ReadFile("../../contrib/systemd/firehall.service")
	if err != nil {
		m.t.Fatal(err)
	}
	m.write("unit", m.local(string(unit)))
	out, err := m.bash(`set -e
		dir=firehall-1.2.3-linux-amd64; mkdir $dir
		cp '` + path + `' $dir/firehall; mv unit $dir/firehall.service
		tar czf $dir.tar.gz $dir; rm -r $dir
		sha256sum $dir.tar.gz >SHA256SUMS`)
	if err != nil {
		m.t.Fatalf("%v\n%s", err, out)
	}
}

// local makes commands of the page those of this machine.
func (m *machine) local(text string) string {
	if strings.Contains(text, "postgres://") && m.database == "" {
		m.database = pgtest.URL(m.t)
	}
	return strings.NewReplacer(
		"/usr/local/bin", m.root+"/usr/local/bin", "/etc/firehall", m.root+"/etc/firehall", "/etc/systemd", m.root+"/etc/systemd",
		"/var/lib/firehall", m.root+"/var/lib/firehall", "/backup", m.root+"/backup",
		"127.0.0.1:8080", "127.0.0.1:"+m.port, "https://firehall.example.com", "http://127.0.0.1:"+m.port,
		"smtp://firehall:password@mail.example.com:587?from=firehall@example.com", "smtp://"+m.mail+"?from=firehall@example.com&tls=off",
		"FIREHALL_DATABASE_URL=postgres://firehall:password@db.example.com:5432/firehall \\", "FIREHALL_DATABASE_URL='"+m.database+"' \\",
		"postgres://firehall:password@db.example.com:5432/firehall", m.database,
	).Replace(text)
}

// bash runs a script on the machine and returns what it printed.
func (m *machine) bash(script string) (string, error) {
	ctx, cancel := context.WithTimeout(m.t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", script)
	cmd.Dir = filepath.Join(m.root, "home")
	cmd.Env = []string{"HOME=" + cmd.Dir, "PATH=" + m.root + "/bin:" + m.root + "/usr/local/bin:" + os.Getenv("PATH"), "TMPDIR=" + m.root + "/run", "FIREHALL_LISTEN=127.0.0.1:" + m.port}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (m *machine) log() string {
	text, _ := os.ReadFile(filepath.Join(m.root, "run", "log"))
	return string(text)
}

// stop ends the node that the script has left.
func (m *machine) stop() {
	text, _ := os.ReadFile(filepath.Join(m.root, "run", "pid"))
	var pid int
	if _, err := fmt.Sscan(string(text), &pid); err == nil && pid > 1 {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// mailServer starts one that takes every mail and returns its address.
func mailServer(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return postbox{}, nil }))
	server.ErrorLog = log.New(io.Discard, "", 0)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}

// postbox takes everything.
type postbox struct{}

func (postbox) Reset()                               {}
func (postbox) Logout() error                        { return nil }
func (postbox) AuthMechanisms() []string             { return nil }
func (postbox) Auth(string) (sasl.Server, error)     { return nil, smtp.ErrAuthUnsupported }
func (postbox) Mail(string, *smtp.MailOptions) error { return nil }
func (postbox) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (postbox) Data(r io.Reader) error               { _, err := io.Copy(io.Discard, r); return err }

// reachable waits until something answers at an address.
func reachable(t *testing.T, client *http.Client, url string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if resp, err := client.Get(url); err == nil {
			_ = resp.Body.Close()
			return
		}
	}
	t.Fatalf("nothing answers at %s", url)
}
