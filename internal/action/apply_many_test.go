package action_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestASetupOfTooManyThingsIsRefused(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		var file strings.Builder
		file.WriteString("people:\n")
		for i := range 20_001 {
			fmt.Fprintf(&file, "  p%d: {name: P}\n", i)
		}
		_, err := w.try(file.String())
		if found := setupProblems(t, err); !slices.Contains(found, "people: there are 20001; a setup has at most 20000") {
			t.Errorf("got %s", strings.Join(found, "\n"))
		}
	})
}
