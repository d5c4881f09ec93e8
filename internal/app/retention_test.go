package app

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestMessagesAreKeptForAWhileAndUnderALimit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.opts.Retain = Retention{For: 14 * 24 * time.Hour, Bytes: 10_000}
		w.start()
		w.haltEngine()
		w.setup(small)
		message := func(i int) {
			w.post(fmt.Sprintf(`{"key":"k","summary":"%d","severity":"info","details":{"text":%q}}`, i, strings.Repeat("x", 900)))
		}
		expect := func(when string, least, most int) {
			t.Helper()
			w.retain(t.Context())
			n, _, err := w.db.MessagesSize(t.Context())
			if err != nil || n < least || n > most {
				t.Errorf("%s: %d messages are kept, want %d to %d (%v)", when, n, least, most, err)
			}
		}
		message(1)
		message(2)
		w.pass(13 * 24 * time.Hour)
		message(3)
		expect("after 13 days", 3, 3)
		w.pass(2 * 24 * time.Hour)
		expect("after 15 days", 1, 1)
		for i := range 30 {
			message(i)
		}
		expect("over the limit", 7, 10)
		if list, _, err := w.db.Alerts(t.Context(), everyAlert); err != nil || len(list) == 0 {
			t.Errorf("the alerts stay: %v, %v", list, err)
		}
	})
}
