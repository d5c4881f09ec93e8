package action

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"firehall/internal/fault"
)

// maxProblems is how many problems of a setup file are told at once.
const maxProblems = 100

// problems collects what is wrong with a setup file, each with its path.
type problems struct {
	found []fault.Field
	at    map[string]bool // paths of found
}

// add notes a problem. Of one place only the first is told: what follows from
// it helps nobody.
func (p *problems) add(path, format string, args ...any) {
	if p.at[path] {
		return
	}
	if p.at == nil {
		p.at = map[string]bool{}
	}
	p.at[path] = true
	p.found = append(p.found, fault.Field{Path: path, Sentence: fmt.Sprintf(format, args...)})
}

// full says whether enough is told: looking for more is of no use.
func (p *problems) full() bool { return len(p.found) > maxProblems }

// under adds what a domain type says about itself, below its path.
func (p *problems) under(path string, fields []fault.Field) {
	for _, f := range fields {
		at := path
		if f.Path != "" {
			at = dotted(path, f.Path)
		}
		p.add(at, "%s", f.Sentence)
	}
}

// fault returns all problems as one error, sorted by path; nil for none.
func (p *problems) fault(sentence string) error {
	if len(p.found) == 0 {
		return nil
	}
	fields := slices.Clone(p.found)
	slices.SortStableFunc(fields, func(a, b fault.Field) int { return cmp.Compare(a.Path, b.Path) })
	if len(fields) > maxProblems {
		fields = append(fields[:maxProblems], fault.Field{Sentence: "and there are more problems"})
	}
	return &fault.Fault{Kind: fault.Invalid, Sentence: sentence, Fields: fields}
}

// nearest returns the name that was probably meant; "" when none is like it.
func nearest(name string, known []string) string {
	best, least := "", max(1, len(name)/3)+1
	for _, k := range known {
		if d := distance(name, k); d < least {
			best, least = k, d
		}
	}
	return best
}

// maxCompared is how long a name may be to be compared with others, in bytes.
const maxCompared = 64

// distance returns how many letters must be changed, added, taken out or
// swapped with their neighbour to make a into b.
func distance(a, b string) int {
	if len(a) > maxCompared || len(b) > maxCompared {
		return maxCompared
	}
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			same := 1
			if a[i] == b[j] {
				same = 0
			}
			next[j+1] = min(row[j]+same, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

// Missing returns the NotFound of a name that nothing has: there is no service
// "chekout"; services are checkout, search.
func Missing[K ~string, T any](kind, kinds string, name K, known map[K]T) error {
	return fault.New(fault.NotFound, "there is no %s %.80q; %s", kind, string(name), listed(kinds, string(name), known))
}

// maxListed is how many names a sentence lists.
const maxListed = 5

// listed returns names for a sentence: "people are ana, ben", of many those
// most like the one that was written.
func listed[K ~string, T any](kind, like string, known map[K]T) string {
	if len(known) == 0 {
		return "there are no " + kind
	}
	names := make([]string, 0, len(known))
	apart := make(map[string]int, len(known))
	for k := range known {
		names = append(names, string(k))
		if len(known) > maxListed {
			apart[string(k)] = distance(like, string(k))
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(apart[a], apart[b]), cmp.Compare(a, b)) })
	more := ""
	if n := len(names) - maxListed; n > 0 {
		names, more = names[:maxListed], fmt.Sprintf(" and %d more", n)
		slices.Sort(names)
	}
	return kind + " are " + strings.Join(names, ", ") + more
}
