// Package e2e runs the real program beside real clients: it is built, started,
// killed and started again. Nothing in it is faked but the person's webhook.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"firehall/internal/pgtest"
)

const token = "fh_e2e_bootstrap_token_0123456789"

// binary builds the program once for all tests.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "firehall-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "firehall")
	out, err := exec.Command("go", "build", "-o", path, "firehall/cmd/firehall").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binary(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// onBoth runs a test with SQLite and with PostgreSQL behind it.
func onBoth(t *testing.T, test func(t *testing.T, database string)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, "")
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, pgtest.URL(t))
	})
}

// node is one process of the program.
type node struct {
	t    *testing.T
	addr string
	env  []string
	dir  string
	mu   sync.Mutex
	cmd  *exec.Cmd
	log  bytes.Buffer
}

// newNode starts a process on a database ("" is SQLite) with a data folder.
func newNode(t *testing.T, dir, database string) *node {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	n := &node{t: t, addr: addr, dir: dir, env: append(os.Environ(),
		"FIREHALL_DATA="+dir, "FIREHALL_LISTEN="+addr, "FIREHALL_DATABASE_URL="+database, "FIREHALL_PUBLIC_URL=http://"+addr,
		"FIREHALL_BOOTSTRAP_TOKEN="+token, "FIREHALL_ALLOW_PRIVATE_NETWORKS=127.0.0.0/8",
		"FIREHALL_URL=http://"+addr, "FIREHALL_TOKEN="+token)}
	n.start(path)
	t.Cleanup(func() {
		n.kill()
		if t.Failed() {
			t.Logf("log of %s:\n%s", n.addr, tail(n.log.String(), 4000))
		}
	})
	return n
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

func (n *node) start(path string) {
	n.t.Helper()
	n.mu.Lock()
	n.cmd = exec.Command(path, "serve")
	n.cmd.Env, n.cmd.Stdout, n.cmd.Stderr = n.env, &n.log, &n.log
	err := n.cmd.Start()
	n.mu.Unlock()
	if err != nil {
		n.t.Fatal(err)
	}
	n.until(30*time.Second, "the node is ready", func() bool {
		resp, err := http.Get("http://" + n.addr + "/readyz")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// kill ends the process as a power cut does.
func (n *node) kill() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cmd == nil || n.cmd.ProcessState != nil {
		return
	}
	_ = n.cmd.Process.Kill()
	_ = n.cmd.Wait()
}

// restart kills the process and starts it again.
func (n *node) restart() {
	n.kill()
	path, _ := binary()
	n.start(path)
}

// until waits for something that another process does.
func (n *node) until(limit time.Duration, what string, done func() bool) {
	n.t.Helper()
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if done() {
			return
		}
	}
	n.t.Fatalf("after %s it is not so that %s\n%s", limit, what, tail(n.log.String(), 3000))
}

// run runs a command of the program against this node.
func (n *node) run(args ...string) (string, int) {
	n.t.Helper()
	path, _ := binary()
	ctx, cancel := context.WithTimeout(n.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = n.env
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		n.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// call calls the API and decodes its answer into out, when that is not nil.
func (n *node) call(ctx context.Context, method, path string, in, out any) (int, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return 0, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+n.addr+path, body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, err
	}
	if out != nil && resp.StatusCode < 300 {
		err = json.Unmarshal(text, out)
	}
	if resp.StatusCode >= 300 {
		err = fmt.Errorf("%s %s answered %s: %s", method, path, resp.Status, text)
	}
	return resp.StatusCode, err
}

// apply sets the node up.
func (n *node) apply(setup map[string]any) {
	n.t.Helper()
	if _, err := n.call(n.t.Context(), "POST", "/api/v1/setup/apply", map[string]any{"setup": setup}, nil); err != nil {
		n.t.Fatal(err)
	}
}

// object is a JSON object.
type object = map[string]any

// person returns somebody with a webhook.
func person(name, hook string) object {
	return object{"name": name, "contacts": object{"hook": object{"kind": "webhook", "to": hook, "secret": "0123456789abcdef"}}}
}

const sourceKey = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// twoSteps returns a setup that pages ana and, after a wait, ben.
func twoSteps(hook, wait, kind string) object {
	return object{
		"installation": object{"fallback": []string{"person:ana"}},
		"people":       object{"ana": person("Ana Reis", hook+"/ana"), "ben": person("Ben Okri", hook+"/ben")},
		"teams":        object{"payments": object{"name": "Payments", "managers": []string{"ana"}, "members": []string{"ana", "ben"}}},
		"policies": object{"payments": object{"team": "payments", "steps": []object{
			{"page": []string{"person:ana"}, "wait": wait}, {"page": []string{"person:ben"}, "wait": "1h"},
		}}},
		"services": object{"checkout": object{"team": "payments", "policy": "payments"}},
		"sources":  object{"ours": object{"kind": kind, "service": "checkout", "key": sourceKey}},
	}
}
