package e2e

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"
)

// TestKilledAtAnyPoint kills the program again and again while signals arrive
// and people are paged. Whatever was accepted reaches every step, and nobody
// is told twice but where a call was cut off.
func TestKilledAtAnyPoint(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		h := newHook(t, func() time.Duration { return time.Duration(rand.IntN(8)) * time.Millisecond })
		nodes := []*node{newNode(t, t.TempDir(), database)}
		if database != "" { // the second node shares the secret key and the database
			nodes = append(nodes, newNode(t, nodes[0].dir, database))
		}
		nodes[0].apply(twoSteps(h.URL, "2s", "generic"))

		ctx, stop := context.WithCancel(t.Context())
		sent := newLedger()
		var senders sync.WaitGroup
		for s := range 4 {
			senders.Go(func() { sent.send(ctx, nodes, s) })
		}
		kills := sent.killing(nodes, 6)
		stop()
		senders.Wait()

		missing := 0
		nodes[0].until(90*time.Second, "every accepted alert has reached both steps", func() bool {
			missing = sent.missing(h, "ana") + sent.missing(h, "ben")
			return missing == 0
		})
		if len(sent.accepted()) < 50 {
			t.Errorf("only %d signals were accepted: the test proves little", len(sent.accepted()))
		}
		repeats(t, h, kills)
		t.Logf("%d accepted, %d calls, %d kills", len(sent.accepted()), len(h.all()), len(kills))
	})
}

// repeats fails when a send arrived more than twice, or twice without a kill
// while it was called.
func repeats(t *testing.T, h *hook, kills []time.Time) {
	t.Helper()
	first := map[string]call{}
	count := map[string]int{}
	for _, c := range h.all() {
		if c.Page.Type != "page" {
			continue
		}
		if count[c.Send]++; count[c.Send] > 2 {
			t.Errorf("send %s arrived %d times", c.Send, count[c.Send])
		}
		was, again := first[c.Send]
		if !again {
			first[c.Send] = c
			continue
		}
		cut := false
		for _, k := range kills { // a receipt is kept within moments of the answer
			cut = cut || (k.After(was.At.Add(-time.Second)) && k.Before(was.Until.Add(2*time.Second)))
		}
		if !cut {
			t.Errorf("send %s arrived at %s and %s though nothing was killed between", c.Send, was.At, c.At)
		}
	}
}

// ledger remembers which signals were accepted.
type ledger struct {
	mu   sync.Mutex
	keys []string
}

func newLedger() *ledger { return &ledger{} }

func (l *ledger) accepted() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.keys...)
}

// send posts signals until ctx ends; what is not answered 202 is not counted.
func (l *ledger) send(ctx context.Context, nodes []*node, sender int) {
	client := &http.Client{Timeout: 5 * time.Second}
	for n := 0; ctx.Err() == nil; n++ {
		key := fmt.Sprintf("signal-%d-%d", sender, n)
		body := fmt.Sprintf(`{"summary":%q,"key":%q,"severity":"critical"}`, key, key)
		at := nodes[n%len(nodes)]
		resp, err := client.Post("http://"+at.addr+"/in/generic/"+sourceKey, "application/json", bytes.NewBufferString(body))
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusAccepted {
				l.mu.Lock()
				l.keys = append(l.keys, key)
				l.mu.Unlock()
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// killing kills nodes at random points and starts them again.
func (l *ledger) killing(nodes []*node, times int) []time.Time {
	var kills []time.Time
	for i := range times {
		time.Sleep(time.Duration(300+rand.IntN(900)) * time.Millisecond)
		kills = append(kills, time.Now())
		nodes[i%len(nodes)].restart()
	}
	time.Sleep(500 * time.Millisecond)
	return kills
}

// missing returns how many accepted signals have not paged a person.
func (l *ledger) missing(h *hook, person string) int {
	paged := map[string]bool{}
	for _, c := range h.all() {
		if c.Person == person && c.Page.Type == "page" {
			paged[c.Page.Alert.Key] = true
		}
	}
	n := 0
	for _, key := range l.accepted() {
		if !paged[key] {
			n++
		}
	}
	return n
}
