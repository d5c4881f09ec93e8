package intake

import (
	"fmt"
	"net/http"
)

// problems are sentences about what is wrong in a message.
type problems []string

// maxProblems is how many of them a sender is told.
const maxProblems = 20

// add notes one more, while there is room.
func (p *problems) add(format string, args ...any) {
	if !p.full() {
		*p = append(*p, fmt.Sprintf(format, args...))
	}
}

// full says whether the sender is told enough: reading on is of no use.
func (p *problems) full() bool { return len(*p) >= maxProblems }

// refuse returns the refusal of a message for these problems, at least one.
func refuse(sentence string, wrong problems) *Refusal {
	return &Refusal{Status: http.StatusBadRequest, Sentence: sentence, Errors: wrong}
}
