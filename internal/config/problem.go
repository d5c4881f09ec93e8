package config

import "strings"

// Problem is a setting that cannot be used, and how to mend it.
type Problem struct {
	Variable string // FIREHALL_LISTEN
	Flag     string // listen
	Sentence string // holds no password and no token
}

// Problems is everything that is wrong with the settings, as one error.
type Problems []Problem

// Error returns one line for each setting.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.Variable + " (--" + one.Flag + "): " + one.Sentence
	}
	return strings.Join(lines, "\n")
}

func (p *Problems) add(variable, flag, sentence string) {
	*p = append(*p, Problem{Variable: variable, Flag: flag, Sentence: sentence})
}

// check adds a problem unless why is "".
func (p *Problems) check(variable, flag, why string) {
	if why != "" {
		p.add(variable, flag, why)
	}
}
