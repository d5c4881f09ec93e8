package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"firehall/internal/client"
)

type simulateCommand struct {
	remote
	Service  string `placeholder:"NAME" help:"The service that would be in trouble."`
	Summary  string `placeholder:"TEXT" help:"What would be wrong, in one line."`
	Severity string `placeholder:"WORD" help:"critical, error, warning or info; error without it."`
	Source   string `placeholder:"NAME" help:"Instead of a service: the source through which --file would come."`
	File     string `short:"f" placeholder:"FILE" help:"A message as that source sends it, JSON; - reads it from the standard input."`
	At       string `placeholder:"TIME" help:"When, like 03:00, 2026-11-24T03:00 (on your clock) or 2026-11-24T03:00Z; now without it."`
}

// Help implements kong.HelpProvider.
func (simulateCommand) Help() string {
	return "Who would be paged, when, by which contact and why, if nobody answered? It tells nobody and changes nothing; overrides, working hours and open alerts count.\n\n" +
		"Example:\n\n    firehall simulate --service checkout --summary \"Nobody can pay\" --at 2026-12-24T22:00"
}

// Validate implements kong's check of how a command is used.
func (c simulateCommand) Validate() error {
	switch {
	case (c.Source == "") != (c.File == ""):
		return errors.New("--source and --file go together: the message is read as that source's door would")
	case c.Source == "" && c.Service == "":
		return errors.New("name a service with --service NAME and --summary TEXT, or a source with --source NAME and --file FILE")
	case c.Source != "" && (c.Service != "" || c.Summary != "" || c.Severity != ""):
		return errors.New("a source's message says its service, summary and severity itself; leave out --service, --summary and --severity, or --source")
	case c.Service != "" && c.Summary == "":
		return errors.New("give --summary TEXT: what would be wrong, in one line")
	}
	return oneOf("--severity", "a severity", c.Severity, severities)
}

// Run simulates.
func (c simulateCommand) Run(ctx context.Context, w *World) error {
	supposed, err := c.supposed(w)
	if err != nil {
		return err
	}
	server, err := c.client(w)
	if err != nil {
		return err
	}
	found, err := server.Simulate(ctx, supposed, w.zoneName())
	if err != nil {
		return err
	}
	return c.show(w, found.Raw, func(out io.Writer) {
		foretell(out, w, found.Value)
		for _, one := range found.Value.More {
			_, _ = fmt.Fprintln(out)
			foretell(out, w, one)
		}
	})
}

// supposed reads what is to be simulated.
func (c simulateCommand) supposed(w *World) (client.Supposed, error) {
	out := client.Supposed{Service: c.Service, Summary: c.Summary, Severity: c.Severity, Source: c.Source}
	var err error
	if out.At, err = w.instant("--at", c.At); err != nil {
		return out, err
	}
	if c.File == "" {
		return out, nil
	}
	text, err := c.read(w)
	if err != nil {
		return out, fmt.Errorf("read the message: %w", err)
	}
	if !json.Valid(text) {
		return out, fmt.Errorf("%s is no JSON: no source could read it", c.File)
	}
	out.Signal = text
	return out, nil
}

// longestMessage bounds what is read, in bytes.
const longestMessage = 1 << 20

func (c simulateCommand) read(w *World) ([]byte, error) {
	if c.File == "-" {
		return io.ReadAll(io.LimitReader(w.Stdin, longestMessage))
	}
	return os.ReadFile(c.File)
}

// foretell writes a simulation: the alert, what is decided, who is told when.
func foretell(out io.Writer, w *World, s client.Simulation) {
	line := func(format string, args ...any) { _, _ = fmt.Fprintln(out, harmless(fmt.Sprintf(format, args...))) }
	if a := s.Alert; a != nil {
		line("%s", a.Summary)
		line("%s on %s, urgency %s.", a.Severity, a.Service, a.Urgency)
	}
	for _, e := range s.Notes {
		line("  %s  %s", w.dated(e.At), e.Sentence)
	}
	if len(s.Pages) > 0 {
		rows := [][]string{{"when", "their clock", "who", "by", "step", "why"}}
		for _, p := range s.Pages {
			why := p.Reason
			if p.Fails != "" {
				why = "FAILS: " + p.Fails + "; " + why
			}
			rows = append(rows, []string{w.dated(p.At), theirs(p), p.Person, p.Contact + " (" + p.Via + ")", stepOf(p.Step), why})
		}
		table(out, rows)
	}
	line("%s.", sentence(s.End.Sentence))
}

// dated says when something is, in the reader's zone, to the second.
func (w *World) dated(t time.Time) string { return t.In(w.Zone).Format("2 Jan 15:04:05 MST") }

// theirs says when something is on a person's own clock.
func theirs(p client.Foreseen) string {
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		zone = time.UTC
	}
	return p.At.In(zone).Format("Mon 15:04 MST")
}

func stepOf(n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprint(n)
}

// sentence begins a text as a sentence does.
func sentence(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
