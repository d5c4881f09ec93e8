package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"firehall/internal/client"
)

// act does something to an alert and prints how it stands then.
func (r remote) act(ctx context.Context, w *World, alert, verb string, body any) error {
	server, err := r.client(w)
	if err != nil {
		return err
	}
	a, err := server.Act(ctx, alert, verb, body)
	if err != nil {
		return err
	}
	return r.show(w, a.Raw, func(out io.Writer) { _, _ = fmt.Fprintln(out, standing(w, a.Value)) })
}

// standing says how an alert stands, in one line.
func standing(w *World, a client.Alert) string {
	text := a.ID + " is " + a.Status
	if a.Owner != "" && a.Status == "acknowledged" {
		text += ": " + a.Owner + " has it"
	}
	return harmless(text + ". " + upcoming(w, a))
}

// upcoming says what happens to an alert next.
func upcoming(w *World, a client.Alert) string {
	switch {
	case a.Next == nil:
		return "Nothing more is planned."
	case a.Next.At.IsZero():
		return "It " + a.Next.What + "."
	}
	text := "If nobody acts before, at " + w.clock(a.Next.At) + " it " + a.Next.What
	if !a.Next.At.After(a.OpenedAt) || !a.Next.At.After(w.Now()) {
		text = "It " + a.Next.What + " now"
	}
	if len(a.Next.Who) > 0 {
		text += ": " + people(a.Next.Who)
	}
	return text + "."
}

func people(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

type ackCommand struct {
	remote
	Alert string `arg:"" help:"The alert's id."`
}

// Help implements kong.HelpProvider.
func (ackCommand) Help() string {
	return "Its escalation stops, and everyone who was paged is told who has it.\n\nExample:\n\n    firehall ack alert_00cmk4n2v5p000jq3l7b8d1tfe"
}

// Run acknowledges.
func (c ackCommand) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, c.Alert, "ack", nil)
}

type resolveCommand struct {
	remote
	Alert string `arg:"" help:"The alert's id."`
}

// Help implements kong.HelpProvider.
func (resolveCommand) Help() string {
	return "Example:\n\n    firehall resolve alert_00cmk4n2v5p000jq3l7b8d1tfe"
}

// Run resolves.
func (c resolveCommand) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, c.Alert, "resolve", nil)
}

type escalateCommand struct {
	remote
	Alert string `arg:"" help:"The alert's id."`
}

// Help implements kong.HelpProvider.
func (escalateCommand) Help() string {
	return "Example:\n\n    firehall escalate alert_00cmk4n2v5p000jq3l7b8d1tfe"
}

// Run escalates.
func (c escalateCommand) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, c.Alert, "escalate", nil)
}

type noteCommand struct {
	remote
	Alert string `arg:"" help:"The alert's id."`
	Text  string `arg:"" help:"The note."`
}

// Help implements kong.HelpProvider.
func (noteCommand) Help() string {
	return "Example:\n\n    firehall note alert_00cmk4n2v5p000jq3l7b8d1tfe \"The second disk is full as well.\""
}

// Run writes the note.
func (c noteCommand) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, c.Alert, "note", map[string]string{"text": c.Text})
}

type snoozeCommand struct {
	remote
	Alert string `arg:"" help:"The alert's id."`
	For   string `xor:"end" required:"" placeholder:"DURATION" help:"For so long, like 45m or 2h."`
	Until string `xor:"end" required:"" placeholder:"TIME" help:"Until then, like 09:00, 2026-11-24T09:00 (on your clock) or 2026-11-24T09:00Z."`
}

// Help implements kong.HelpProvider.
func (snoozeCommand) Help() string {
	return "One of --for and --until says when.\n\nExample:\n\n    firehall snooze alert_00cmk4n2v5p000jq3l7b8d1tfe --for 2h"
}

