package action

import (
	"sync"
	"testing"
	"testing/synctest"

	"firehall/internal/alert"
	"firehall/internal/store"
)

// Two groups never wait for each other's alerts in the database: the second
// waits before it begins, and takes along what arrives meanwhile. One about
// other alerts does not wait.
func TestAGroupWaitsForTheOneThatTouchesItsAlerts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := &inbox{queue: make(chan *waiting, 8), touched: map[store.AlertKey]bool{}}
		in.ended = sync.NewCond(&in.running)
		about := func(key string) *waiting {
			return &waiting{Arrival: Arrival{Service: "s", Signals: []alert.Signal{{Key: key}}}}
		}
		_, first := in.begin([]*waiting{about("disk")})
		if other, keys := in.begin([]*waiting{about("cpu")}); len(other) != 1 {
			t.Errorf("another alert's group has %d arrivals", len(other))
		} else {
			in.end(keys)
		}
		var second []*waiting
		go func() { second, _ = in.begin([]*waiting{about("disk")}) }()
		synctest.Wait()
		if second != nil {
			t.Fatal("it did not wait")
		}
		in.queue <- about("memory")
		in.end(first)
		synctest.Wait()
		if len(second) != 2 {
			t.Errorf("after its wait it has %d arrivals, not the one that came meanwhile", len(second))
		}
		if !in.touched[store.AlertKey{Service: "s", Key: "disk"}] || len(in.touched) != 2 {
			t.Errorf("it touches %v", in.touched)
		}
	})
}
