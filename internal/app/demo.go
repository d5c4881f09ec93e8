package app

import (
	"context"
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
	"firehall/internal/config"
	"firehall/internal/demo"
	"firehall/internal/engine"
	"firehall/internal/store"
	"firehall/internal/team"
)

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
	if err := demo.Tell(ctx, store.Config{Dir: dir}, filepath.Join(dir, config.SecretKeyName), o.Now()); err != nil {
		return errors.Join(err, listener.Close())
	}
	a, err := startDemo(ctx, o, dir, listener)
	if err != nil {
		return err
	}
	token, err := a.demoToken(ctx)
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

// demoToken makes a token of Ana's.
func (a *App) demoToken(ctx context.Context) (string, error) {
	_, token, err := a.act.MakeToken(ctx, team.Firehall, action.TokenInput{Name: "demo", Person: "ana", Scopes: []team.Scope{team.ScopeSetup}})
	return token, err
}

func (a *App) introduceDemo(o DemoOptions, token string, instead bool) {
	url := a.PublicURL()
	if instead {
		_, _ = fmt.Fprintf(o.Out, "Another program listens on %s, so this is on a free port.\n\n", o.Listen)
	}
	_, _ = fmt.Fprintf(o.Out, `Firehall's demo runs at %[1]s
Tidewater is a shop with three teams, in Lisbon, New York and Singapore; a fortnight of their alerts is here to look at.
This week Ana has the pager for payments. Page her:

  curl -d '{"summary":"Nobody can pay","severity":"critical"}' %[1]s/in/generic/demo-generic-key-0

What Firehall would send is printed here, each with a link to answer it. If nobody does, Ben is paged a minute later.
The command line, in another terminal, talks to it too; why takes the alert's id, which curl printed:

  export FIREHALL_URL=%[1]s FIREHALL_TOKEN=%[2]s
  %[3]s alerts
  %[3]s why alert_…

The API is described at %[1]s/api/docs. Nothing is kept. Ctrl-C ends it.

`, url, token, o.Command)
}
