package id

import (
	"testing"
	"time"
)

func TestAnIdTellsWhenItWasMade(t *testing.T) {
	made := time.Date(2026, 11, 20, 3, 7, 9, 123456000, time.UTC)
	if at, ok := MadeAt(NewMaker(nil).New(PrefixMessage, made)); !ok || !at.Equal(made) {
		t.Errorf("it says %s, %t", at, ok)
	}
}

func TestATextThatIsNoIdTellsNothing(t *testing.T) {
	for _, text := range []string{"", "ana", "alert_", "alert_x", "alert_00cmk4n2v5p000jq3l7b8d1tf!", "00cmk4n2v5p000jq3l7b8d1tfe"} {
		if at, ok := MadeAt(text); ok {
			t.Errorf("%q was made at %s", text, at)
		}
	}
}
