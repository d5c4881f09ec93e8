package e2e

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// beyond is how long after the answer to an ack a page may arrive. No call
// begins later than 100 ms after the commit; the rest is this machine's, on
// which everything runs at once.
const beyond = time.Second

// check checks from outside what must hold after a run, and prints a table.
func (s *soak) check(database string) {
	kind := "SQLite"
	if database != "" {
		kind = "PostgreSQL, two nodes"
	}
	s.crowd.mu.Lock()
	defer s.crowd.mu.Unlock()
	calls := s.crowd.calls
	lost, unheard := s.unpaged()
	repeats, wrong := s.repeats(calls)
	late, latest := s.afterAck(calls)
	due := s.gauge("firehall_timers_late_seconds")
	found := s.gauge("firehall_audit_found")
	for what, n := range map[string]int{
		"accepted signals paged nobody":                         lost,
		"signals whose first person did not answer ended there": unheard,
		"sends were told twice though nothing was unknown":      wrong,
		"pages arrived over a second after an ack":              late,
		"seconds is the first timer late":                       int(due),
		"things were left lying, the auditor says":              int(found),
	} {
		if n > 0 {
			s.Errorf("%d %s", n, what)
		}
	}
	first := s.timesToPage()
	s.Logf("\n| %s | |\n| --- | --- |\n"+strings.Repeat("| %s | %v |\n", 13), kind,
		"lasted", time.Since(s.began).Round(time.Second),
		"signals accepted", len(s.accepted),
		"alerts paged", len(s.crowd.began),
		"pages that arrived", s.crowd.count,
		"calls, news included", len(calls),
		"of them refused / cut off", fmt.Sprintf("%d / %d", countOf(calls, busy), countOf(calls, hungUp)),
		"kills", len(s.kills),
		"acks", len(s.crowd.acked),
		"accepted and paged nobody", lost,
		"sends told twice: after an unknown outcome / otherwise", fmt.Sprintf("%d / %d", repeats, wrong),
		"pages after an ack, over 1 s / the latest", fmt.Sprintf("%d / %s", late, latest.Round(time.Millisecond)),
		"second step after the first page, p50 / most", fmt.Sprintf("%s / %s", at(first, 0.5), at(first, 1)),
		"timers due and not run", int(due))
}

func countOf(calls []ring, e ending) (n int) {
	for _, c := range calls {
		if c.end == e {
			n++
		}
	}
	return n
}

// unpaged returns how many accepted signals paged nobody, and how many of those
// that their first person never answers did not reach a second.
func (s *soak) unpaged() (lost, unheard int) {
	second := map[string]bool{}
	for _, c := range s.crowd.calls {
		if c.kind == "page" && !strings.HasPrefix(c.person, "first-") {
			second[c.key] = true
		}
	}
	keys := slices.Clone(s.accepted)
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		if _, paged := s.crowd.began[key]; !paged {
			lost++
		} else if strings.HasPrefix(key, "deaf-") && !second[key] {
			unheard++
		}
	}
	return lost, unheard
}

// repeats returns how many sends were taken and then came again: after a call
// of which the program cannot know how it ended, or without that.
func (s *soak) repeats(calls []ring) (unknown, wrong int) {
	bySend := map[string][]ring{}
	for _, c := range calls {
		if c.end != busy {
			bySend[c.send] = append(bySend[c.send], c)
		}
	}
	for _, list := range bySend {
		if len(list) < 2 {
			continue
		}
		if len(list) > 2 || list[0].end == took && !s.killedAround(list[0]) {
			wrong++
			continue
		}
		unknown++
	}
	return unknown, wrong
}

// killedAround says whether a node was killed while a call ran or before its
// receipt was kept.
func (s *soak) killedAround(c ring) bool {
	return slices.ContainsFunc(s.kills, func(k time.Time) bool {
		return k.After(c.at.Add(-time.Second)) && k.Before(c.until.Add(2*time.Second))
	})
}

// afterAck returns how many pages arrived too late after the ack of their
// alert, and how long after it the latest arrived.
func (s *soak) afterAck(calls []ring) (late int, latest time.Duration) {
	for _, c := range calls {
		acked, ok := s.crowd.acked[c.key]
		if !ok || c.kind != "page" {
			continue
		}
		after := c.at.Sub(acked)
		latest = max(latest, after)
		if after > beyond {
			late++
		}
	}
	return late, latest
}

// timesToPage returns, sorted, how long after the first page of an alert that
// its first person does not answer the second person was paged.
func (s *soak) timesToPage() (out []time.Duration) {
	seen := map[string]bool{}
	for _, c := range s.crowd.calls {
		if c.kind != "page" || !strings.HasPrefix(c.key, "deaf-") || !strings.HasPrefix(c.person, "second-") || seen[c.key] {
			continue
		}
		seen[c.key] = true
		out = append(out, c.at.Sub(s.crowd.began[c.key]))
	}
	slices.Sort(out)
	return out
}

func at(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(float64(len(sorted))*share), len(sorted)-1)].Round(time.Millisecond)
}

// gauge reads a number of the metrics page of the first node.
func (s *soak) gauge(name string) float64 {
	s.Helper()
	resp, err := http.Get("http://" + s.nodes[0].addr + "/metrics")
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindSubmatch(text)
	if found == nil {
		s.Fatalf("the metrics do not say %s", name)
	}
	n, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		s.Fatal(err)
	}
	return n
}
