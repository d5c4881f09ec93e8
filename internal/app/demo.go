package app

import (
	"context"
	_ "embed" // for demo.yaml
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"firehall/internal/action"
	"firehall/internal/channel"
	"firehall/internal/cli/setupfile"
	"firehall/internal/config"
	"firehall/internal/engine"
	"firehall/internal/team"
)

//go:embed demo.yaml
var demoSetup []byte

// DemoOptions says how the demo is started.
type DemoOptions struct {
	Listen  string
	Out     io.Writer // where it says what it does
	Version string
	Now     func() time.Time // nil: the machine's clock
	Zone    string           // IANA name; "" is UTC
	Command string           // how this program is called
}

// Demo serves sample data from a throw-away folder until ctx ends. What would
// be sent is printed instead; only calls to this machine itself are made.
func Demo(ctx context.Context, o DemoOptions) error {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == "" {
		o.Zone = "UTC"
	}
	dir, err := os.MkdirTemp("", "firehall-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	listener, instead, err := demoListener(ctx, o.Listen)
	if err != nil {
		return err
	}
	a, err := startDemo(ctx, o, dir, listener)
	if err != nil {
		return err
	}
	token, err := a.fillDemo(ctx, o)
	if err != nil {
		return errors.Join(err, a.Close(ctx))
	}
	a.introduceDemo(o, token, instead)
	return a.until(ctx)
}

// demoListener listens on an address, or on a free port when that is taken.
func demoListener(ctx context.Context, address string) (l net.Listener, instead bool, err error) {
	config := net.ListenConfig{}
	l, err = config.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		host, _, _ := net.SplitHostPort(address)
		l, err = config.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
		instead = true
	}
	if err != nil {
		return nil, false, fmt.Errorf("listen on %s: %w; choose another address with --listen", address, err)
	}
	return l, instead, nil
}

func startDemo(ctx context.Context, o DemoOptions, dir string, l net.Listener) (*App, error) {
	return Start(ctx, Options{
		Config: config.Config{
			Data: dir, SecretKeyFile: filepath.Join(dir, config.SecretKeyName),
			AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		},
		Version: o.Version, Now: o.Now, Listener: l, Log: demoLog(),
		Sender: func(real *channel.Set) engine.Sender { return newPrinter(o, real) },
	})
}

// fillDemo applies the sample setup and returns a token of Ana's.
func (a *App) fillDemo(ctx context.Context, o DemoOptions) (token string, err error) {
	variables := map[string]string{"DEMO_ZONE": o.Zone, "DEMO_MONDAY": lastMonday(o)}
	file, err := setupfile.Read([]setupfile.Source{{Name: "demo.yaml", Text: demoSetup}}, func(name string) (string, bool) {
		value, ok := variables[name]
		return value, ok
	})
	if err != nil {
		return "", err
	}
	if _, err := a.act.Apply(ctx, team.Firehall, file.Setup, action.ApplyOptions{}); err != nil {
		return "", err
	}
	_, token, err = a.act.MakeToken(ctx, team.Firehall, action.TokenInput{Name: "demo", Person: "ana", Scopes: []team.Scope{team.ScopeSetup}})
	return token, err
}

// lastMonday is when this week's turn began, so that Ana has the first one.
func lastMonday(o DemoOptions) string {
	zone, err := time.LoadLocation(o.Zone)
	if err != nil {
		zone = time.UTC
	}
	now := o.Now().In(zone)
	days := (int(now.Weekday()) + 6) % 7
	return now.AddDate(0, 0, -days).Format(time.DateOnly) + "T00:00"
}

func (a *App) introduceDemo(o DemoOptions, token string, instead bool) {
	url := a.PublicURL()
	if instead {
		_, _ = fmt.Fprintf(o.Out, "Another program listens on %s, so this is on a free port.\n\n", o.Listen)
	}
	_, _ = fmt.Fprintf(o.Out, `Firehall's demo runs at %[1]s
Ana, Ben and Cy look after a shop; this week Ana has the pager. Page her:

  curl -d '{"summary":"Nobody can pay","severity":"critical"}' %[1]s/in/generic/demo-generic-key-0

What Firehall would send is printed here, each with a link to answer it. If nobody does, Ben is paged a minute later.
The command line, in another terminal, talks to it too; why takes the alert's id, which curl printed:

  export FIREHALL_URL=%[1]s FIREHALL_TOKEN=%[2]s
  %[3]s alerts
  %[3]s why alert_…

The API is described at %[1]s/api/docs. Nothing is kept. Ctrl-C ends it.

`, url, token, o.Command)
}
