package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"firehall/internal/pgtest"
)

// measureBackup is what a backup costs signals that arrive meanwhile.
func measureBackup(ctx context.Context, p plan, kind string) ([]row, error) {
	s, at, err := running(ctx, p, kind, stage{hook: hookNobody, urgency: "none", alerts: p.alerts, unresolved: p.alerts})
	if err != nil {
		return nil, err
	}
	defer at.close()
	defer s.stop()
	alone, err := signals(ctx, s, "alone", time.Duration(p.seconds)*time.Second)
	if err != nil {
		return nil, err
	}
	loading, stop := context.WithCancel(ctx)
	defer stop()
	rates := make(chan outcome, 1)
	failed := make(chan error, 1)
	go func() {
		out, err := signals(loading, s, "beside", time.Duration(p.seconds)*time.Second)
		rates <- out
		failed <- err
	}()
	file := filepath.Join(at.dir, "bench-backup.db")
	took, times, err := backups(ctx, p, s, file, rates)
	if err != nil {
		return nil, err
	}
	beside := <-rates
	if err := <-failed; err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	cost := 100 * (1 - beside.rate()/alone.rate())
	what := fmt.Sprintf("backup of %d alerts while signals arrive: what it costs their rate", p.alerts)
	measured := fmt.Sprintf("%.0f %% (%.0f/s instead of %.0f/s, p99 %s), %d MB in %s, %d after another",
		cost, beside.rate(), alone.rate(), short(beside.at(0.99)), info.Size()>>20, took.Round(100*time.Millisecond), times)
	return []row{figure(what, measured, "≤ 20 %")}, nil
}

// signals sends unique signals for a while.
func signals(ctx context.Context, s *server, name string, lasts time.Duration) (outcome, error) {
	return load{
		addr: s.addr, connections: connections, lasts: lasts, want: "202",
		request: func(c, n int) []byte {
			return post("/in/generic/"+key+"quiet", body("disk full on web-01", fmt.Sprintf("%s-%d-%d", name, c, n)))
		},
	}.run(ctx)
}

// backups takes backups one after another until a load has ended, and returns
// how long the first took and how many they were.
func backups(ctx context.Context, p plan, s *server, file string, ended chan outcome) (took time.Duration, times int, err error) {
	for len(ended) == 0 {
		_ = os.Remove(file)
		began := time.Now()
		cmd := exec.CommandContext(ctx, p.binary, "backup", "--to", file)
		cmd.Env = append(os.Environ(), "FIREHALL_URL=http://"+s.addr, "FIREHALL_TOKEN="+token)
		if out, err := cmd.CombinedOutput(); err != nil {
			return 0, 0, fmt.Errorf("backup: %w\n%s", err, out)
		}
		if times++; times == 1 {
			took = time.Since(began)
		}
	}
	return took, times, nil
}

// measureMove is move-database, comparison included.
func measureMove(ctx context.Context, p plan, kind string) ([]row, error) {
	if kind != "sqlite" {
		return nil, nil // it is what is moved
	}
	at, err := newPlace(p, kind)
	if err != nil {
		return nil, err
	}
	defer at.close()
	if err := seed(ctx, at, p.alerts, p.alerts/100); err != nil {
		return nil, err
	}
	cluster, err := pgtest.Start("shared_buffers=1GB", "max_wal_size=4GB", "checkpoint_timeout=15min")
	if err != nil {
		return nil, err
	}
	defer func() { _ = cluster.Close() }()
	began := time.Now()
	cmd := exec.CommandContext(ctx, p.binary, "move-database", "--data", at.dir, "--to", cluster.URL())
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("move-database: %w\n%s", err, out)
	}
	took := time.Since(began)
	rows := 0
	_, rest, _ := strings.Cut(string(out), "Moved ")
	if _, err := fmt.Sscan(rest, &rows); err != nil {
		return nil, fmt.Errorf("move-database said %q", out)
	}
	rate := float64(rows) / took.Seconds()
	return []row{{
		what: fmt.Sprintf("move-database of %d rows to PostgreSQL, each compared", rows), measured: fmt.Sprintf("%.0f rows/s", rate),
		target: "≥ 20,000 rows/s", rate: rate,
	}}, nil
}
