package action

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"firehall/internal/fault"
	"firehall/internal/store"
)

// Clash is something that others changed since this hand's file was last
// applied, and that the file would undo.
type Clash struct {
	Path     string    `json:"path"`         // in the setup file, like policies.payments.steps[0].wait
	Sentence string    `json:"sentence"`     // what the file said, what is there and what the file says now
	By       string    `json:"by,omitempty"` // who changed the thing last; "" is not known
	At       time.Time `json:"at,omitzero"`  // when
}

// clash is a Clash before it is known whose change it was.
type clash struct {
	store.Thing
	field          string // "" is the whole thing
	said, now, new string // by the file before, in the setup, by the file now
	gone           store.Signature
	pruned         bool // the file leaves it out; said are the fields that changed
	secret         bool // the field is a secret, or the address that is one
}

// say compares what the file says of a thing with what it said last, and with
// what is there. It notes what others changed since, and what to remember.
func (p *planner) say(t thing, c *Change, forms bothForms) error {
	key := store.Thing{Kind: t.kind, Name: t.name}
	base, had := p.bases[key]
	forms = bothForms{marked(forms.was, p.cur, t), marked(forms.will, p.next, t)}
	if !p.drafted(t) { // no file says it: it is by hand
		if !had || bytes.Equal(forms.was, forms.will) || base.Form == string(forms.will) {
			return nil
		}
		form := forms.will
		if !p.byHand && len(forms.was) > 0 && base.Form != string(forms.was) { // who puts a thing has seen all of it
			var err error
			if form, err = forms.over([]byte(base.Form)); err != nil {
				return err
			}
		}
		p.said = append(p.said, store.Base{Thing: key, Form: string(form)})
		return nil
	}
	if !had || base.Form != string(forms.will) {
		p.said = append(p.said, store.Base{Thing: key, Form: string(forms.will)})
	}
	switch {
	case !had:
		if forms.was != nil && len(c.Fields) > 0 {
			p.unseen = append(p.unseen, clash{Thing: key, said: pathsOf(c.Fields)})
		}
		return nil
	case forms.was == nil:
		p.clashes = append(p.clashes, clash{Thing: key, gone: store.Signature{By: base.GoneBy, At: base.GoneAt}})
		return nil
	}
	if len(c.Fields) == 0 {
		return nil
	}
	return p.sayFields(key, c, []byte(base.Form), forms.was)
}

// sayFields notes the fields that others changed since the file said what it
// said, given that form of the thing and the one that is there.
func (p *planner) sayFields(key store.Thing, c *Change, base, there []byte) error {
	said, err := textsOfForm(base)
	if err != nil {
		return err
	}
	now, err := textsOfForm(there)
	if err != nil {
		return err
	}
	for i, f := range c.Fields {
		same, mark := said[f.Path] == now[f.Path], dotted(keyMarks, f.Path)
		if same && said[mark] == now[mark] {
			continue
		}
		one := clash{Thing: key, field: f.Path, said: shownURL(said[f.Path]), now: f.Old, new: f.New, secret: same}
		if same {
			one.said = otherSecret
		}
		c.Fields[i].Base = &one.said
		p.clashes = append(p.clashes, one)
	}
	return nil
}

// sayGone notes what others changed since in a thing that pruning deletes.
func (p *planner) sayGone(t thing) error {
	key := store.Thing{Kind: t.kind, Name: t.name}
	base, had := p.bases[key]
	if p.byHand {
		return nil
	}
	if !had {
		p.unseen = append(p.unseen, clash{Thing: key, pruned: true})
		return nil
	}
	form, err := formText(formIn(p.cur, t))
	if err != nil {
		return err
	}
	fields, err := fieldChanges([]byte(base.Form), marked(form, p.cur, t))
	if err != nil {
		return err
	}
	if len(fields) > 0 {
		p.clashes = append(p.clashes, clash{Thing: key, said: pathsOf(fields), pruned: true})
	}
	return nil
}

// pathsOf returns the paths of fields for a sentence.
func pathsOf(fields []FieldChange) string {
	var out []string
	for _, f := range fields[:min(len(fields), maxListed)] {
		out = append(out, strings.TrimPrefix(f.Path, keyMarks+"."))
	}
	if n := len(fields) - maxListed; n > 0 {
		out = append(out, fmt.Sprintf("%d more", n))
	}
	return strings.Join(out, ", ")
}

// textsOfForm returns the fields of a form by their paths.
func textsOfForm(form []byte) (map[string]string, error) {
	leaves, err := leavesOf(form)
	out := make(map[string]string, len(leaves))
	for _, l := range leaves {
		out[l.path] = l.text
	}
	return out, err
}

