package e2e

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"firehall/internal/pgtest"
)

// Sizes of a soak: how many pages arrive before it ends.
const (
	smallSoak = 200     // in the suite: seconds
	wholeSoak = 100_000 // FIREHALL_SOAK=1, or another number
)

// soakPages returns how many pages are wanted.
func soakPages(t *testing.T) (pages int, small bool) {
	t.Helper()
	wanted := os.Getenv("FIREHALL_SOAK")
	if wanted == "" {
		return smallSoak, true
	}
	n, err := strconv.Atoi(wanted)
	if err != nil || n < 1 {
		t.Fatalf("FIREHALL_SOAK is %q; it is a number of pages, or 1 for %d", wanted, wholeSoak)
	}
	if n == 1 {
		n = wholeSoak
	}
	return n, n <= smallSoak
}

// TestSoak runs the real program for long: signals arrive, people answer at
// random, receivers are slow and fail, and nodes are killed. At the end what
// must hold is checked from outside.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("-short")
	}
	pages, small := soakPages(t)
	for name, database := range map[string]func(*testing.T) string{
		"sqlite":   func(*testing.T) string { return "" },
		"postgres": func(t *testing.T) string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			if small {
				t.Parallel()
			}
			soakOn(t, database(t), pages, small)
		})
	}
}

func soakOn(t *testing.T, database string, pages int, small bool) {
	s := &soak{T: t, began: time.Now(), pages: pages, kill: 8 * time.Second}
	if small {
		s.kill = 1500 * time.Millisecond
	}
	s.crowd = newCrowd(t, s)
	s.nodes = []*node{newNode(t, t.TempDir(), database)}
	if database != "" {
		s.nodes = append(s.nodes, newNode(t, s.nodes[0].dir, database))
	}
	s.nodes[0].apply(soakSetup(s.crowd.URL))
	s.run()
	s.drain()
	s.check(database)
}

// soak is one run.
type soak struct {
	*testing.T
	began time.Time
	pages int
	kill  time.Duration // between two kills, on average
	nodes []*node
	crowd *crowd

	mu       sync.Mutex
	accepted []string // keys of signals that were answered 202
	kills    []time.Time
}

// teams of a soak: each has a service, a source, two people and a lead.
const soakTeams = 4

// soakKey is the key of a team's source.
func soakKey(team int) string { return fmt.Sprintf("soaksoaksoaksoak%016d", team) }

// soakSetup returns teams whose policies page one person, then another one.
func soakSetup(hook string) object {
	people, teams, policies, services, sources := object{}, object{}, object{}, object{}, object{}
	for n := range soakTeams {
		name := fmt.Sprintf("t%d", n)
		var members []string
		for _, role := range []string{"first", "second", "lead"} {
			person := role + "-" + name
			contact := func(way string) object {
				return object{"kind": "webhook", "to": hook + "/" + person + "/" + way, "secret": "0123456789abcdef"}
			}
			people[person] = object{
				"name": person, "contacts": object{"one": contact("one"), "two": contact("two")},
				"rules": object{"high": []object{{"via": []string{"one"}}, {"via": []string{"two"}, "after": "2s"}}},
			}
			members = append(members, person)
		}
		teams[name] = object{"name": name, "members": members}
		policies[name] = object{"team": name, "repeat": 3, "fallback": []string{"person:lead-" + name}, "steps": []object{
			{"page": []string{"person:first-" + name}, "wait": "4s"}, {"page": []string{"person:second-" + name}, "wait": "6s"},
		}}
		services[name] = object{"team": name, "policy": name}
		sources[name] = object{"kind": "generic", "service": name, "key": soakKey(n)}
	}
	return object{
		"installation": object{"fallback": []string{"person:lead-t0"}}, "people": people, "teams": teams,
		"policies": policies, "services": services, "sources": sources,
	}
}

// run sends signals and kills nodes until enough pages have arrived.
func (s *soak) run() {
	ctx, stop := context.WithCancel(s.Context())
	var work sync.WaitGroup
	for sender := range 3 {
		work.Go(func() { s.send(ctx, sender) })
	}
	for s.crowd.pages() < s.pages && !s.Failed() {
		time.Sleep(s.kill/2 + time.Duration(rand.Int64N(int64(s.kill))))
		victim := s.nodes[rand.IntN(len(s.nodes))]
		s.mu.Lock()
		s.kills = append(s.kills, time.Now())
		s.mu.Unlock()
		victim.restart()
	}
	stop()
	work.Wait()
}

// send posts signals, some of them twice; what is not answered 202 does not
// count. Its pace lets the program keep up.
func (s *soak) send(ctx context.Context, sender int) {
	for n := 0; ctx.Err() == nil; n++ {
		team := rand.IntN(soakTeams)
		key := fmt.Sprintf("%s-%d-%d-t%d", fates[rand.IntN(len(fates))], sender, n, team)
		for range 1 + rand.IntN(2) {
			if s.post(team, fmt.Sprintf(`{"summary":%q,"key":%q,"severity":"critical"}`, key, key)) {
				s.mu.Lock()
				s.accepted = append(s.accepted, key)
				s.mu.Unlock()
			}
		}
		time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond)
	}
}

// over has a source say that a problem is over, until that is accepted.
func (s *soak) over(key string) {
	team, _ := strconv.Atoi(key[strings.LastIndex(key, "t")+1:])
	for s.Context().Err() == nil && !s.post(team, fmt.Sprintf(`{"key":%q,"status":"resolved"}`, key)) {
		time.Sleep(100 * time.Millisecond)
	}
}

// post sends a message to any node and says whether it was accepted.
func (s *soak) post(team int, body string) bool {
	resp, err := patient.Post("http://"+s.anyNode()+"/in/generic/"+soakKey(team), "application/json", bytes.NewBufferString(body))
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusAccepted
}

// patient is the client of senders and people.
var patient = &http.Client{Timeout: 10 * time.Second}

func (s *soak) anyNode() string { return s.nodes[rand.IntN(len(s.nodes))].addr }

// drain lets everything end: nothing fails any more, and each alert is acked
// or resolved by whoever is paged.
func (s *soak) drain() {
	s.crowd.calm.Store(true)
	s.nodes[0].until(5*time.Minute, "every alert has come to its end", func() bool {
		var open struct {
			Items []struct {
				Key string `json:"key"`
			} `json:"items"`
		}
		_, err := s.nodes[0].call(s.Context(), "GET", "/api/v1/alerts?status=open&limit=5", nil, &open)
		return err == nil && len(open.Items) == 0
	})
	s.crowd.answers.Wait()
	time.Sleep(time.Second) // what is claimed is called
}
