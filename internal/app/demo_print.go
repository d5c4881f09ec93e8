package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"firehall/internal/channel"
)

// demoLog is quiet: the demo's own words are on stdout.
func demoLog() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}

// printer prints what would be sent, and makes only calls to this machine.
type printer struct {
	real *channel.Set
	now  func() time.Time
	zone *time.Location

	mu  sync.Mutex
	out io.Writer
}

func newPrinter(o DemoOptions, real *channel.Set) *printer {
	zone, err := time.LoadLocation(o.Zone)
	if err != nil {
		zone = time.UTC
	}
	return &printer{real: real, now: o.Now, zone: zone, out: o.Out}
}

// Send implements engine.Sender.
func (p *printer) Send(ctx context.Context, c channel.Contact, n channel.Notice) channel.Outcome {
	out := channel.Outcome{Status: channel.Accepted, Words: "printed by the demo"}
	if toLoopback(c) {
		out = p.real.Send(ctx, c, n)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = io.WriteString(p.out, p.text(c, n, out))
	return out
}

// toLoopback says whether a contact leads to this machine.
func toLoopback(c channel.Contact) bool {
	u, err := url.Parse(c.To)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && addr.IsLoopback()
}

// text is what the demo prints about one send.
func (p *printer) text(c channel.Contact, n channel.Notice, o channel.Outcome) string {
	var b strings.Builder
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "  %-8s%s\n", label, strings.Join(strings.Fields(text), " "))
		}
	}
	fmt.Fprintf(&b, "── %s · %s to %s by %s: %s\n", p.now().In(p.zone).Format("15:04:05"), n.Type, n.PersonName, c.Kind, c.To)
	line("", n.Headline)
	if n.Alert.ID != "" {
		line("", fmt.Sprintf("[%s] %s: %s", n.Alert.Severity, n.Alert.Service, n.Alert.Summary))
	}
	line("why", n.Reason)
	line("next", n.Next)
	line("open", n.Actions.Page)
	if o.Words != "printed by the demo" {
		line("answer", string(o.Status)+": "+o.Words)
	}
	return b.String() + "\n"
}
