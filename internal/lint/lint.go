// Package lint finds what is legal in a setup and yet will hurt: hours in which
// nobody is reached, steps that never run, people whose phone never rings. It
// speaks in consequences and says how to mend each. A setup, facts and now go
// in, findings come out; it does no I/O.
package lint

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"firehall/internal/store"
)

// Level says how much a finding matters.
type Level string

// The levels.
const (
	Error   Level = "error"   // somebody will not be reached
	Warning Level = "warning" // it will hurt some day
	Note    Level = "note"    // it may be meant so
)

// Levels lists the levels, the gravest first.
var Levels = []Level{Error, Warning, Note}

// AtLeast says whether l is as grave as o or graver.
func (l Level) AtLeast(o Level) bool { return slices.Index(Levels, l) <= slices.Index(Levels, o) }

// KindNode is the kind of findings about how the server runs, not about what
// is in a setup file.
const KindNode = "node"

// Finding is one thing that will hurt.
type Finding struct {
	Code     string `json:"code" doc:"What is found, in a word that stays: step-gap, fallback-missing, …"`
	Level    Level  `json:"level" enum:"error,warning,note"`
	Kind     string `json:"kind" doc:"As in the setup file: people, teams, schedules, …, installation; node for how the server runs."`
	Name     string `json:"name,omitempty" doc:"Of the thing; absent for the installation and the node."`
	Path     string `json:"path,omitempty" doc:"In the setup file, like policies.payments.steps[1]; absent for the node."`
	Sentence string `json:"sentence" doc:"What will happen."`
	Mend     string `json:"mend" doc:"How to mend it."`
}

// Ahead is how far findings look into the future.
const Ahead = 8 * 7 * 24 * time.Hour

// Run returns what it finds in a setup at now, the gravest first. It takes time
// in proportion to the shifts of eight weeks, within bounds: of what changes
// more often a note says that it was not looked at. Nothing is said of what
// facts do not tell.
func Run(setup *store.Setup, facts Facts, now time.Time) []Finding {
	found, _ := RunWhile(setup, facts, now, func() error { return nil })
	return found
}

// RunWhile does the same, and gives up with the error of ended as soon as that
// returns one.
func RunWhile(setup *store.Setup, facts Facts, now time.Time, ended func() error) ([]Finding, error) {
	l := newLook(setup, facts, now)
	l.effort.ended = ended
	l.run()
	if l.effort.err != nil {
		return nil, l.effort.err
	}
	slices.SortStableFunc(l.found, func(a, b Finding) int {
		return cmp.Compare(slices.Index(Levels, a.Level), slices.Index(Levels, b.Level))
	})
	return l.found, nil
}

func (l *look) run() {
	l.installation()
	for name := range kept(l, l.setup.People) {
		l.person(l.setup.People[name])
	}
	for name := range kept(l, l.setup.Teams) {
		l.team(l.setup.Teams[name])
	}
	for name := range kept(l, l.setup.Schedules) {
		l.schedule(l.setup.Schedules[name])
	}
	for name := range kept(l, l.setup.Policies) {
		l.policy(l.setup.Policies[name])
	}
	for name := range kept(l, l.setup.Services) {
		l.service(l.setup.Services[name])
	}
	for name := range kept(l, l.setup.Sources) {
		l.source(l.setup.Sources[name])
	}
	l.node()
}

// kept walks through the names of things in their order, until the look has
// ended.
func kept[K cmp.Ordered, T any](l *look, things map[K]T) iter.Seq[K] {
	return func(yield func(K) bool) {
		for _, name := range slices.Sorted(maps.Keys(things)) {
			if l.over() || !yield(name) {
				return
			}
		}
	}
}

// New returns the findings of after that before does not have: what a change
// brings.
func New(before, after []Finding) []Finding {
	had := map[Finding]bool{}
	for _, f := range before {
		had[f] = true
	}
	return slices.DeleteFunc(slices.Clone(after), func(f Finding) bool { return had[f] })
}

// Worst returns the findings that are at least as grave as a level.
func Worst(found []Finding, least Level) []Finding {
	return slices.DeleteFunc(slices.Clone(found), func(f Finding) bool { return !f.Level.AtLeast(least) })
}

// place is where a finding is.
type place struct{ kind, name, path string }

// in returns the place of a thing of the setup.
func in[K ~string](kind string, name K) place {
	return place{kind, string(name), kind + "." + string(name)}
}

// at returns a place within the thing.
func (p place) at(format string, args ...any) place {
	p.path += "." + fmt.Sprintf(format, args...)
	return p
}

// add keeps a finding. The sentence begins with a capital and ends without a
// full stop.
func (l *look) add(level Level, code string, at place, sentence, mend string) {
	l.found = append(l.found, Finding{
		Code: code, Level: level, Kind: at.kind, Name: at.name, Path: at.path, Sentence: capital(sentence), Mend: mend,
	})
}
