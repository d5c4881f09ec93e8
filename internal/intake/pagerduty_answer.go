package intake

import "encoding/json"

// PagerDutyAccepted returns the body of PagerDuty's 202 to an event.
func PagerDutyAccepted(dedupKey string) []byte {
	return answer(struct {
		Status   string `json:"status"`
		Message  string `json:"message"`
		DedupKey string `json:"dedup_key"`
	}{"success", "Event processed", dedupKey})
}

// PagerDutyChangeAccepted returns the body of PagerDuty's 202 to a change event.
func PagerDutyChangeAccepted() []byte {
	return answer(struct {
		Status  string `json:"status"`
		Message string `json:"message"`
	}{"success", "Change event processed"})
}

// PagerDutyRefused returns the body of PagerDuty's 400.
func PagerDutyRefused(r *Refusal) []byte {
	return answer(struct {
		Status  string   `json:"status"`
		Message string   `json:"message"`
		Errors  []string `json:"errors"`
	}{"invalid event", r.Sentence, r.Errors})
}

// answer returns v as JSON. Texts are all that it holds, so it cannot fail.
func answer(v any) []byte {
	body, _ := json.Marshal(v)
	return body
}
