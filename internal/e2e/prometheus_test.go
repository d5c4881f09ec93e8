package e2e

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// TestPrometheusAndAlertmanager drives the real ones: a metric rises, the rule
// fires, Alertmanager posts, ana is paged; it falls, and the alert is over.
func TestPrometheusAndAlertmanager(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		h := newHook(t, nil)
		n := newNode(t, t.TempDir(), database)
		n.apply(twoSteps(h.URL, "1h", "alertmanager"))

		var burning atomic.Bool
		burning.Store(true)
		metric := newMetric(t, &burning)
		alertmanager := startAlertmanager(t, "http://"+n.addr+"/in/alertmanager/"+sourceKey)
		startPrometheus(t, metric, alertmanager)

		n.until(60*time.Second, "ana is paged", func() bool {
			_, ok := h.find("ana", "page", "The oven burns")
			return ok
		})
		got, _ := h.find("ana", "page", "The oven burns")
		var a struct {
			Severity string            `json:"severity"`
			Details  map[string]string `json:"details"`
			Links    []struct{ Href, Kind string }
		}
		if _, err := n.call(t.Context(), "GET", "/api/v1/alerts/"+got.Page.Alert.ID, nil, &a); err != nil {
			t.Fatal(err)
		}
		if a.Severity != "critical" || a.Details["alertname"] != "OvenBurns" || len(a.Links) == 0 {
			t.Errorf("the alert is %+v", a)
		}
		burning.Store(false)
		n.until(60*time.Second, "the alert is resolved", func() bool {
			var now struct{ Status string }
			_, err := n.call(t.Context(), "GET", "/api/v1/alerts/"+got.Page.Alert.ID, nil, &now)
			return err == nil && now.Status == "resolved"
		})
	})
}

// newMetric serves a metric that is 1 while something burns.
func newMetric(t *testing.T, burning *atomic.Bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		value := 0
		if burning.Load() {
			value = 1
		}
		fmt.Fprintf(w, "oven_burns %d\n", value)
	})}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr().String()
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// startProgram runs an installed program for as long as the test.
func startProgram(t *testing.T, name string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not installed; scripts/install-test-needs.sh installs it", name)
	}
	cmd := exec.Command(path, args...)
	log, err := os.Create(filepath.Join(t.TempDir(), name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if text, err := os.ReadFile(log.Name()); err == nil && t.Failed() {
			t.Logf("%s:\n%s", name, tail(string(text), 2000))
		}
		_ = log.Close()
	})
}

func startAlertmanager(t *testing.T, url string) string {
	t.Helper()
	dir, addr := t.TempDir(), freePort(t)
	config := write(t, dir, "alertmanager.yml", fmt.Sprintf(`
route: {receiver: firehall, group_by: [alertname], group_wait: 200ms, group_interval: 1s, repeat_interval: 1m}
receivers: [{name: firehall, webhook_configs: [{url: %q, send_resolved: true}]}]
`, url))
	startProgram(t, "prometheus-alertmanager", "--config.file="+config, "--storage.path="+dir, "--web.listen-address="+addr, "--cluster.listen-address=")
	return addr
}

func startPrometheus(t *testing.T, metric, alertmanager string) {
	t.Helper()
	dir := t.TempDir()
	rules := write(t, dir, "rules.yml", `
groups: [{name: oven, interval: 1s, rules: [{alert: OvenBurns, expr: oven_burns == 1, labels: {severity: critical},
  annotations: {summary: "The oven burns", runbook_url: "https://wiki.example/oven"}}]}]
`)
	config := write(t, dir, "prometheus.yml", fmt.Sprintf(`
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [%q]
scrape_configs: [{job_name: oven, static_configs: [{targets: [%q]}]}]
alerting: {alertmanagers: [{static_configs: [{targets: [%q]}]}]}
`, rules, metric, alertmanager))
	startProgram(t, "prometheus", "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+freePort(t))
}
