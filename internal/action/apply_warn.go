package action

import (
	"fmt"
	"strings"

	"firehall/internal/id"
	"firehall/internal/lint"
)

func (p *planner) warn(format string, args ...any) {
	p.plan.Warnings = append(p.plan.Warnings, fmt.Sprintf(format, args...))
}

// warned returns the plan with what is legal in the setup as it will be, and yet
// would leave somebody unreached: what lint finds in it, as an error or a
// warning, and did not find before. It takes its time: not while the setup is
// locked.
func (p *planner) warned() Plan {
	if len(p.plan.Changes) == 0 {
		return p.plan
	}
	brought := lint.New(lint.Run(p.cur, lint.Facts{}, p.now), lint.Run(p.next, lint.Facts{}, p.now))
	for _, f := range lint.Worst(brought, lint.Warning) {
		p.warn("%s; to mend it, %s", f.Sentence, f.Mend)
	}
	return p.plan
}

// nameList returns "ana is" or "ana, ben are".
func nameList(list []id.Person) string {
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = string(n)
	}
	if len(names) == 1 {
		return names[0] + " is"
	}
	return strings.Join(names, ", ") + " are"
}
