package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"firehall/internal/client"
)

type alertsCommand struct {
	remote
	Status  string `default:"open" placeholder:"STATUS,…" help:"open (by default), triggered, acknowledged, suppressed, resolved or all; several with commas."`
	Service string `placeholder:"NAME" help:"Only alerts of this service."`
	Query   string `name:"q" placeholder:"TEXT" help:"Only alerts with this text in summary, key or service."`
	Limit   int    `default:"50" help:"At most so many; 50 by default, 500 at most."`
}

// Help implements kong.HelpProvider.
func (alertsCommand) Help() string {
	return "The newest come first.\n\nExample:\n\n    firehall alerts --service checkout --status open"
}

// Run prints the list.
func (c alertsCommand) Run(ctx context.Context, w *World) error {
	server, err := c.client(w)
	if err != nil {
		return err
	}
	if c.Status == "all" {
		c.Status = ""
	}
	list, err := server.Alerts(ctx, client.AlertFilter{Status: c.Status, Service: c.Service, Text: c.Query, Limit: c.Limit})
	if err != nil {
		return err
	}
	if c.Service != "" && len(list.Value.Items) == 0 {
		if err := server.HasService(ctx, c.Service); err != nil {
			return err
		}
	}
	return c.show(w, list.Raw, func(out io.Writer) { c.print(out, w, list.Value) })
}

func (c alertsCommand) print(out io.Writer, w *World, list client.List[client.Alert]) {
	if len(list.Items) == 0 {
		_, _ = fmt.Fprintln(out, "No alerts.")
		return
	}
	rows := [][]string{{"alert", "status", "severity", "service", "age", "owner", "summary"}}
	for _, a := range list.Items {
		rows = append(rows, []string{a.ID, a.Status, a.Severity, a.Service, w.ago(a.OpenedAt), orDash(a.Owner), a.Summary})
	}
	table(out, rows)
	if list.NextCursor != "" {
		_, _ = fmt.Fprintln(out, "There are more: narrow the list, or raise --limit.")
	}
}

type whoCommand struct {
	remote
	At string `placeholder:"TIME" help:"Who is on call then, like 03:00, 2026-11-24T03:00 (on your clock) or 2026-11-24T03:00Z; now without it."`
}

// Help implements kong.HelpProvider.
func (whoCommand) Help() string {
	return "Example:\n\n    firehall who --at 2026-12-24T22:00:00+01:00"
}

// Run prints who is on call.
func (c whoCommand) Run(ctx context.Context, w *World) error {
	at, err := w.instant("--at", c.At)
	if err != nil {
		return err
	}
	server, err := c.client(w)
	if err != nil {
		return err
	}
	list, err := server.OnCall(ctx, at)
	if err != nil {
		return err
	}
	return c.show(w, list.Raw, func(out io.Writer) {
		if len(list.Value.Items) == 0 {
			_, _ = fmt.Fprintln(out, "There is no schedule yet.")
			return
		}
		rows := [][]string{{"schedule", "on call", "until", "team", "why"}}
		for _, s := range list.Value.Items {
			rows = append(rows, []string{s.Schedule, people(s.People), w.clock(s.Until), s.Team, onlyWhy(s.Reason)})
		}
		table(out, rows)
	})
}

// onlyWhy leaves out of the reason for a shift what other columns say: who
// stands before it, and until when behind it.
func onlyWhy(reason string) string {
	if _, rest, ok := strings.Cut(reason, ": "); ok {
		reason = rest
	}
	if at := strings.LastIndex(reason, ", until "); at >= 0 {
		reason = reason[:at]
	}
	return reason
}
