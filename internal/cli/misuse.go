package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// misuse is a mistake in how a command is used that shows only when it runs.
type misuse string

// Error returns what is wrong and how to mend it.
func (m misuse) Error() string { return string(m) }

// Words of the product that flags take.
var (
	severities = []string{"critical", "error", "warning", "info"}
	urgencies  = []string{"high", "low", "none"}
)

// oneOf fails unless a flag's word, which may be absent, is one of words.
func oneOf(flag, kind, word string, words []string) error {
	if word == "" || slices.Contains(words, word) {
		return nil
	}
	last := len(words) - 1
	return fmt.Errorf("%s: %q is not %s; there are %s and %s", flag, word, kind, strings.Join(words[:last], ", "), words[last])
}

// meant guesses what somebody meant whose command was not understood; "" when
// there is nothing to guess.
func meant(command *kong.Node, err error) string {
	word, found := strings.CutPrefix(err.Error(), "unexpected argument ")
	if !found || strings.Contains(word, "did you mean") {
		return ""
	}
	for _, flag := range command.Flags {
		if flag.Name == "file" {
			return "; did you mean -f " + word + "?"
		}
	}
	return ""
}
