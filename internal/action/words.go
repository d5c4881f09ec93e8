package action

import (
	"fmt"
	"strings"

	"firehall/internal/escalation"
)

// plural returns "1 member fires" or "3 members fire".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// joinReasons joins two reasons, either of which may be empty.
func joinReasons(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + "; " + b
}

// joined joins reasons; "nobody was named" for none.
func joined(reasons []string) string {
	if len(reasons) == 0 {
		return "nobody was named"
	}
	return strings.Join(reasons, "; ")
}

func joinedTargets(list []escalation.Target) string {
	names := make([]string, len(list))
	for i, t := range list {
		names[i] = string(t)
	}
	return "to " + strings.Join(names, ", ")
}
