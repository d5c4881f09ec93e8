package doctor

import (
	"fmt"
	"time"
)

// How far clocks may be apart.
const (
	skewed      = 2 * time.Second  // signatures and links depend on the clock
	badlySkewed = 30 * time.Second // and pages come at the wrong time
)

// Clock judges how far one clock is ahead of another (negative: behind). Doubt
// is how far the measure itself may be off.
func Clock(one, other string, ahead, doubt time.Duration) Diagnosis {
	sure := max(ahead.Abs()-doubt.Abs(), 0)
	if sure < skewed {
		return Good(fmt.Sprintf("the clocks of %s and %s agree", one, other))
	}
	which := "ahead of"
	if ahead < 0 {
		which = "behind"
	}
	sentence := fmt.Sprintf("the clock of %s is %s %s that of %s", one, ahead.Abs().Round(100*time.Millisecond), which, other)
	const mend = "let both follow a time server (chrony, systemd-timesyncd), and look with timedatectl"
	if sure < badlySkewed {
		return Warn(sentence+": receivers may refuse signatures", mend)
	}
	return Bad(sentence+": pages and handoffs come at the wrong time", mend)
}

// Ahead returns how far the clock that asked is ahead of one that was asked, and
// how far that may be off. It asked at before and had the answer at after; the
// other said that it began to answer at began and ended at ended.
func Ahead(before, began, ended, after time.Time) (ahead, doubt time.Duration) {
	doubt = (after.Sub(before) - ended.Sub(began)) / 2
	return (before.Sub(began) + after.Sub(ended)) / 2, doubt
}
