package cli

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

func TestAnAlertFromTheCommandLine(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *session) {
		s.write("team.yaml", teamFile)
		s.expect(Done, "apply -f $DIR/team.yaml")
		s.expect(Done, "alerts", "No alerts.")
		paged := s.expect(Done, "page checkout 'Nobody can pay' --severity critical", " is triggered. It pages step 1 now: ana.")
		alert := regexp.MustCompile(`alert_[0-9a-v]{26}`).FindString(paged)
		s.expect(Done, "alerts --service checkout", alert, "triggered", "critical", "Nobody can pay")
		s.expect(Done, "alerts --status resolved", "No alerts.")
		s.expect(Done, "alerts --service checkout --status resolved", "No alerts.")
		s.expect(Refused, "alerts --service nope", `there is no service "nope"; services are checkout`)
		s.expect(Refused, "page chekout 'Nobody can pay'", `there is no service "chekout"; services are checkout`)
		s.expect(Usage, "page checkout x --severity urgent", `--severity: "urgent" is not a severity; there are critical, error, warning and info`)
		s.expect(Done, "alerts --q PAY --status all", alert)
		s.expect(Done, "ack "+alert, alert+" is acknowledged")
		s.expect(Done, "why "+alert, "acknowledged, but by no person.")
		s.expect(Done, "note "+alert+" 'The card processor is down.'", alert+" is acknowledged")
		s.expect(Done, "snooze "+alert+" --until 02:00", alert+" is acknowledged", "at 21 Nov 02:00 UTC it goes back")
		s.expect(Done, "snooze "+alert+" --for 2h", alert+" is acknowledged")
		s.expect(Done, "escalate "+alert)
		s.expect(Done, "resolve "+alert, alert+" is resolved. Nothing more is planned.")
		s.expect(Refused, "ack "+alert, "resolved")
		s.expect(Refused, "why alert_00000000000000000000000000", "there is no alert alert_00000000000000000000000000")
		s.expect(Done, "why "+alert, "Nobody can pay", "critical on checkout, urgency high, 1 signal; opened at 03:07 UTC, resolved after 0 s.", "Why these people", "What happened", "What happens next",
			"Friday 20 November 2026, UTC", "Paged Ana", "schedule primary", "The card processor is down.", "Nothing more is planned.")
		if out := s.expect(Done, "why "+alert); strings.Contains(out, "hush") {
			t.Errorf("it tells a secret: %s", out)
		}
		var story struct {
			Alert    struct{ ID string }
			Timeline []struct{ Kind, Sentence string }
		}
		if err := json.Unmarshal([]byte(s.expect(Done, "why --json "+alert)), &story); err != nil || story.Alert.ID != alert || len(story.Timeline) < 5 {
			t.Errorf("%+v, %v", story, err)
		}
	})
}

func TestWhoAndOverride(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *session) {
		s.write("team.yaml", teamFile)
		s.expect(Done, "apply -f $DIR/team.yaml")
		s.expect(Done, "who", "primary", "ana", "23 Nov 09:00 UTC", "weekly")
		s.expect(Done, "who --at 2026-11-24T12:00:00Z", "ben")
		s.expect(Done, "who --at '2026-11-24 12:00'", "ben")
		s.expect(Done, "who --at 2026-11-24T13:00+01:00", "ben")
		if out := s.expect(Done, "who"); !strings.HasSuffix(out, "  payments  layer weekly, turn 1 of 2\n") {
			t.Errorf("why says again what other columns say: %s", out)
		}
		s.expect(Done, "override primary ben --from 2026-11-20T03:00 --until 2026-11-20T12:00 --replaces ana",
			"ben is on call for primary from Fri 03:07 until Fri 12:00 Europe/Lisbon; it is override_")
		s.expect(Refused, "override primray ben --from 03:00 --until 12:00", `there is no schedule "primray"; schedules are primary`)
		s.expect(Usage, "override primary ben --from 03:00 --until '2026-11-20 3 pm'", `--until: "2026-11-20 3 pm" is no time`)
		if out := s.expect(Done, "who"); !strings.Contains(out, "ben") || !strings.Contains(out, "12:00 UTC") {
			t.Errorf("with the override: %s", out)
		}
		s.expect(Done, "plan -f $DIR/team.yaml", "Nothing to do") // an override is no setup
		s.expect(Refused, "override primary zoe --from 2026-11-20T03:00 --until 2026-11-20T12:00", "zoe")
	})
}

func TestATokenIsNeeded(t *testing.T) {
	t.Parallel()
	s := newSession(t, "")
	s.expect(Refused, "alerts --token fh_not_a_token", "the token in FIREHALL_TOKEN is not valid at "+s.url+": was it deleted, or is it another installation's?")
}
