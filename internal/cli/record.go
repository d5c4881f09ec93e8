package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"firehall/internal/client"
)

type eraseCommand struct {
	remote
	Person    string `arg:"" help:"Who is erased, by their lasting name."`
	Successor string `placeholder:"PERSON" help:"Who takes over their turns, steps, fallbacks and overrides."`
	DryRun    bool   `help:"Say where they stand and erase nobody."`
	Yes       bool   `help:"Do not ask; needed where nobody types."`
}

// Help implements kong.HelpProvider.
func (eraseCommand) Help() string {
	return `Without a successor it is refused while they stand anywhere, with the list. Their contacts, tokens and links end, and the record keeps a name that says nothing in the place of theirs. Take them out of your setup files too, or the next apply makes them anew. Erasing them again finishes what was cut short. It asks before it begins.

Example:

    firehall erase ben --successor cy`
}

// Run erases.
func (c eraseCommand) Run(ctx context.Context, w *World) error {
	if !c.Yes && !c.DryRun && !w.Terminal {
		return unasked(c.Person)
	}
	server, err := c.client(w)
	if err != nil {
		return err
	}
	if err := c.ask(ctx, w, server); err != nil {
		return err
	}
	done, err := server.Erase(ctx, c.Person, c.Successor, c.DryRun)
	if err != nil {
		return err
	}
	return c.show(w, done.Raw, func(out io.Writer) { c.tell(teller{out, w}, done.Value) })
}

// tell says where somebody stood, or stands.
func (c eraseCommand) tell(t teller, done client.Erased) {
	switch {
	case !c.DryRun:
		t.line("Erased. The record calls them %s now. Take them out of your setup files too, or the next apply makes them anew.", done.As)
		if len(done.Places) > 0 {
			t.line("%s has taken over:", c.Successor)
		}
	case len(done.Places) == 0:
		t.line("%s stands nowhere and would be erased. Nothing was changed.", c.Person)
	case c.Successor == "":
		t.line("%s stands here and would not be erased without --successor. Nothing was changed.", c.Person)
	default:
		t.line("%s would be erased, and %s would take over these. Nothing was changed.", c.Person, c.Successor)
	}
	for _, one := range done.Places {
		t.line("    %s: %s", one.Path, one.Sentence)
	}
}

// unasked refuses to erase somebody without having asked.
func unasked(person string) error {
	return misuse("erasing " + person + " cannot be undone, and nobody is here to be asked: give --yes")
}

// ask has somebody at a terminal confirm whom they erase. Somebody who is not
// there any more needs no word: the erasure finishes what was cut short, or the
// server says whom there is.
func (c eraseCommand) ask(ctx context.Context, w *World, server *client.Client) error {
	if c.Yes || c.DryRun {
		return nil
	}
	p, err := server.Person(ctx, c.Person)
	var refused *client.Problem
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(w.Stderr, "Type %s to erase %s for good: ", harmless(c.Person), harmless(cmp.Or(p.Value.FullName, c.Person)))
	said, err := bufio.NewReader(w.Stdin).ReadString('\n')
	switch said = strings.TrimSpace(said); {
	case said == c.Person:
		return nil
	case err != nil && said == "":
		return unasked(c.Person)
	}
	return errors.New("that is another name; nobody was erased")
}

// of says what a deed was done to: "ana", "ana push" for one of her contacts.
func of(d client.Deed) string {
	if contact, ok := d.Doc["contact"].(string); ok {
		return d.Target + " " + contact
	}
	return d.Target
}

type auditCommand struct {
	remote
	From string `placeholder:"TIME" help:"Only from then on, like 2026-11-01, 2026-11-01T09:00 (on your clock) or 2026-11-01T09:00Z."`
	To   string `placeholder:"TIME" help:"Only before then; likewise."`
	CSV  bool   `name:"csv" help:"All of it as CSV, the oldest first, safe to open in a spreadsheet."`
}

// Help implements kong.HelpProvider.
func (auditCommand) Help() string {
	return "The newest is first. --json prints one line of JSON for each.\n\nExample:\n\n    firehall audit --from 2026-11-01 --csv > audit.csv"
}

// within reads which part of the log is asked for.
func (c auditCommand) within(w *World) (out client.AuditRange, err error) {
	if out.From, err = w.instant("--from", c.From); err != nil {
		return out, err
	}
	out.To, err = w.instant("--to", c.To)
	return out, err
}

// Run prints the audit log.
func (c auditCommand) Run(ctx context.Context, w *World) error {
	within, err := c.within(w)
	if err != nil {
		return err
	}
	server, err := c.client(w)
	if err != nil {
		return err
	}
	if c.CSV {
		return server.AuditCSV(ctx, within, w.Stdout)
	}
	rows := [][]string{{"when", "who", "what", "of"}}
	for cursor := ""; ; {
		part, err := server.Audit(ctx, within, cursor)
		if err != nil {
			return err
		}
		for _, d := range part.Value.Items {
			rows = append(rows, []string{w.clock(d.At), d.Actor, d.Action, of(d)})
			if c.JSON {
				if err := json.NewEncoder(w.Stdout).Encode(d); err != nil {
					return err
				}
			}
		}
		if cursor = part.Value.NextCursor; cursor == "" {
			break
		}
	}
	if !c.JSON {
		table(w.Stdout, rows)
	}
	return nil
}
