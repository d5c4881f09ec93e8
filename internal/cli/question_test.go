package cli

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestSimulateFromTheCommandLine(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *session) {
		s.write("team.yaml", teamFile)
		s.expect(Done, "apply -f $DIR/team.yaml")
		out := s.expect(Done, "simulate --service checkout --summary 'Nobody can pay' --severity critical")
		golden(s.t, "testdata/simulate.txt", out)
		s.expect(Done, "simulate --service checkout --summary x --severity info", "Its urgency is none: it is listed and tells nobody.")
		s.write("signal.json", `{"summary": "disk full", "severity": "warning", "key": "disk"}`)
		s.expect(Done, "simulate --source ours -f $DIR/signal.json --at 2026-11-21T23:00", "warning on checkout, urgency low.", "Waits until 09:00:00 UTC on 23 Nov", "23 Nov 09:00:00 UTC")
		s.expect(Usage, "why", "name an alert, or a person and a time", `Run "firehall why --help"`)
		s.expect(Done, "alerts", "No alerts.")
		s.write("broken.json", `{`)
		s.expect(Refused, "simulate --source ours -f $DIR/broken.json", "is no JSON: no source could read it")
		s.expect(Usage, "simulate --source ours", "--source and --file go together")
		s.expect(Refused, "simulate --service chekout --summary x", "there is no service")
		s.expect(Usage, "simulate --service checkout --summary x --at soon", `--at: "soon" is no time`)
		s.expect(Usage, "simulate --service checkout", "give --summary TEXT")
		s.expect(Usage, "simulate", "name a service with --service NAME and --summary TEXT")
		s.expect(Usage, "simulate --service checkout --summary x --severity urgent", `--severity: "urgent" is not a severity`)
	})
}

func TestWhyFromTheCommandLine(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *session) {
		s.write("team.yaml", teamFile)
		s.expect(Done, "apply -f $DIR/team.yaml")
		quiet := regexp.MustCompile(`alert_[0-9a-v]{26}`).FindString(s.expect(Done, "page checkout 'All is well' --severity info"))
		s.expect(Done, "why "+quiet, "Why nobody was paged", "Nobody was paged: its urgency is none: it is listed and tells nobody.", `"info" is info, which at checkout means urgency none`)
		paged := regexp.MustCompile(`alert_[0-9a-v]{26}`).FindString(s.expect(Done, "page checkout 'Nobody can pay' --severity critical"))
		s.eventually("why --person ana --at 2026-11-20T03:10", "accepted")
		s.expect(Done, "why --person ana --at 2026-11-20T03:10", "Ana was told 1 thing within 15 min of 03:10:00 UTC on 20 Nov 2026, and 1 send has not gone out.",
			"At 03:07:00 UTC on 20 Nov 2026 Ana was told by hook (webhook) about “Nobody can pay” on checkout: step 1 of payments: schedule primary: ana: layer weekly", "rule 1 for high urgency", paged, "03:07:00 UTC  accepted: 200 OK")
		s.expect(Done, "why --person ben --at 2026-11-20T03:10", "Ben was told nothing within 15 min of 03:10:00 UTC", "Ana was paged, first at 03:07:00 UTC", "Nobody was paged: its urgency is none")
		s.expect(Done, "why --person ana --at 2026-11-21T03:10", "Ana was told nothing", "their nearest page was made at 03:07:00 UTC on 20 Nov 2026, about "+paged)
		s.expect(Done, "why --person ben --at 2026-11-25T03:10", "Ben was told nothing", "On call on primary: ben: layer weekly, turn 2 of 2")
		s.expect(Done, "why --source ours --at 2026-11-20T03:10", "No message came through ours within 15 min of 03:10:00 UTC on 20 Nov 2026")
		s.expect(Usage, "why "+paged+" --at 03:10", "--at goes with --person or --source")
		for _, wrong := range []string{"why", "why --person ana --source ours"} {
			s.expect(Usage, wrong, "name an alert, or a person and a time, or a source and a time")
		}
		s.expect(Refused, "why --person zoe", `there is no person "zoe"; people are ana, ben`)
		s.expect(Refused, "contacts zoe", `there is no person "zoe"; people are ana, ben`)
		s.expect(Refused, "why --source our", `there is no source "our"; sources are ours`)
	})
}

// eventually types a command until it says something: the engine runs beside.
func (s *session) eventually(line, says string) {
	s.t.Helper()
	for range 2000 {
		if _, out, _ := s.run(line); strings.Contains(out, says) {
			return
		}
	}
	s.t.Fatalf("%s never says %q", line, says)
}

func TestTimesAreToldOnTheReadersClockBesideUTC(t *testing.T) {
	at := time.Date(2026, 11, 20, 3, 7, 9, 0, time.UTC)
	tests := map[string]struct{ zone, want string }{
		"in Tokyo":             {"Asia/Tokyo", "12:07:09 JST (03:07:09 UTC)"},
		"in Lisbon in winter":  {"Europe/Lisbon", "03:07:09 WET"},
		"where clocks are UTC": {"UTC", "03:07:09 UTC"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			zone, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			w := &World{Zone: zone}
			if got := w.both(at); got != test.want || w.zoneName() != test.zone {
				t.Errorf("%s, %q", got, w.zoneName())
			}
		})
	}
	w := &World{Zone: time.Local, Env: func(string) (string, bool) { return ":Asia/Tokyo", true }}
	if got := w.zoneName(); time.Local.String() == "Local" && got != "Asia/Tokyo" {
		t.Errorf("by TZ it is %q", got)
	}
}
