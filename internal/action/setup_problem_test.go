package action_test

import (
	"fmt"
	"testing"
)

func TestOfManyNamesTheSentenceListsThoseMostLikeIt(t *testing.T) {
	w := newSetupWorld(t, setupSQLite(t))
	file := "people:\n"
	for _, name := range []string{"zoe", "bea", "ben", "bert", "ana", "kim", "beth", "lou"} {
		file += fmt.Sprintf("  %s: {name: X}\n", name)
	}
	_, err := w.try(file + "teams: {t: {members: [bne]}}")
	setupEqual(t, setupProblems(t, err), []string{`teams.t.members[0]: there is no person "bne"; people are ana, bea, ben, bert, zoe and 3 more`})
}

func TestAHundredProblemsAreEnough(t *testing.T) {
	w := newSetupWorld(t, setupSQLite(t))
	file := "people:\n"
	for n := range 200 {
		file += fmt.Sprintf("  p-%d: {}\n", n)
	}
	_, err := w.try(file)
	found := setupProblems(t, err)
	setupEqual(t, len(found), 101)
	setupEqual(t, found[100], ": and there are more problems")
}
