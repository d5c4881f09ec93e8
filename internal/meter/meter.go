// Package meter counts what Firehall does, for Prometheus. docs/operations.md
// lists every metric.
package meter

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Meter holds the metrics of one process. It is safe for many goroutines.
type Meter struct {
	registry   *prometheus.Registry
	messages   *prometheus.CounterVec
	signals    *prometheus.CounterVec
	pages      *prometheus.CounterVec
	sends      *prometheus.CounterVec
	timeToPage *prometheus.HistogramVec
	panics     prometheus.Counter
	heartbeats *prometheus.CounterVec
}

// waits are the buckets of the time to a page, in seconds.
var waits = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}

// New returns a meter at zero, which also measures the process itself.
func New(version string) *Meter {
	m := &Meter{
		registry: prometheus.NewRegistry(),
		messages: counter("messages_total", "Messages that arrived with a valid key.", "kind", "outcome"),
		signals:  counter("signals_total", "Signals in accepted messages.", "kind"),
		pages:    counter("pages_total", "People who were asked to look at an alert.", "urgency"),
		sends:    counter("sends_total", "Attempts to tell somebody by a contact.", "channel", "kind", "outcome"),
		timeToPage: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "firehall_time_to_page_seconds", Buckets: waits,
			Help: "From the moment a page was due to its first accepted send.",
		}, []string{"channel"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "firehall_panics_total", Help: "Requests that ended in a panic: each is a bug.",
		}),
		heartbeats: counter("heartbeats_total", "Calls of the outgoing heartbeat.", "outcome"),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "firehall_build_info", Help: "1, with the version that runs.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(
		m.messages, m.signals, m.pages, m.sends, m.timeToPage, m.panics, m.heartbeats, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return m
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "firehall_" + name, Help: help}, labels)
}

// Message counts one message that arrived.
func (m *Meter) Message(kind, outcome string) { m.messages.WithLabelValues(kind, outcome).Inc() }

// Signals counts the signals of an accepted message.
func (m *Meter) Signals(kind string, n int) { m.signals.WithLabelValues(kind).Add(float64(n)) }

// Paged counts pages.
func (m *Meter) Paged(urgency string, n int) { m.pages.WithLabelValues(urgency).Add(float64(n)) }

// Sent counts an attempt to tell somebody.
func (m *Meter) Sent(channel, kind, outcome string) {
	m.sends.WithLabelValues(channel, kind, outcome).Inc()
}

// TimeToPage notes how long the first accepted send of a page took.
func (m *Meter) TimeToPage(channel string, d time.Duration) {
	m.timeToPage.WithLabelValues(channel).Observe(d.Seconds())
}

// Panicked counts a request that ended in a panic.
func (m *Meter) Panicked() { m.panics.Inc() }

// Beat counts a call of the outgoing heartbeat: sent, failed or withheld.
func (m *Meter) Beat(outcome string) { m.heartbeats.WithLabelValues(outcome).Inc() }

// Handler answers with all metrics in Prometheus's text form.
func (m *Meter) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry, MaxRequestsInFlight: 3})
}
