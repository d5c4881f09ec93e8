// Command bench measures the numbers that docs/benchmarks.md keeps, each
// beside its target and its limit in the same run, and prints them as tables.
//
//	go run ./internal/bench [-db sqlite,postgres] [-only ingest] [-seconds 60] [-alerts 1000000]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"time"
)

// plan is what to measure and how long.
type plan struct {
	seconds int    // of each load
	alerts  int    // stored before a load begins
	only    string // part of a name; "" is all
	binary  string // the program under test
	folder  string // for data, removed at the end
}

// bench measures one row or several.
type bench struct {
	name string
	run  func(ctx context.Context, p plan, kind string) ([]row, error)
}

var benches = []bench{
	{"bare", measureBare},
	{"insert", measureInsert},
	{"ingest", measureIngest},
	{"fold", measureFold},
	{"paged", measurePaged},
	{"time-to-page", measureTimeToPage},
	{"timers", measureTimers},
	{"list", measureList},
	{"process", measureProcess},
	{"backup", measureBackup},
	{"move", measureMove},
	{"setup", measureSetup},
}

func main() {
	var p plan
	dbs := flag.String("db", "sqlite,postgres", "which databases")
	flag.IntVar(&p.seconds, "seconds", 60, "how long each load lasts")
	flag.IntVar(&p.alerts, "alerts", 1_000_000, "alerts stored before a load begins")
	flag.StringVar(&p.only, "only", "", "only the benchmarks with this in their name, a comma list")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, p, strings.Split(*dbs, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, p plan, kinds []string) error {
	folder, err := os.MkdirTemp("", "firehall-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	p.folder = folder
	if p.binary, err = build(ctx, folder); err != nil {
		return err
	}
	fmt.Printf("%s, %d cores, %s, %s\n\n", time.Now().UTC().Format("2006-01-02 15:04 UTC"), runtime.NumCPU(), cpuModel(), runtime.Version())
	fmt.Println("| what | database | measured | target |\n| --- | --- | --- | --- |")
	found := limits{}
	for _, b := range benches {
		if !p.wants(b.name) {
			continue
		}
		for _, kind := range kinds {
			rows, err := b.run(ctx, p, kind)
			if err != nil {
				return fmt.Errorf("%s on %s: %w", b.name, kind, err)
			}
			for _, r := range rows {
				fmt.Printf("| %s | %s | %s | %s |\n", r.what, kind, found.text(r), r.target)
			}
		}
	}
	return nil
}

func (p plan) wants(name string) bool {
	if p.only == "" {
		return true
	}
	for _, part := range strings.Split(p.only, ",") {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// row is one line of the table.
type row struct {
	what, measured, target string

	rate  float64 // a second; 0 for what is no rate
	limit string  // the limit that this row is, if it is one
	of    string  // the limit that it is a share of
}

// figure returns a row that is neither a limit nor a share of one.
func figure(what, measured, target string) row {
	return row{what: what, measured: measured, target: target}
}

// limits are the rates of this run's limits, by name.
type limits map[string]float64

// text returns what was measured, with its share of the limit.
func (l limits) text(r row) string {
	if r.limit != "" {
		l[r.limit] = r.rate
	}
	if of := l[r.of]; of > 0 {
		return fmt.Sprintf("%s; %.0f %% of the limit", r.measured, 100*r.rate/of)
	}
	return r.measured
}

// Names of limits.
const limitHTTP = "http"

func limitInsert(kind string) string { return "insert " + kind }

func cpuModel() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for _, line := range strings.Split(string(text), "\n") {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), ":"))
		}
	}
	return runtime.GOARCH
}
