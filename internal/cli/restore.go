package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

type restoreCommand struct {
	File        string `arg:"" help:"The backup."`
	Replace     bool   `name:"replace" help:"Replace a database that is not empty. What SQLite had is kept aside; what PostgreSQL had is gone."`
	DatabaseURL string `name:"database-url" env:"FIREHALL_DATABASE_URL" placeholder:"URL" help:"The PostgreSQL to restore into; empty is SQLite in the data folder. It holds a password, so prefer the variable."`
	place
}

// Help implements kong.HelpProvider.
func (restoreCommand) Help() string {
	return `Stop all nodes first. The backup is read whole and compared with the secret key before anything is changed, and brought up to date. It may come from either database and go to either.

After a restore the alerts in it are held: nobody is paged for what was open then, while new alerts page as always. Start a node, look at firehall alerts, resolve what is over, then run firehall resume.

Example:

    firehall restore /backup/firehall-20261120T030700Z.db --data /var/lib/firehall --replace`
}

// Run restores.
func (c restoreCommand) Run(ctx context.Context, w *World) error {
	if info, err := os.Stat(c.File); err == nil && info.IsDir() {
		return misuse(c.File + " is a folder; name a file in it")
	}
	settings, err := c.config(c.DatabaseURL)
	if err != nil {
		return err
	}
	done, err := w.Offline.Restore(ctx, settings, c.File, c.Replace)
	if err != nil {
		return err
	}
	tellRestored(w.Stdout, w, c.File, done)
	return nil
}

func tellRestored(out io.Writer, w *World, file string, done Restored) {
	when := "a backup that does not say when it was made"
	if !done.MadeAt.IsZero() {
		when = "the backup of " + done.MadeAt.In(w.Zone).Format("2 Jan 2006 15:04 MST")
	}
	_, _ = fmt.Fprintf(out, "Restored %s (%s, %d rows) into %s.\n", harmless(file), when, done.Rows, harmless(done.Into))
	if done.Aside != "" {
		_, _ = fmt.Fprintf(out, "What was there before is kept in %s; delete it when you do not need it any more.\n", harmless(done.Aside))
	}
	if done.Held > 0 {
		_, _ = fmt.Fprintf(out, "%s held: start a node, look at firehall alerts, resolve what is over, then run firehall resume.\n", plural(done.Held, "alert is", "alerts are"))
	}
}

// plural returns "1 alert is" or "3 alerts are".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

type resumeCommand struct{ remote }

// Help implements kong.HelpProvider.
func (resumeCommand) Help() string {
	return `After firehall restore: what is overdue is paged once, together. Resolve first what is over.

Example:

    firehall resume`
}

// Run resumes.
func (c resumeCommand) Run(ctx context.Context, w *World) error {
	server, err := c.client(w)
	if err != nil {
		return err
	}
	done, err := server.Resume(ctx)
	if err != nil {
		return err
	}
	return c.show(w, done.Raw, func(out io.Writer) {
		if done.Value.Alerts == 0 {
			_, _ = fmt.Fprintln(out, "No alert is held.")
			return
		}
		_, _ = fmt.Fprintf(out, "%s held no more: what is overdue is paged now, once.\n", plural(done.Value.Alerts, "alert is", "alerts are"))
	})
}

type moveCommand struct {
	To string `name:"to" env:"FIREHALL_DATABASE_URL" required:"" placeholder:"URL" help:"The empty PostgreSQL, like postgres://user:password@host:5432/firehall. It holds a password, so prefer the variable."`
	place
}

// Help implements kong.HelpProvider.
func (moveCommand) Help() string {
	return `Moves an installation from SQLite to PostgreSQL: every table is copied, then every row is compared on both sides. Stop the node first, and take a backup. A move that was broken off goes on where it stopped when it is run again; until it has finished no node starts on the PostgreSQL. Then the data folder is marked, so that no node starts on its old database by accident.

Example:

    FIREHALL_DATABASE_URL=postgres://firehall:password@db.example.com:5432/firehall firehall move-database --data /var/lib/firehall`
}

// Run moves.
func (c moveCommand) Run(ctx context.Context, w *World) error {
	settings, err := c.config(c.To)
	if err != nil {
		return err
	}
	began := w.Now()
	done, err := w.Offline.Move(ctx, settings, func(text string) { _, _ = fmt.Fprintln(w.Stdout, harmless(text)) })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.Stdout, `Moved %d rows to %s in %s.
Start the nodes with FIREHALL_DATABASE_URL set to it, and with the same secret key: %s
`, done.Rows, done.To, w.Now().Sub(began).Round(time.Second), done.KeyFile)
	return err
}
