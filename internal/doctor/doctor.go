// Package doctor says what ails an installation, and how to mend it. It holds
// what can be looked at from any machine: a clock, a certificate, the public
// address. What only a node knows it looks at itself, with the same words.
package doctor

import (
	"context"
	"fmt"
	"time"
)

// Level says how grave a finding is.
type Level string

// Levels, the gravest first.
const (
	Problem Level = "problem" // it does not work, or will soon not
	Warning Level = "warning" // it works, and will hurt some day
	OK      Level = "ok"
)

// Diagnosis is what one look found. It holds no secret.
type Diagnosis struct {
	Check    string `json:"check" doc:"What was looked at, like database or clock."`
	Level    Level  `json:"level" enum:"ok,warning,problem"`
	Sentence string `json:"sentence" doc:"What was found, without a full stop at its end."`
	Mend     string `json:"mend,omitempty" doc:"How to mend it; absent when all is well."`
}

// Report is what a node says of itself.
type Report struct {
	Items     []Diagnosis `json:"items" nullable:"false" doc:"In the order in which things depend on each other."`
	Problems  int         `json:"problems"`
	Warnings  int         `json:"warnings"`
	BeganAt   time.Time   `json:"began_at" doc:"The server's clock, when it began to look."`
	EndedAt   time.Time   `json:"ended_at" doc:"The server's clock, when it had looked."`
	Version   string      `json:"version"`
	PublicURL string      `json:"public_url,omitempty" doc:"FIREHALL_PUBLIC_URL; absent when it is not set."`
	Nonce     string      `json:"nonce" doc:"Ask the public address GET /healthz?nonce=…; this installation answers with the proof in the header Firehall-Proof."`
	Proof     string      `json:"proof"`
}

// Counted returns the report with its findings counted.
func (r Report) Counted() Report {
	r.Problems, r.Warnings = 0, 0
	for _, f := range r.Items {
		switch f.Level {
		case Problem:
			r.Problems++
		case Warning:
			r.Warnings++
		case OK:
		}
	}
	return r
}

// Check is one thing to look at.
type Check struct {
	Name string // of what it finds
	Look func(context.Context) []Diagnosis
}

// Run looks at everything at once and returns what was found, in the order of
// the checks. One that does not end within a time is a finding itself, and is
// left behind: a folder on a dead network drive never answers.
func Run(ctx context.Context, within time.Duration, checks []Check) []Diagnosis {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	found := make([]chan []Diagnosis, len(checks))
	for i, c := range checks {
		found[i] = make(chan []Diagnosis, 1)
		go func() { found[i] <- c.Look(ctx) }()
	}
	var out []Diagnosis
	for i, c := range checks {
		out = append(out, named(c.Name, awaited(ctx, found[i], within))...)
	}
	return out
}

// grace is how long after its time a check may still hand in what it found: it
// ends because of the time, and knows best what took so long.
const grace = 500 * time.Millisecond

func awaited(ctx context.Context, found chan []Diagnosis, within time.Duration) []Diagnosis {
	select {
	case list := <-found:
		return list
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case list := <-found:
		return list
	case <-late.C:
		return []Diagnosis{Bad(fmt.Sprintf("looking at it took longer than %s", within), "look whether the disk, the database or the network behind it hangs, and ask again")}
	}
}

// named gives findings the name of their check.
func named(name string, list []Diagnosis) []Diagnosis {
	for i := range list {
		list[i].Check = name
	}
	return list
}

// Good says that something is well.
func Good(sentence string) Diagnosis { return Diagnosis{Level: OK, Sentence: sentence} }

// Warn says that something will hurt some day.
func Warn(sentence, mend string) Diagnosis {
	return Diagnosis{Level: Warning, Sentence: sentence, Mend: mend}
}

// Bad says that something does not work.
func Bad(sentence, mend string) Diagnosis {
	return Diagnosis{Level: Problem, Sentence: sentence, Mend: mend}
}
