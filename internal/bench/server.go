package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"firehall/internal/pgtest"
)

const token = "fh_bench_token_0123456789abcdef"

// server is the program under test, running.
type server struct {
	addr  string
	cmd   *exec.Cmd
	start time.Duration // from the start of the process until it is ready
}

func build(ctx context.Context, folder string) (string, error) {
	binary := filepath.Join(folder, "firehall")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./cmd/firehall")
	cmd.Stderr = os.Stderr
	return binary, cmd.Run()
}

// place is where a server keeps its data: a folder, or a database of a
// PostgreSQL cluster of the benchmark's own.
type place struct {
	dir, url string
	cluster  *pgtest.Cluster
}

func newPlace(p plan, kind string) (*place, error) {
	dir, err := os.MkdirTemp(p.folder, kind+"-")
	if err != nil || kind == "sqlite" {
		return &place{dir: dir}, err
	}
	cluster, err := pgtest.Start("shared_buffers=1GB", "max_wal_size=4GB", "checkpoint_timeout=15min")
	if err != nil {
		return nil, err
	}
	return &place{dir: dir, url: cluster.URL(), cluster: cluster}, nil
}

func (p *place) close() {
	if p.cluster != nil {
		_ = p.cluster.Close()
	}
	_ = os.RemoveAll(p.dir)
}

// serve starts the program and waits until it is ready.
func serve(ctx context.Context, p plan, at *place) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	_ = l.Close()
	s := &server{addr: addr, cmd: exec.CommandContext(ctx, p.binary, "serve")}
	s.cmd.Env = append(os.Environ(), "FIREHALL_DATA="+at.dir, "FIREHALL_LISTEN="+addr, "FIREHALL_DATABASE_URL="+at.url,
		"FIREHALL_PUBLIC_URL=http://"+addr, "FIREHALL_BOOTSTRAP_TOKEN="+token, "FIREHALL_ALLOW_PRIVATE_NETWORKS=127.0.0.0/8", "FIREHALL_LOG=error")
	s.cmd.Stderr = os.Stderr
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(began) < 30*time.Second {
		if resp, err := http.Get("http://" + addr + "/readyz"); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				s.start = time.Since(began)
				return s, nil
			}
		}
		time.Sleep(time.Millisecond)
	}
	s.stop()
	return nil, errors.New("the server did not become ready within 30 s")
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// apply sets the server up.
func (s *server) apply(setup map[string]any) error {
	return s.call("POST", "/api/v1/setup/apply", map[string]any{"setup": setup}, nil)
}

func (s *server) call(method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequest(method, "http://"+s.addr+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s answered %s: %s", method, path, resp.Status, text)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// key is the key of the benchmark's source.
const key = "bench0123456789abcdef"

// team returns a setup with one person, a webhook and a service of an urgency.
func team(hook, urgency string) map[string]any {
	return map[string]any{
		"people": map[string]any{"ana": map[string]any{
			"name": "Ana", "contacts": map[string]any{"hook": map[string]any{"kind": "webhook", "to": hook, "secret": "0123456789abcdef"}},
		}},
		"teams":    map[string]any{"ops": map[string]any{"name": "Ops", "members": []string{"ana"}}},
		"policies": map[string]any{"p": map[string]any{"team": "ops", "steps": []any{map[string]any{"page": []string{"person:ana"}, "wait": "1h"}}}},
		"services": map[string]any{
			"noisy": map[string]any{"team": "ops", "policy": "p", "urgency": urgency},
			"quiet": map[string]any{"team": "ops", "policy": "p", "urgency": "none"},
		},
		"sources": map[string]any{
			"noisy": map[string]any{"kind": "generic", "service": "noisy", "key": key},
			"quiet": map[string]any{"kind": "generic", "service": "quiet", "key": key + "quiet"},
		},
	}
}
