package store

import (
	"testing"
	"time"
)

func TestAClockThatIsOffIsSeen(t *testing.T) {
	onBoth(t, func(w *world) {
		w.clock.set(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)) // years behind
		switch skew, err := w.db.Skew(w.Context()); {
		case err != nil:
			t.Error(err)
		case w.db.Postgres() && skew > -365*24*time.Hour:
			t.Errorf("PostgreSQL is only %s ahead", -skew)
		case !w.db.Postgres() && skew != 0:
			t.Errorf("SQLite has a clock: %s", skew)
		}
	})
}
