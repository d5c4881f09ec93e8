package cli

import (
	"context"
	"fmt"

	"firehall/internal/config"
)

type serveCommand struct {
	config.Settings
}

// Help implements kong.HelpProvider.
func (serveCommand) Help() string {
	return `Every setting is a flag and a variable. All else is set in the product, by "firehall apply".

Example:

    FIREHALL_BOOTSTRAP_TOKEN=$(openssl rand -hex 32) firehall serve --data /var/lib/firehall --public-url https://firehall.example.com`
}

// Run serves until ctx ends.
func (c serveCommand) Run(ctx context.Context, w *World) error {
	settings, err := c.Settings.Parse()
	if err != nil {
		return err
	}
	return w.Serve(ctx, settings)
}

type demoCommand struct {
	Listen string `env:"FIREHALL_LISTEN" default:":8080" placeholder:"[HOST]:PORT" help:"Where to listen, :8080 by default; when that is taken, on a free port."`
}

// Help implements kong.HelpProvider.
func (demoCommand) Help() string {
	return `A small team with a schedule, a policy and sources is there already. What Firehall would send is printed instead; calls to this machine itself are made. Nothing is kept.

Example:

    firehall demo`
}

// Run serves the demo until ctx ends.
func (c demoCommand) Run(ctx context.Context, w *World) error { return w.Demo(ctx, c.Listen) }

type versionCommand struct{}

// Help implements kong.HelpProvider.
func (versionCommand) Help() string { return "Example:\n\n    firehall version" }

// Run prints the version.
func (versionCommand) Run(w *World) error {
	_, err := fmt.Fprintln(w.Stdout, "firehall", w.Version)
	return err
}
