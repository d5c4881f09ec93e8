package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestAFaultIsFoundUnderWhateverWrapsIt(t *testing.T) {
	denied := New(Denied, "only %s may do this", "ana")
	tests := map[string]struct {
		err  error
		kind Kind // "" is no fault
	}{
		"itself":                  {denied, Denied},
		"wrapped":                 {fmt.Errorf("save the alert: %w", denied), Denied},
		"joined with another":     {errors.Join(errors.New("disk full"), denied), Denied},
		"about one field":         {At("until", "too late"), Invalid},
		"not found":               {New(NotFound, "there is no alert"), NotFound},
		"moved on":                {New(Conflict, "it was resolved"), Conflict},
		"the outermost of two":    {fmt.Errorf("%w: %w", New(Conflict, "a"), New(Invalid, "b")), Conflict},
		"any other error":         {errors.New("disk full"), ""},
		"a text that looks alike": {fmt.Errorf("save: %s", denied), ""},
		"no error":                {nil, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, kind := range []Kind{Invalid, NotFound, Denied, Conflict} {
				if got := Is(test.err, kind); got != (kind == test.kind) {
					t.Errorf("it is %q: %v", kind, got)
				}
			}
			if f := Of(test.err); (f != nil) != (test.kind != "") {
				t.Errorf("found %v", f)
			}
		})
	}
}

func TestAFaultSaysItsSentenceAndThoseOfItsFields(t *testing.T) {
	tests := map[string]struct {
		err  error
		want string
	}{
		"a sentence":                  {New(NotFound, "there is no alert %s", "alert_1"), "there is no alert alert_1"},
		"one field":                   {At("until", "%d is past", 7), "until: 7 is past"},
		"the whole":                   {At("", "it is empty"), "it is empty"},
		"a sentence and two fields":   {&Fault{Invalid, "not applied", []Field{{"a", "bad"}, {"b", "worse"}}}, "not applied; a: bad; b: worse"},
		"two fields, and no sentence": {&Fault{Invalid, "", []Field{{"a", "bad"}, {"", "worse"}}}, "a: bad; worse"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.err.Error(); got != test.want {
				t.Errorf("it says %q", got)
			}
		})
	}
}
