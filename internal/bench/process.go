package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// measureList is the list of open alerts with filters.
func measureList(ctx context.Context, p plan, kind string) ([]row, error) {
	s, at, err := running(ctx, p, kind, stage{hook: hookNobody, urgency: "none", alerts: p.alerts, unresolved: 10_000})
	if err != nil {
		return nil, err
	}
	defer at.close()
	defer s.stop()
	paths := []string{
		"/api/v1/alerts?status=open", "/api/v1/alerts?status=open&service=quiet", "/api/v1/alerts?status=triggered&limit=100",
		"/api/v1/alerts?status=open&q=web-99", "/api/v1/alerts",
	}
	out, err := load{
		addr: s.addr, connections: 1, lasts: time.Duration(min(p.seconds, 15)) * time.Second, want: "200",
		request: func(_, n int) []byte {
			return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n\r\n", paths[n%len(paths)], token)
		},
	}.run(ctx)
	what := fmt.Sprintf("list of open alerts with filters, %d stored, 10,000 open", p.alerts)
	return []row{figure(what, fmt.Sprintf("p50 %s, p99 %s", short(out.at(0.5)), short(out.at(0.99))), "p99 ≤ 20 ms")}, err
}

// measureProcess is what the program costs when nothing happens.
func measureProcess(ctx context.Context, p plan, kind string) ([]row, error) {
	at, err := newPlace(p, kind)
	if err != nil {
		return nil, err
	}
	defer at.close()
	first, err := serve(ctx, p, at) // makes the tables
	if err != nil {
		return nil, err
	}
	first.stop()
	s, err := serve(ctx, p, at)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	time.Sleep(2 * time.Second)
	before := cpuTime(s.cmd.Process.Pid)
	idle := 20 * time.Second
	time.Sleep(idle)
	used := cpuTime(s.cmd.Process.Pid) - before
	info, err := os.Stat(p.binary)
	if err != nil {
		return nil, err
	}
	return []row{
		figure("start to ready", short(s.start), "≤ 200 ms"),
		figure("idle memory (resident)", fmt.Sprintf("%d MB", resident(s.cmd.Process.Pid)>>20), "≤ 45 MB"),
		figure("idle CPU", fmt.Sprintf("%.2f %%", 100*used.Seconds()/idle.Seconds()), "≤ 0.5 %"),
		figure("binary", fmt.Sprintf("%d MB", info.Size()>>20), "≤ 50 MB"),
	}, nil
}

// cpuTime returns the processor time of a process, at 100 ticks a second.
func cpuTime(pid int) time.Duration {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

func resident(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
