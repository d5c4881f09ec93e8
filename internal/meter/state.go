package meter

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// State is how things stand at the moment of a scrape.
type State struct {
	TimersPending int
	TimersLate    time.Duration  // how long the first pending timer has been due; 0 when it is not
	Queues        map[string]int // how much waits, by queue
	OpenAlerts    map[string]int // by status
	Found         int            // what the last audit found left lying
	BackupAge     time.Duration  // of the last good scheduled backup; -1 when there is none
	BackupBytes   int64          // its size
	BackupFailed  bool           // the last try
	Held          int            // alerts from before a restore that wait for a resume
}

// scrapeWithin bounds how long a scrape reads the database.
const scrapeWithin = 5 * time.Second

// state collects gauges from one look at how things stand.
type state struct {
	look                               func(context.Context) (State, error)
	pending, late, queue, alerts, lies *prometheus.Desc
	up                                 *prometheus.Desc
	age, bytes, failed, held           *prometheus.Desc
}

// Watch adds what look says to each scrape. It is called once.
func (m *Meter) Watch(look func(context.Context) (State, error)) {
	gauge := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("firehall_"+name, help, labels, nil)
	}
	m.registry.MustRegister(&state{
		look:    look,
		pending: gauge("timers_pending", "Timers that are set."),
		late:    gauge("timers_late_seconds", "How long the first pending timer has been due; 0 when it is not."),
		queue:   gauge("queue_depth", "How much waits, by queue.", "queue"),
		alerts:  gauge("alerts_open", "Alerts that are not resolved.", "status"),
		lies:    gauge("audit_found", "What the last audit found due and left lying; anything but 0 is a fault."),
		age:     gauge("backup_age_seconds", "How old the last good scheduled backup is; absent when there is none."),
		bytes:   gauge("backup_bytes", "How large it is."),
		failed:  gauge("backup_failed", "1 when the last scheduled backup failed."),
		held:    gauge("alerts_held", "Alerts from before a restore that wait for firehall resume."),
		up:      gauge("database_up", "1 when the database answered this scrape."),
	})
}

// Describe implements prometheus.Collector.
func (s *state) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{s.pending, s.late, s.queue, s.alerts, s.lies, s.up, s.age, s.bytes, s.failed, s.held} {
		out <- d
	}
}

// Collect implements prometheus.Collector. When the database does not answer,
// only that is said.
func (s *state) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	send := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	now, err := s.look(ctx)
	if err != nil {
		send(s.up, 0)
		return
	}
	send(s.up, 1)
	send(s.pending, float64(now.TimersPending))
	send(s.late, now.TimersLate.Seconds())
	send(s.lies, float64(now.Found))
	send(s.held, float64(now.Held))
	failed := 0.0
	if now.BackupFailed {
		failed = 1
	}
	send(s.failed, failed)
	if now.BackupAge >= 0 {
		send(s.age, now.BackupAge.Seconds())
		send(s.bytes, float64(now.BackupBytes))
	}
	for name, n := range now.Queues {
		send(s.queue, float64(n), name)
	}
	for status, n := range now.OpenAlerts {
		send(s.alerts, float64(n), status)
	}
}
