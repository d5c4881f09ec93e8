package demo

import (
	"time"

	"firehall/internal/channel"
)

// Lengths of time of the tale.
const (
	second = time.Second
	minute = time.Minute
	hour   = time.Hour
)

// tale is what happened at Tidewater in the last fortnight, beside the daily
// routine. Who is paged follows from the schedules of the time.
var tale = []episode{
	{ // slept through by everybody on call: the fallback answers
		at: day(12, "03:41", lisbon), source: "gateway-checks", severity: "critical",
		summary: "Card authorisations time out at acquirer B", repeats: 6,
		answers: []answer{{do: sleeps}, {do: sleeps}, {do: sleeps}, {do: sleeps}, {do: sleeps}, ack(95 * second)},
		then: []deed{
			note(3*minute, "Both on call had their phones on silent. I have turned acquirer B off; A and C take its share."),
			note(20*minute, "Declines are back at 2 %. B says that a certificate of theirs ran out."),
			over(42 * minute),
		},
	},
	{ // primary sleeps, secondary answers
		at: day(11, "02:17", lisbon), source: "prometheus", severity: "critical", members: []string{"checkout-7f9c", "checkout-b210", "checkout-c4d1"},
		summary: "5xx rate above 2 % on checkout", repeats: 9,
		answers: []answer{{do: sleeps}, ack(50 * second)},
		then:    []deed{note(4*minute, "Release 2.41.0 of the gateway, 9 minutes before. Rolling back."), over(16 * minute)},
	},
	{ // declined
		at: day(10, "18:32", newYork), source: "pagerduty", severity: "error",
		summary: "Search answers nothing in us-east",
		answers: []answer{{do: declines, after: 70 * second, text: "On the subway for the next half hour"}, ack(2 * minute)},
		then:    []deed{note(9*minute, "One shard had no leader. Forced an election."), over(14 * minute)},
	},
	{ // a contact that is gone: the next one goes at once
		at: day(9, "05:20", lisbon), source: "scripts", severity: "critical", summary: "Nobody can pay by card in Spain",
		trouble: map[string][]channel.Outcome{"webhook": {gone}},
		answers: []answer{ack(45 * second)},
		then:    []deed{note(6*minute, "My phone refuses our pushes since its update; the mail woke me. Pairing it anew tomorrow."), byHand(22 * minute), {do: tries, after: 11 * hour, text: "phone"}},
	},
	{ // a provider that fails and is tried again
		at: day(8, "11:05", singapore), source: "lake-airflow", severity: "error", summary: "Clickstream loader has failed 3 times",
		trouble: map[string][]channel.Outcome{"webhook": {busy, busy}, "email": {greyed}},
		answers: []answer{ack(90 * second)},
		then:    []deed{note(12*minute, "Schema of the mobile events changed. Loader pinned to version 7."), over(25 * minute)},
	},
	{ // nobody knows whether it arrived: it is repeated once
		at: day(7, "14:50", newYork), source: "db-prometheus", severity: "critical", members: []string{"pg-main-2"}, summary: "Replica lag above 90 s",
		trouble: map[string][]channel.Outcome{"ntfy": {silence}},
		answers: []answer{{do: asksHelp, after: 2 * minute}, ack(100 * second), ack(50 * second)},
		then: []deed{
			note(5*minute, "A migration on orders holds a lock. Waiting for it together."),
			{do: reassigns, after: 20 * minute, to: "sam"},
		},
		clears: 55 * minute,
	},
	{ // raised by a person
		at: day(6, "16:10", lisbon), by: "ben", service: "ledger", severity: "error", summary: "Two shops report refunds that were paid twice",
		answers: []answer{ack(40 * second)},
		then:    []deed{note(15*minute, "Found it: a retry without the idempotency key. 11 refunds, list is with finance."), note(38*minute, "All 11 shops have a mail from us."), byHand(57 * minute)},
	},
	{ // snoozed until the mend is out
		at: day(5, "10:15", lisbon), source: "gateway-checks", severity: "error", summary: "Retries to acquirer C above 5 %",
		answers: []answer{{do: snoozes, after: 45 * second, until: 3 * hour}},
		then:    []deed{note(minute, "They deploy at noon, it heals then."), over(130 * minute)},
	},
	{ // clears by itself before anybody is there
		at: day(5, "23:58", newYork), source: "pagerduty", severity: "error", summary: "Search p95 above 1.5 s",
		answers: []answer{{do: sleeps}, {do: sleeps}}, clears: 4 * minute,
	},
	{ // taken on and given back
		at: day(4, "04:06", singapore), source: "lake-airflow", severity: "critical", summary: "Orders stream 20 min behind", repeats: 4,
		answers: []answer{ack(2 * minute), ack(4 * minute), ack(3 * minute)},
		then:    []deed{note(3*minute, "I have no rights on the new brokers. Please somebody who has."), {do: givesBack, after: 4 * minute}, over(40 * minute)},
	},
	{ // a storm that folds
		at: day(3, "01:22", lisbon), source: "ledger-jobs", severity: "critical", summary: "Ledger does not balance by 0.04 EUR", repeats: 14,
		answers: []answer{ack(48 * second), ack(40 * second)},
		then: []deed{
			note(8*minute, "Rounding of a currency that joined yesterday. Payouts wait until it is mended."),
			note(40*minute, "Fell asleep over it, sorry. The mend is in review."),
			byHand(58 * minute),
		},
	},
	{ // slow at night: the second step
		at: day(2, "20:40", newYork), source: "db-prometheus", severity: "error", members: []string{"pg-main-1"}, summary: "Disk full in 3 h at this rate",
		answers: []answer{{do: sleeps}, ack(minute)},
		then:    []deed{note(6*minute, "Old WAL segments of a replica that is gone. Dropped its slot."), over(18 * minute)},
	},
	// Now.
	{
		at: before(4*hour + 10*minute), source: "gateway-checks", severity: "error", summary: "Settlement file of acquirer A is late",
		answers: []answer{{do: snoozes, after: 38 * second, until: 22 * hour}},
		then:    []deed{note(minute, "Holiday at the bank. It comes tomorrow, says their desk.")},
	},
	{
		at: before(31 * minute), source: "db-prometheus", severity: "critical", members: []string{"pg-main-2", "pg-main-3"}, summary: lagNow, repeats: 7,
		answers: []answer{ack(110 * second)},
		then:    []deed{note(5*minute, "Vacuum on carts. Moved the readers to pg-main-1, watching the lag.")},
	},
	{
		at: before(19 * minute), source: "pagerduty", severity: "error", summary: "Search p95 above 800 ms",
		answers: []answer{{do: merges, after: 80 * second, text: lagNow}},
	},
	{
		at: before(4 * minute), source: "lake-airflow", severity: "critical", summary: "Orders stream 12 min behind", repeats: 3,
		answers: []answer{{do: sleeps}},
	},
}

