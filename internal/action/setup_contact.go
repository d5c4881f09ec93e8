package action

import (
	"firehall/internal/channel"
	"firehall/internal/fault"
	"firehall/internal/notify"
)

// ContactCheck says what is wrong with a contact that this installation is to
// call, without calling it: it fails with fault.Invalid.
type ContactCheck func(notify.Contact) error

// contactRules are which contacts may be set up here.
type contactRules struct {
	kinds []string
	check ContactCheck // nil: nothing more
}

func (act *Actions) contactRules() (contactRules, error) {
	set, err := channel.New(channel.Options{})
	if err != nil {
		return contactRules{}, err
	}
	defer set.Close()
	return contactRules{kinds: set.Kinds(), check: act.Check}, nil
}

// problems returns what is wrong with a contact, with paths within it.
func (r contactRules) problems(c notify.Contact) []fault.Field {
	if r.check == nil {
		return nil
	}
	err := r.check(c)
	switch f := fault.Of(err); {
	case err == nil:
		return nil
	case f == nil:
		return []fault.Field{{Path: "to", Sentence: "this address cannot be used"}}
	case len(f.Fields) == 0:
		return []fault.Field{{Path: "to", Sentence: f.Sentence}}
	default:
		return f.Fields
	}
}
