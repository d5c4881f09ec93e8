package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"firehall/internal/client"
)

// remote is how commands reach the server.
type remote struct {
	URL   string `name:"url" env:"FIREHALL_URL" default:"http://localhost:8080" placeholder:"URL" help:"The server's address, http://localhost:8080 by default."`
	Token string `name:"token" env:"FIREHALL_TOKEN" placeholder:"TOKEN" help:"An API token. Prefer the variable: others on this machine see flags."`
	JSON  bool   `name:"json" help:"Print the server's answer as JSON, for scripts."`
}

func (r remote) client(w *World) (*client.Client, error) {
	return client.New(r.URL, r.Token, w.Version)
}

// show prints an answer: as JSON when that is wanted, else as text writes it.
func (r remote) show(w *World, raw json.RawMessage, text func(io.Writer)) error {
	var out bytes.Buffer
	if r.JSON {
		if err := json.Indent(&out, raw, "", "  "); err != nil {
			return fmt.Errorf("the server's answer is no JSON: %w", err)
		}
		out.WriteByte('\n')
	} else {
		text(&out)
	}
	_, err := w.Stdout.Write(out.Bytes())
	return err
}

// table writes rows in columns, the first row in capitals.
func table(out io.Writer, rows [][]string) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for i, row := range rows {
		for j := range row {
			row[j] = harmless(row[j])
		}
		line := strings.Join(row, "\t")
		if i == 0 {
			line = strings.ToUpper(line)
		}
		_, _ = fmt.Fprintln(t, line)
	}
	_ = t.Flush()
}

// harmless keeps what came from outside from commanding the terminal, and on
// one line.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
}

// harmlessLines is harmless for a text of several lines, which stay.
func harmlessLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = harmless(lines[i])
	}
	return strings.Join(lines, "\n")
}

// clock says when something is, in the reader's zone: the time alone today.
func (w *World) clock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	t = t.In(w.Zone)
	if t.Format(time.DateOnly) == w.Now().In(w.Zone).Format(time.DateOnly) {
		return t.Format("15:04 MST")
	}
	return t.Format("2 Jan 15:04 MST")
}

// ago says how long something has lasted: "3 min".
func (w *World) ago(t time.Time) string { return lasted(w.Now().Sub(t)) }

func lasted(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(int(d.Seconds()), 0))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// orDash stands a dash where there is nothing.
func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}
