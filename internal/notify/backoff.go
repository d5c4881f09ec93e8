package notify

import "time"

// RetryFor is how long a known failure of a send is tried again.
const RetryFor = 10 * time.Minute

// firstWait doubles with each attempt up to longestWait.
const (
	firstWait   = 5 * time.Second
	longestWait = 2 * time.Minute
)

// Backoff returns how long to wait before the next attempt after a known
// failure: 5 s, doubled each time up to 2 min, or what the provider asks for if
// that is more, and up to a quarter longer by jitter (0 to 1). Again is false
// when the next attempt would begin RetryFor or more after the first.
func Backoff(attempts int, since time.Duration, asked time.Duration, jitter float64) (wait time.Duration, again bool) {
	wait = firstWait
	for range attempts - 1 {
		wait = min(wait*2, longestWait)
	}
	wait = max(wait+time.Duration(float64(wait)*jitter/4), asked)
	return wait, since+wait < RetryFor
}