// Run snoozes.
func (c snoozeCommand) Run(ctx context.Context, w *World) error {
	body := map[string]string{"for": c.For}
	if c.Until != "" {
		until, err := w.readEnd("--until", c.Until, w.Zone, w.Now())
		if err != nil {
			return err
		}
		body = map[string]string{"until": onWire(until)}
	}
	return c.act(ctx, w, c.Alert, "snooze", body)
}

type pageCommand struct {
	remote
	Service  string `arg:"" help:"The service that is in trouble."`
	Summary  string `arg:"" help:"What is wrong, in one line."`
	Severity string `placeholder:"WORD" help:"critical, error, warning or info; error without it."`
	Urgency  string `placeholder:"WORD" help:"high, low or none; what the service makes of the severity without it."`
	Key      string `placeholder:"KEY" help:"Alerts of a service with the same key are one."`
}

// Help implements kong.HelpProvider.
func (pageCommand) Help() string {
	return "Example:\n\n    firehall page checkout \"Nobody can pay\" --severity critical"
}

// Validate implements kong's check of how a command is used.
func (c pageCommand) Validate() error {
	return errors.Join(oneOf("--severity", "a severity", c.Severity, severities), oneOf("--urgency", "an urgency", c.Urgency, urgencies))
}

// Run raises the alert.
func (c pageCommand) Run(ctx context.Context, w *World) error {
	server, err := c.client(w)
	if err != nil {
		return err
	}
	a, err := server.Raise(ctx, client.NewAlert{Service: c.Service, Summary: c.Summary, Severity: c.Severity, Urgency: c.Urgency, Key: c.Key})
	if err != nil {
		return err
	}
	return c.show(w, a.Raw, func(out io.Writer) {
		_, _ = fmt.Fprintln(out, standing(w, a.Value))
		_, _ = fmt.Fprintf(out, "See what happens: firehall why %s\n", a.Value.ID)
	})
}

type overrideCommand struct {
	remote
	Schedule string `arg:"" help:"The schedule."`
	Person   string `arg:"" help:"Who is on call instead."`
	From     string `required:"" placeholder:"TIME" help:"From then on, like 18:00 or 2026-11-24T18:00 (in the schedule's zone), or 2026-11-24T18:00Z."`
	Until    string `required:"" placeholder:"TIME" help:"Until then; likewise."`
	Replaces string `placeholder:"PERSON" help:"Only this person's part of it; everyone's without it."`
}

// Help implements kong.HelpProvider.
func (overrideCommand) Help() string {
	return "Example:\n\n    firehall override payments-primary ben --from 2026-11-24T18:00 --until 2026-11-25T09:00 --replaces ana"
}

// Run adds the override.
func (c overrideCommand) Run(ctx context.Context, w *World) error {
	server, err := c.client(w)
	if err != nil {
		return err
	}
	s, err := server.Schedule(ctx, c.Schedule)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(s.Value.Zone)
	if err != nil {
		return fmt.Errorf("this machine does not know the zone of %s: %w", c.Schedule, err)
	}
	wanted, err := c.wanted(w, zone)
	if err != nil {
		return err
	}
	o, err := server.Override(ctx, c.Schedule, wanted)
	if err != nil {
		return err
	}
	return c.show(w, o.Raw, func(out io.Writer) {
		_, _ = fmt.Fprintf(out, "%s is on call for %s %s; it is %s.\n", c.Person, c.Schedule, w.spanned(o.Value.From, o.Value.Until, zone), o.Value.ID)
	})
}

// wanted reads the override on the clocks of its schedule.
func (c overrideCommand) wanted(w *World, zone *time.Location) (client.NewOverride, error) {
	out := client.NewOverride{Person: c.Person, Replaces: c.Replaces}
	from, err := w.readTime("--from", c.From, zone)
	if err != nil {
		return out, err
	}
	until, err := w.readEnd("--until", c.Until, zone, from)
	out.From, out.Until = onWire(from), onWire(until)
	return out, err
}