// drafted says whether a file holds a thing.
func (p *planner) drafted(t thing) bool {
	if p.draft == nil || p.byHand {
		return false
	}
	return t.kind != store.KindInstallation || p.draft.installation != nil
}

// sign says of each clash whose change it was, and of what this hand's file
// never spoke of whose change it undoes.
func (p *planner) sign(ctx context.Context, from setupReader, hand string) error {
	if len(p.clashes)+len(p.unseen) == 0 {
		return nil
	}
	signed, err := from.Signatures(ctx)
	if err != nil {
		return err
	}
	for _, c := range p.unseen {
		by := signed[c.Thing]
		if by.By == "" || by.By == hand {
			continue
		}
		what := "changes " + c.said
		if c.pruned {
			what = "deletes it"
		}
		p.warn("%s was last changed by %s, %s; your file, which you apply for the first time, %s", thing{c.Kind, c.Name}.path(), by.By, moment(by.At, "UTC"), what)
	}
	for _, c := range p.clashes {
		by := signed[c.Thing]
		if c.gone != (store.Signature{}) {
			by = c.gone
		}
		path := thing{c.Kind, c.Name}.path()
		if c.field != "" {
			path = dotted(path, c.field)
		}
		p.plan.Conflicts = append(p.plan.Conflicts, Clash{Path: path, Sentence: c.sentence(by), By: by.By, At: by.At})
	}
	return nil
}

// sentence tells the three sides of a clash.
func (c clash) sentence(by store.Signature) string {
	who := ""
	if by.By != "" {
		who = " (last changed by " + by.By + ", " + moment(by.At, "UTC") + ")"
	}
	switch {
	case c.pruned:
		return fmt.Sprintf("it was changed since your file was last applied: %s%s; the file leaves it out, and pruning would delete it", c.said, who)
	case c.field == "" && by.By != "":
		return fmt.Sprintf("%s deleted it on %s, and the file would make it again", by.By, moment(by.At, "UTC"))
	case c.field == "":
		return "it was deleted since your file was last applied, and the file would make it again"
	case c.secret:
		return "it was given another secret since your file was last applied" + who + ", and the file would put its own in its place"
	case c.new == c.said:
		return fmt.Sprintf("it is %s now%s; the file still says %s and would undo that", quoted(c.now), who, quoted(c.new))
	case c.new == "":
		return fmt.Sprintf("your file said %s and leaves it out now, and meanwhile it became %s%s", quoted(c.said), quoted(c.now), who)
	}
	return fmt.Sprintf("your file changes %s to %s, and meanwhile it became %s%s", quoted(c.said), quoted(c.new), quoted(c.now), who)
}

func quoted(text string) string {
	if text == "" {
		return "nothing"
	}
	return fmt.Sprintf("%q", text)
}

// clashing fails with Conflict and the list of what the file would undo, unless
// that is wanted.
func (p *planner) clashing(opts ApplyOptions) error {
	if opts.Overwrite || len(p.plan.Conflicts) == 0 {
		return nil
	}
	out := &fault.Fault{
		Kind:     fault.Conflict,
		Sentence: "others changed the setup since your file was last applied, and it would undo that; take their changes into the file, or apply it with --overwrite",
	}
	for _, c := range p.plan.Conflicts[:min(len(p.plan.Conflicts), maxProblems)] {
		out.Fields = append(out.Fields, fault.Field{Path: c.Path, Sentence: c.Sentence})
	}
	return out
}

// idle says whether there is nothing to write: neither a change, nor that the
// file says something which it did not say before.
func (p *planner) idle() bool { return len(p.plan.Changes)+len(p.said) == 0 }

// remember keeps what the file of a hand says now.
func (p *planner) remember(ctx context.Context, tx *store.Tx, hand string) error {
	for _, t := range p.deletes {
		if err := tx.DeleteBase(ctx, hand, store.Thing{Kind: t.kind, Name: t.name}); err != nil {
			return err
		}
	}
	return tx.SaveBases(ctx, hand, p.said)
}

// reserved fails with Conflict when the file makes somebody whose namesake is
// being erased: what is left of that one would read as theirs.
func (p *planner) reserved(ctx context.Context, from setupReader) error {
	makes := slices.ContainsFunc(p.plan.Changes, func(c Change) bool { return c.Kind == store.KindPerson && c.Verb == "create" })
	if !makes {
		return nil
	}
	running, err := from.Erasures(ctx)
	if err != nil {
		return err
	}
	for _, e := range running {
		if _, takes := p.next.People[e.Name]; takes {
			return fault.New(fault.Conflict, "somebody called %s is being erased; the name is free when that is done, so try again in a while, or finish it with: firehall erase %s", e.Name, e.Name)
		}
	}
	return nil
}
