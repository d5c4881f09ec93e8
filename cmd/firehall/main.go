// Command firehall is the on-call and incident system, and its command line.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // time zones do not depend on the machine

	"firehall/internal/app"
	"firehall/internal/cli"
	"firehall/internal/config"
)

// version is set when a release is built: -ldflags "-X main.version=1.2.3".
var version string

// gcPercent lets the heap grow to four times what lives before it is collected:
// that is some tens of megabytes under load, and a tenth less work.
const gcPercent = 300

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	os.Exit(cli.Run(ctx, os.Args[1:], cli.World{
		Stdin: os.Stdin, Terminal: terminal(os.Stdin), Stdout: os.Stdout, Stderr: os.Stderr, Env: os.LookupEnv, Now: time.Now, Zone: time.Local, Version: built(),
		Serve: func(ctx context.Context, c config.Config) error {
			return app.Run(ctx, app.Options{Config: c, Version: built(), Notify: notify})
		},
		Demo: func(ctx context.Context, listen string) error {
			return app.Demo(ctx, app.DemoOptions{Listen: listen, Out: os.Stdout, Version: built(), Zone: localZone(), Command: called()})
		},
		Offline: offline(),
	}))
}

// terminal says whether somebody may type what a file reads.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// offline is what is done to a database without a server.
func offline() cli.Offline {
	return cli.Offline{
		Backup: func(ctx context.Context, c config.Config, to string) (cli.Copied, error) {
			made, err := app.Backup(ctx, c, to)
			return cli.Copied(made), err
		},
		Restore: func(ctx context.Context, c config.Config, file string, replace bool) (cli.Restored, error) {
			done, err := app.Restore(ctx, c, file, replace)
			return cli.Restored(done), err
		},
		Move: func(ctx context.Context, c config.Config, said func(string)) (cli.Moved, error) {
			done, err := app.MoveDatabase(ctx, c, said)
			return cli.Moved(done), err
		},
		Doctor: app.Doctor,
	}
}

// built returns the version of the release, else of the source that it was
// built from.
func built() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "devel-" + s.Value[:min(len(s.Value), 12)]
		}
	}
	return "devel"
}

// localZone returns the name of the machine's time zone, UTC when it has none.
func localZone() string {
	name := time.Local.String()
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return "UTC"
	}
	return name
}

// called returns how this program was called, for examples.
func called() string {
	if strings.Contains(os.Args[0], "/go-build") {
		return "go run ./cmd/firehall"
	}
	return os.Args[0]
}