// lagNow is the alert that somebody has at the end of the tale.
const lagNow = "Replica lag above 90 s, readers are slow"

// daily is what happens again and again.
var daily = []episode{
	{source: "scripts", severity: "error", summary: "Webhooks to shops are 10 min behind", then: []deed{note(4*minute, "One shop answers slowly. Moved it to the slow lane."), over(13 * minute)}},
	{source: "prometheus", severity: "critical", members: []string{"checkout-7f9c"}, summary: "5xx rate above 2 % on checkout", repeats: 3, then: []deed{note(3*minute, "Pod on a broken node, drained."), over(9 * minute)}},
	{source: "gateway-checks", severity: "error", summary: "Card declines above 9 %", then: []deed{note(7*minute, "Issuer in Poland, they know."), over(24 * minute)}},
	{source: "pagerduty", severity: "error", summary: "Search p95 above 1.5 s", repeats: 2, then: []deed{over(6 * minute)}},
	{source: "db-prometheus", severity: "error", members: []string{"pg-main-1"}, summary: "Connections above 90 %", then: []deed{note(5*minute, "Batch job without a pool. Stopped it."), over(11 * minute)}},
	{source: "ledger-jobs", severity: "warning", summary: "Ledger reconcile took 38 min", then: []deed{byHand(24 * minute)}},
	{source: "lake-airflow", severity: "error", summary: "Orders stream 10 min behind", repeats: 5, then: []deed{note(6*minute, "Rebalanced the consumers."), over(17 * minute)}},
	{source: "report-jobs", severity: "warning", summary: "Revenue report is 30 min late", then: []deed{note(10*minute, "Waited for the ledger."), over(50 * minute)}},
	{source: "edge-checks", severity: "warning", summary: "Cache hit rate below 80 %", then: []deed{over(55 * minute)}},
	{source: "prometheus", severity: "error", members: []string{"checkout-b210", "checkout-c4d1"}, summary: "Pods restarted 3 times", then: []deed{note(4*minute, "Out of memory after the release. Raised the limit."), over(12 * minute)}},
	{source: "scripts", severity: "critical", summary: "Test purchase failed twice", clears: 3 * minute},
	{source: "gateway-checks", severity: "warning", summary: "Retry budget at 61 %", then: []deed{byHand(25 * minute)}},
	{source: "edge-checks", severity: "error", summary: "Image resizer queue older than 5 min", then: []deed{note(3*minute, "Added two workers."), over(10 * minute)}},
	{source: "db-prometheus", severity: "warning", members: []string{"pg-main-2"}, summary: "Slow query above 2 s", repeats: 2, then: []deed{byHand(35 * minute)}},
	{source: "lake-airflow", severity: "error", summary: "Sessions job failed", then: []deed{note(8*minute, "Ran it again by hand."), over(26 * minute)}},
	{source: "report-jobs", severity: "critical", summary: "Tax report is empty", then: []deed{note(5*minute, "Wrong month in its settings."), byHand(21 * minute)}},
	{source: "lake-airflow", severity: "info", summary: "Table clicks_raw grew by a third", clears: 5 * hour},
}

// morning is what waits for the morning at the end of the tale, in a team that
// does not work then.
var morning = []episode{
	{at: before(40 * minute), source: "ledger-jobs", severity: "warning", summary: "Ledger reconcile took 38 min, usual 6 to 9"},
	{at: before(40 * minute), source: "edge-checks", severity: "warning", summary: "Certificate of img.tidewater.example ends in 6 days"},
	{at: before(40 * minute), source: "report-jobs", severity: "warning", summary: "Revenue report is 2 h late"},
}
