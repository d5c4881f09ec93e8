package cli

import (
	"strings"
	"testing"
	"time"

	"firehall/internal/client"
)

func TestASimulationSaysWhatCannotReachAnybody(t *testing.T) {
	var out strings.Builder
	at := time.Date(2026, 11, 20, 3, 7, 0, 0, time.UTC)
	foretell(&out, &World{Zone: time.UTC}, client.Simulation{
		Pages: []client.Foreseen{{At: at, Person: "ana", Contact: "mail", Via: "email", Fails: "there is no mail server", Reason: "step 1 of payments"}},
	})
	if !strings.Contains(out.String(), "FAILS: there is no mail server; step 1 of payments") {
		t.Errorf("it says\n%s", out.String())
	}
}
