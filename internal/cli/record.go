package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"firehall/internal/client"
)

type eraseCommand struct {
	remote
	Person    string `arg:"" help:"Who is erased, by their lasting name."`
	Successor string `placeholder:"PERSON" help:"Who takes over their turns, steps, fallbacks and overrides."`
}

// Help implements kong.HelpProvider.
func (eraseCommand) Help() string {
	return `Without a successor it is refused while they stand anywhere, with the list. Their contacts, tokens and links end, and the record keeps a name that says nothing in the place of theirs. Take them out of your setup files too, or the next apply makes them anew. Erasing them again finishes what was cut short.

Example:

    firehall erase ben --successor cy`
}

// Run erases.
func (c eraseCommand) Run(ctx context.Context, w *World) error {
	server, err := c.client(w)
	if err != nil {
		return err
	}
	done, err := server.Erase(ctx, c.Person, c.Successor)
	if err != nil {
		return err
	}
	return c.show(w, done.Raw, func(out io.Writer) {
		_, _ = fmt.Fprintf(out, "Erased. The record calls them %s now. Take them out of your setup files too, or the next apply makes them anew.\n", harmless(done.Value.As))
	})
}

type auditCommand struct {
	remote
	From string `placeholder:"TIME" help:"Only from then on; RFC 3339."`
	To   string `placeholder:"TIME" help:"Only before then; RFC 3339."`
	CSV  bool   `name:"csv" help:"All of it as CSV, the oldest first, safe to open in a spreadsheet."`
}

// Help implements kong.HelpProvider.
func (auditCommand) Help() string {
	return "The newest is first. --json prints one line of JSON for each.\n\nExample:\n\n    firehall audit --from 2026-11-01T00:00:00Z --csv > audit.csv"
}

// Run prints the audit log.
func (c auditCommand) Run(ctx context.Context, w *World) error {
	server, err := c.client(w)
	if err != nil {
		return err
	}
	within := client.AuditRange{From: c.From, To: c.To}
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
			rows = append(rows, []string{w.clock(d.At), d.Actor, d.Action, d.Target})
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
