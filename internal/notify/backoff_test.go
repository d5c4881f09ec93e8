package notify

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBackoff(t *testing.T) {
	tests := map[string]struct {
		attempts int
		since    time.Duration
		asked    time.Duration
		jitter   float64
		wait     time.Duration
		again    bool
	}{
		"after the first attempt":                     {1, 0, 0, 0, 5 * time.Second, true},
		"after the second it is twice that":           {2, 5 * time.Second, 0, 0, 10 * time.Second, true},
		"after the fifth":                             {5, time.Minute, 0, 0, 80 * time.Second, true},
		"after the sixth it is the longest":           {6, 3 * time.Minute, 0, 0, 2 * time.Minute, true},
		"after a hundred it is no longer":             {100, 3 * time.Minute, 0, 0, 2 * time.Minute, true},
		"before any attempt it is the first wait":     {0, 0, 0, 0, 5 * time.Second, true},
		"half the jitter adds an eighth":              {1, 0, 0, 0.5, 5625 * time.Millisecond, true},
		"all the jitter adds a quarter":               {6, 0, 0, 1, 150 * time.Second, true},
		"the provider asks for more":                  {1, 0, time.Minute, 0, time.Minute, true},
		"the provider asks for less":                  {3, 0, time.Second, 0, 20 * time.Second, true},
		"the provider asks for less than with jitter": {1, 0, 6 * time.Second, 1, 6250 * time.Millisecond, true},
		"just within ten minutes":                     {6, 8*time.Minute - 1, 0, 0, 2 * time.Minute, true},
		"ten minutes after the first":                 {6, 8 * time.Minute, 0, 0, 2 * time.Minute, false},
		"the provider asks for ten minutes":           {1, 0, 10 * time.Minute, 0, 10 * time.Minute, false},
		"woken an hour late":                          {2, time.Hour, 0, 0, 10 * time.Second, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			wait, again := Backoff(test.attempts, test.since, test.asked, test.jitter)
			if wait != test.wait || again != test.again {
				t.Errorf("wait %s, again %v", wait, again)
			}
		})
	}
}

func TestEveryAttemptBeginsWithinTenMinutesAndWaitsAtLeastAsLongAsTheOneBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		jitter, call := rapid.Float64Range(0, 1).Draw(t, "jitter"), time.Duration(rapid.Int64Range(0, 1e10).Draw(t, "call"))
		since, last := call, time.Duration(0)
		for attempts := 1; ; attempts++ {
			wait, again := Backoff(attempts, since, 0, jitter)
			if wait < last || wait < firstWait || wait > longestWait*5/4 {
				t.Fatalf("attempt %d waits %s after %s", attempts, wait, last)
			}
			if !again {
				if since+wait < RetryFor {
					t.Fatalf("it gives up after %s", since)
				}
				if attempts < 5 { // 2.5 min at most, each time
					t.Fatalf("it gives up after %d attempts", attempts)
				}
				return
			}
			if since+wait >= RetryFor {
				t.Fatalf("attempt %d begins %s after the first", attempts+1, since+wait)
			}
			since, last = since+wait+call, wait
		}
	})
}

func TestAProviderIsNeverCalledBeforeItAskedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asked := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "asked"))
		wait, again := Backoff(rapid.IntRange(1, 50).Draw(t, "attempts"), 0, asked, rapid.Float64Range(0, 1).Draw(t, "jitter"))
		if wait < asked || (again && wait >= RetryFor) {
			t.Fatalf("asked for %s, it waits %s, again %v", asked, wait, again)
		}
	})
}
