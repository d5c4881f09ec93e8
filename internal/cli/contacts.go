package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"firehall/internal/client"
)

type contactsCommand struct {
	remote
	Person string `arg:"" help:"Whose contacts."`
	Test   string `placeholder:"CONTACT" help:"Send a test message to this one and wait for the answer (exit code 1 when it does not get through)."`
}

// Help implements kong.HelpProvider.
func (contactsCommand) Help() string {
	return "A test is as loud as a page of high urgency. What got through is known to the provider; whether it rang, only to the person.\n\n" +
		"Examples:\n\n    firehall contacts ana\n    firehall contacts ana --test push"
}

// errSilent ends a test that did not get through; what became of it is printed.
var errSilent = errors.New("the test did not get through")

// Run lists the contacts, or tests one.
func (c contactsCommand) Run(ctx context.Context, w *World) error {
	server, err := c.client(w)
	if err != nil {
		return err
	}
	if c.Test != "" {
		return c.test(ctx, w, server)
	}
	list, err := server.Contacts(ctx, c.Person)
	if err != nil {
		return err
	}
	return c.show(w, list.Raw, func(out io.Writer) {
		rows := [][]string{{"contact", "kind", "tested", "last through", "last failed"}}
		for _, one := range list.Value.Items {
			rows = append(rows, []string{one.Name, one.Kind, once(w, one.TestedAt), once(w, one.DeliveredAt), failedOnce(w, one)})
		}
		table(out, rows)
	})
}

func (c contactsCommand) test(ctx context.Context, w *World, server *client.Client) error {
	trial, err := server.TestContact(ctx, c.Person, c.Test)
	if err != nil {
		return err
	}
	t := trial.Value
	err = c.show(w, trial.Raw, func(out io.Writer) {
		_, _ = fmt.Fprintln(out, harmless(fmt.Sprintf("%s’s %s (%s): %s after %d ms: %s", t.Person, t.Contact, t.Kind, t.Status, t.TookMS, t.Words)))
		if t.Arrived {
			_, _ = fmt.Fprintln(out, "The provider took it. "+asked(t.Kind))
		}
	})
	if err == nil && !t.Arrived {
		return errSilent
	}
	return err
}

// asked is what only the person knows of a test that got through.
func asked(kind string) string {
	if kind == "ntfy" {
		return "Did it ring?"
	}
	return "Did it arrive?"
}

// once says when something happened; "never" when it has not.
func once(w *World, at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return w.clock(at)
}

func failedOnce(w *World, c client.Contact) string {
	if c.FailedAt.IsZero() {
		return "never"
	}
	return w.clock(c.FailedAt) + ": " + c.Why
}
