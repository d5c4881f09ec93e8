package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"firehall/internal/client"
)

type readinessCommand struct {
	remote
}

// Help implements kong.HelpProvider.
func (readinessCommand) Help() string {
	return "The exit code is 1 when a page of high urgency would not arrive at somebody, else 0.\n\nExample:\n\n    firehall readiness"
}

// Run prints the list.
func (c readinessCommand) Run(ctx context.Context, w *World) error {
	server, err := c.client(w)
	if err != nil {
		return err
	}
	all, raw, err := everyReadiness(ctx, server)
	if err != nil {
		return err
	}
	if err := c.show(w, raw, func(out io.Writer) { printReadiness(out, w, all) }); err != nil {
		return err
	}
	for _, r := range all {
		if r.Urgency == "high" && !r.Arrives {
			return errFindings
		}
	}
	return nil
}

// everyReadiness reads all parts of the list.
func everyReadiness(ctx context.Context, server *client.Client) (all []client.Readiness, raw json.RawMessage, err error) {
	items := []json.RawMessage{}
	for cursor := ""; ; {
		part, err := server.Readiness(ctx, cursor)
		if err != nil {
			return nil, nil, err
		}
		var whole client.List[json.RawMessage]
		if err := json.Unmarshal(part.Raw, &whole); err != nil {
			return nil, nil, fmt.Errorf("read the list: %w", err)
		}
		all, items = append(all, part.Value.Items...), append(items, whole.Items...)
		if cursor = part.Value.NextCursor; cursor == "" {
			raw, err = json.Marshal(map[string]any{"items": items})
			return all, raw, err
		}
	}
}

func printReadiness(out io.Writer, w *World, all []client.Readiness) {
	if len(all) == 0 {
		_, _ = fmt.Fprintln(out, "There is nobody yet.")
		return
	}
	rows := [][]string{{"person", "urgency", "arrives", "by", "what is missing"}}
	for _, r := range all {
		arrives := "yes"
		if !r.Arrives {
			arrives = "NO"
		}
		rows = append(rows, []string{r.Person, r.Urgency, arrives, orDash(ways(w, r.Via)), orDash(strings.Join(r.Missing, "; "))})
	}
	table(out, rows)
}

// ways says by what somebody is told: "hook (worked 3 Nov 09:00 WET), mail
// after 2m".
func ways(w *World, list []client.ContactWay) string {
	words := make([]string, len(list))
	for i, way := range list {
		words[i] = way.Contact
		if way.After != "" {
			words[i] += " after " + way.After
		}
		if !way.ArrivedAt.IsZero() {
			words[i] += " (worked " + w.clock(way.ArrivedAt) + ")"
		}
	}
	return strings.Join(words, ", ")
}
