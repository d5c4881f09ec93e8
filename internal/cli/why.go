package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"firehall/internal/client"
)

type whyCommand struct {
	remote
	Alert  string `arg:"" optional:"" help:"The alert's id."`
	Person string `placeholder:"NAME" help:"Instead: why was this person woken at --at, or why not?"`
	Source string `placeholder:"NAME" help:"Instead: what became of the messages of this source around --at?"`
	At     string `placeholder:"TIME" help:"When, like 03:07, 2026-11-20T03:07 (on your clock) or 2026-11-20T03:07Z; now without it."`
}

// Help implements kong.HelpProvider.
func (whyCommand) Help() string {
	return "Why was I paged? Why was nobody? Every decision is told with its reason, and every send with what became of it. " +
		"Times are on your clock, with UTC beside them.\n\n" +
		"Example:\n\n    firehall why alert_00cmk4n2v5p000jq3l7b8d1tfe\n    firehall why --person ana --at 2026-11-20T03:07\n    firehall why --source prometheus --at 2026-11-20T03:07"
}

// Validate implements kong's check of how a command is used.
func (c whyCommand) Validate() error {
	named := 0
	for _, name := range []string{c.Alert, c.Person, c.Source} {
		if name != "" {
			named++
		}
	}
	switch {
	case named != 1:
		return errors.New("name an alert, or a person and a time, or a source and a time")
	case c.Alert != "" && c.At != "":
		return errors.New("--at goes with --person or --source; an alert's story is told whole")
	}
	return nil
}

// Run tells why.
func (c whyCommand) Run(ctx context.Context, w *World) error {
	at, err := w.instant("--at", c.At)
	if err != nil {
		return err
	}
	server, err := c.client(w)
	if err != nil {
		return err
	}
	if c.Alert != "" {
		return c.alert(ctx, w, server)
	}
	found, err := server.Why(ctx, client.Asked{Person: c.Person, Source: c.Source, At: at, Zone: w.zoneName()})
	if err != nil {
		return err
	}
	return c.show(w, found.Raw, func(out io.Writer) { around(out, w, found.Value) })
}

// alert tells an alert's story.
func (c whyCommand) alert(ctx context.Context, w *World, server *client.Client) error {
	a, err := server.Alert(ctx, c.Alert)
	if err != nil {
		return err
	}
	why, err := server.WhyAlert(ctx, c.Alert, w.zoneName())
	if err != nil {
		return err
	}
	story, err := timeline(ctx, server, c.Alert, w.zoneName())
	if err != nil {
		return err
	}
	raw, err := json.Marshal(map[string]any{"alert": a.Raw, "why": why.Raw, "timeline": story.raw})
	if err != nil {
		return err
	}
	return c.show(w, raw, func(out io.Writer) { tell(out, w, a.Value, why.Value, story.entries) })
}

// story is a whole timeline.
type story struct {
	entries []client.Entry
	raw     []json.RawMessage
}

// timeline reads all pages of an alert's timeline.
func timeline(ctx context.Context, server *client.Client, alert, zone string) (story, error) {
	var out story
	for cursor := ""; ; {
		page, err := server.Timeline(ctx, alert, cursor, zone)
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
var reasons = map[string]bool{"paged": true, "nobody": true, "held": true, "hushed": true, "restored": true}

// teller writes lines that are harmless to a terminal.
type teller struct {
	out io.Writer
	w   *World
}

func (t teller) line(format string, args ...any) {
	_, _ = fmt.Fprintln(t.out, harmless(fmt.Sprintf(format, args...)))
}

// heading begins a part of a story.
func (t teller) heading(text string) { _, _ = fmt.Fprintf(t.out, "\n%s\n", text) }

// tell writes an alert's story in plain sentences: how it stands, why these
// people or why nobody, everything that happened, and what happens next.
func tell(out io.Writer, w *World, a client.Alert, why client.AlertWhy, story []client.Entry) {
	t := teller{out, w}
	t.line("%s", a.Summary)
	t.line("%s on %s, urgency %s, %s; opened at %s, %s.", a.Severity, a.Service, a.Urgency, signals(a.Signals), w.clock(a.OpenedAt), standingFor(w, a))
	title := "Why nobody was paged"
	if why.How == "paged" || why.How == "unreached" || holds(story, "paged") {
		title = "Why these people"
	}
	t.heading(title)
	for _, sentence := range why.Sentences {
		t.line("  %s.", strings.TrimSuffix(sentence, "."))
	}
	for _, e := range story {
		if reasons[e.Kind] {
			t.line("  %s", e.Sentence)
		}
	}
	t.heading("What happened")
	t.happened(story)
	t.heading("What happens next")
	t.line("  %s", upcoming(w, a))
}

func holds(story []client.Entry, kind string) bool {
	for _, e := range story {
		if e.Kind == kind {
			return true
		}
	}
	return false
}

// happened writes a timeline, each day under its date.
func (t teller) happened(story []client.Entry) {
	day := ""
	for _, e := range story {
		if today := e.At.In(t.w.Zone).Format("Monday 2 January 2006, MST"); today != day {
			day = today
			t.line("  %s", day)
		}
		t.line("  %s  %s", t.w.both(e.At), e.Sentence)
	}
}

// around writes what happened around a time.
func around(out io.Writer, w *World, why client.Why) {
	t := teller{out, w}
	t.line("%s.", strings.TrimSuffix(why.Sentence, "."))
	for _, one := range why.Told {
		t.told(one)
	}
	t.silence(why)
	for _, m := range why.Messages {
		t.message(m)
	}
}

// told writes one thing that a person was told, with its receipts.
func (t teller) told(one client.WhyTold) {
	t.heading(harmless(one.Sentence) + ".")
	t.line("  alert %s, %s on %s, opened at %s", one.Alert.ID, one.Alert.Severity, one.Alert.Service, t.w.both(one.Alert.OpenedAt))
	for _, r := range one.Send.Receipts {
		text := strings.Trim(r.Reason+"; "+r.Text, "; ")
		t.line("  %s  %s: %s", t.w.both(r.At), r.Kind, orDash(text))
	}
}

// silence writes where somebody was on call who was told nothing, and whom the
// alerts of then paged.
func (t teller) silence(why client.Why) {
	for _, s := range why.OnCall {
		t.line("  On call on %s: %s", s.Schedule, s.Reason)
	}
	for _, one := range why.Alerts {
		t.heading(harmless(fmt.Sprintf("%s on %s, opened at %s (%s)", one.Alert.Summary, one.Alert.Service, t.w.both(one.Alert.OpenedAt), one.Alert.ID)))
		t.sentences(one.Why)
	}
}

func (t teller) sentences(why client.AlertWhy) {
	for _, sentence := range why.Sentences {
		t.line("    %s.", strings.TrimSuffix(sentence, "."))
	}
}

// message writes what became of one message.
func (t teller) message(m client.WhyMessage) {
	t.heading(harmless(m.Sentence + " (" + m.Message + ")"))
	for _, s := range m.Signals {
		t.line("  %s, %s: %s", s.Summary, s.Status, s.Sentence)
		if s.Why != nil {
			t.sentences(*s.Why)
		}
	}
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
