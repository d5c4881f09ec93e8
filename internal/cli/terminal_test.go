package cli

import (
	"strings"
	"testing"
)

func TestAMistakeCommandsNoTerminal(t *testing.T) {
	t.Parallel()
	s := newSession(t, "")
	s.write("team.yaml", "people: {\"\\e]0;owned\\a\": {name: Ana}}\n\"\\e[2J\": 1\n")
	said := s.expect(Refused, "plan -f $DIR/team.yaml", "team.yaml:1: people.", "team.yaml:2: ")
	if strings.ContainsAny(said, "\x1b\a") {
		t.Errorf("it says %q", said)
	}
}
