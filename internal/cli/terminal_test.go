package cli

import (
	"strings"
	"testing"
)

func TestAMistakeCommandsNoTerminal(t *testing.T) {
	t.Parallel()
	s := newSession(t, "")
	s.write("team.yaml", "people: {\"\\e]0;owned\\a\": {name: Ana}}\n\"\\e[2J\": 1\n")
	code, out, errs := s.run("plan -f $DIR/team.yaml")
	if code != Refused || !strings.Contains(errs, "team.yaml:1: people.") || strings.ContainsAny(out+errs, "\x1b\a") {
		t.Errorf("code %d; it says %q %q", code, out, errs)
	}
}
