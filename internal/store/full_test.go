package store

import (
	"fmt"
	"reflect"
	"testing"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
)

// fullAlert returns an alert with something in every field.
func fullAlert(i int) alert.Alert {
	return alert.Alert{
		ID: id.Alert(fmt.Sprintf("alert_%03d", i)), Service: "checkout", Source: "prometheus", Key: fmt.Sprint("key ", i),
		Summary: "disk full — “91 %”", Severity: alert.Error, Urgency: alert.High, Status: alert.Acknowledged, Owner: "ana", Policy: "policy_1",
		Signals: 1 + i, Details: map[string]string{"host": "web-01", "<b>": "&\u2028"}, Links: []alert.Link{{Href: "https://x.example", Text: "x", Kind: "runbook"}},
		Resends: true, StartsAt: after(i), OpenedAt: after(i + 1), ChangedAt: after(i + 2), AckedAt: after(i + 3), AckWorst: alert.Warning, Hold: alert.Ack,
		HoldUntil: after(i + 4), NudgedAt: after(i + 5), ResolvedAt: after(i + 6), MergedInto: "alert_z", Step: 1, Round: 2, Last: 3, Pagings: 4,
		NextAt: after(i + 7), Answered: 5,
	}
}

func fullPage(i int) notify.Page {
	return notify.Page{
		ID: id.Page(fmt.Sprintf("page_%03d", i)), Alert: "alert_p", Person: "ana", Step: 1, Batch: 2, Urgency: 3, Reason: "step 1", CreatedAt: after(i),
	}
}

func fullSend(i int) notify.Send {
	return notify.Send{
		ID: id.Send(fmt.Sprintf("send_%03d", i)), Alert: "alert_s", Page: id.Page(fmt.Sprintf("page_%03d", i)), Batch: 1, Person: "ana",
		Contact: "hook", Channel: "webhook", Kind: notify.PageSend, Urgency: 3, Status: notify.Sending, Reason: "rule 1", DueAt: after(i),
		Attempts: 2, Unknowns: 1, FirstAt: after(i + 1), ClaimedBy: "run_1", FinishedAt: after(i + 2), Words: "503",
	}
}

func TestTheExamplesAreFull(t *testing.T) {
	for _, example := range []any{fullAlert(1), fullPage(1), fullSend(1)} {
		v := reflect.ValueOf(example)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s of %s is empty: nothing proves that it is stored", v.Type().Field(i).Name, v.Type())
			}
		}
	}
}
