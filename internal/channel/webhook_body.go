package channel

import (
	"encoding/json"
	"time"

	"firehall/internal/id"
)

// webhookJSON is the body of a webhook. Scripts rely on its exact words.
type webhookJSON struct {
	Type    Type         `json:"type"`
	SendID  id.Send      `json:"send_id"`
	Person  id.Person    `json:"person"`
	Urgency string       `json:"urgency,omitempty"`
	Reason  string       `json:"reason"`
	Alert   *alertJSON   `json:"alert,omitempty"`
	Alerts  []alertJSON  `json:"alerts,omitempty"`
	Actions *actionsJSON `json:"actions,omitempty"`
}

type alertJSON struct {
	ID       id.Alert   `json:"id"`
	Key      string     `json:"key"`
	Service  id.Service `json:"service"`
	Summary  string     `json:"summary"`
	Severity string     `json:"severity"`
	Status   string     `json:"status"`
	OpenedAt time.Time  `json:"opened_at"`
	URL      string     `json:"url"`
}

type actionsJSON struct {
	Ack      string `json:"ack,omitempty"`
	Resolve  string `json:"resolve,omitempty"`
	Escalate string `json:"escalate,omitempty"`
	Decline  string `json:"decline,omitempty"`
	Note     string `json:"note,omitempty"`
	Page     string `json:"page,omitempty"`
}

// webhookBody returns the JSON of a notice.
func webhookBody(n Notice) ([]byte, error) {
	body := webhookJSON{Type: n.Type, SendID: n.SendID, Person: n.Person, Urgency: n.Urgency.String(), Reason: n.why()}
	if n.Alert.ID != "" {
		a := jsonOf(n.Alert)
		body.Alert = &a
	}
	for _, a := range n.Alerts {
		body.Alerts = append(body.Alerts, jsonOf(a))
	}
	if n.Actions != (Actions{}) {
		actions := actionsJSON(n.Actions)
		body.Actions = &actions
	}
	return json.Marshal(body)
}

func jsonOf(a Alert) alertJSON {
	return alertJSON{
		ID: a.ID, Key: a.Key, Service: a.Service, Summary: a.Summary,
		Severity: a.Severity.String(), Status: string(a.Status),
		OpenedAt: a.OpenedAt.UTC().Truncate(time.Second), URL: a.URL,
	}
}

// why is the reason, after what changed: "Ana has it; you were paged for it".
func (n Notice) why() string {
	switch {
	case n.Headline == "":
		return n.Reason
	case n.Reason == "":
		return n.Headline
	}
	return n.Headline + "; " + n.Reason
}
