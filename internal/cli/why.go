package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"firehall/internal/client"
)

type whyCommand struct {
	remote
	Alert string `arg:"" help:"The alert's id."`
}

// Help implements kong.HelpProvider.
func (whyCommand) Help() string {
	return "Why was I paged? Why was nobody? Every decision is told with its reason, and every send with what became of it.\n\nExample:\n\n    firehall why alert_00cmk4n2v5p000jq3l7b8d1tfe"
}

// Run tells the story.
func (c whyCommand) Run(ctx context.Context, w *World) error {
	server, err := c.client(w)
	if err != nil {
		return err
	}
	a, err := server.Alert(ctx, c.Alert)
	if err != nil {
		return err
	}
	story, err := timeline(ctx, server, c.Alert)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(map[string]any{"alert": a.Raw, "timeline": story.raw})
	if err != nil {
		return err
	}
	return c.show(w, raw, func(out io.Writer) { tell(out, w, a.Value, story.entries) })
}

// story is a whole timeline.
type story struct {
	entries []client.Entry
	raw     []json.RawMessage
}

// timeline reads all pages of an alert's timeline.
func timeline(ctx context.Context, server *client.Client, alert string) (story, error) {
	var out story
	for cursor := ""; ; {
		page, err := server.Timeline(ctx, alert, cursor)
		if err != nil {
			return story{}, err
		}
		var raw client.List[json.RawMessage]
		if err := json.Unmarshal(page.Raw, &raw); err != nil {
			return story{}, err
		}
		out.entries, out.raw = append(out.entries, page.Value.Items...), append(out.raw, raw.Items...)
		if cursor = page.Value.NextCursor; cursor == "" {
			return out, nil
		}
	}
}

// reasons are the kinds of entry that say why somebody was told, or nobody.
var reasons = map[string]bool{"paged": true, "nobody": true, "held": true, "hushed": true}

// tell writes an alert's story in plain sentences: how it stands, why these
// people, everything that happened, and what happens next.
func tell(out io.Writer, w *World, a client.Alert, story []client.Entry) {
	line := func(format string, args ...any) { _, _ = fmt.Fprintln(out, harmless(fmt.Sprintf(format, args...))) }
	line("%s", a.Summary)
	line("%s on %s, urgency %s, %s; opened at %s, %s.", a.Severity, a.Service, a.Urgency, signals(a.Signals), w.clock(a.OpenedAt), standingFor(w, a))
	_, _ = fmt.Fprint(out, "\nWhy these people\n")
	told := 0
	for _, e := range story {
		if reasons[e.Kind] {
			told++
			line("  %s", e.Sentence)
		}
	}
	switch {
	case told == 0 && a.Urgency == "none":
		line("  Its urgency is none: it is listed and pages nobody.")
	case told == 0:
		line("  Nobody was looked for yet.")
	}
	_, _ = fmt.Fprint(out, "\nWhat happened\n")
	day := ""
	for _, e := range story {
		at := e.At.In(w.Zone)
		if today := at.Format("Monday 2 January 2006, MST"); today != day {
			day = today
			line("  %s", day)
		}
		line("  %s  %s", at.Format("15:04:05"), e.Sentence)
	}
	_, _ = fmt.Fprintf(out, "\nWhat happens next\n  %s\n", harmless(upcoming(w, a)))
}

// standingFor says where an alert stands and who has it.
func standingFor(w *World, a client.Alert) string {
	switch {
	case a.Status == "resolved":
		return "resolved after " + lasted(a.ResolvedAt.Sub(a.OpenedAt))
	case a.Owner != "":
		return a.Status + ": " + a.Owner + " has it"
	case a.Status == "acknowledged":
		return "acknowledged, but by no person"
	}
	return a.Status + " for " + w.ago(a.OpenedAt) + ": nobody has it"
}

func signals(n int) string {
	if n == 1 {
		return "1 signal"
	}
	return fmt.Sprintf("%d signals", n)
}
