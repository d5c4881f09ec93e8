package channel

import "firehall/internal/alert"

// The priorities of ntfy that are used.
const (
	ntfyUrgent = 5 // rings and vibrates for long
	ntfyNormal = 3
	ntfyQuiet  = 2 // no sound and no vibration
)

// ntfyPriority is how loud a notice is. A test is as loud as a page of high
// urgency: that is what it tests.
func ntfyPriority(n Notice) int {
	switch {
	case n.Type == Test, n.Type == Page && n.Urgency == alert.High:
		return ntfyUrgent
	case n.Type == Page && n.Urgency == alert.Low, n.Type == Handoff:
		return ntfyNormal
	}
	return ntfyQuiet
}

// ntfyTags returns the tags of a notice; ntfy shows these as emoji.
func ntfyTags(n Notice) []string {
	switch {
	case n.Type == Resolved:
		return []string{"white_check_mark"}
	case n.Type == Update:
		return []string{"information_source"}
	case n.Type == Page && n.Alert.Severity >= alert.Error:
		return []string{"rotating_light"}
	case n.Type == Page:
		return []string{"warning"}
	}
	return nil
}

// ntfyActions returns the buttons: those of a page act without opening anything.
// Where the links are not absolute there are none.
func ntfyActions(n Notice) []ntfyAction {
	var out []ntfyAction
	press := func(label, url string, clear bool) {
		if webLink(url) != "" {
			out = append(out, ntfyAction{
				Action: "http", Label: label, URL: url, Method: "POST", Headers: map[string]string{"Accept": "application/json"}, Clear: clear,
			})
		}
	}
	if n.Type == Page {
		press("I’m on it", n.Actions.Ack, true)
		press("Escalate", n.Actions.Escalate, false)
	}
	if url := webLink(n.Actions.Page); url != "" {
		out = append(out, ntfyAction{Action: "view", Label: "Open", URL: url})
	}
	return out
}
