package channel

import "strings"

// Limits of the short messages of pushes and chats, in bytes.
const (
	briefTitle  = 150
	briefAlerts = 10 // of a digest
)

// briefLines returns what a short message says below its title. Every text from
// outside is one harmless line of it.
func briefLines(n Notice) []string {
	v := viewOf(n)
	var out []string
	add := func(parts ...string) {
		if text := strings.Join(parts, ""); parts[len(parts)-1] != "" {
			out = append(out, text)
		}
	}
	add(v.Summary)
	if v.Facts != "" {
		add(v.Severity, " · ", v.Facts)
	}
	add(v.Members)
	add("Why you: ", v.Why)
	add("Next: ", v.Next)
	add("Also paged: ", v.Others)
	for _, a := range v.Alerts[:min(len(v.Alerts), briefAlerts)] {
		add(a.Severity, " · ", a.Title)
	}
	if left := len(n.Alerts) - briefAlerts; left > 0 {
		add(count(left, "more alert waits", "more alerts wait"))
	}
	return out
}
