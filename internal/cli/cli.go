// Package cli is the command line. Commands that need a server talk to it
// through client; those that are one are passed in.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"firehall/internal/config"
)

// Exit codes.
const (
	Done    = 0
	Refused = 1 // or failed
	Usage   = 2
	Changes = 3 // a plan has changes
)

// errChanges ends a plan that has changes; it is printed as nothing.
var errChanges = errors.New("the plan has changes")

// World is what commands have around them.
type World struct {
	Stdin          io.Reader
	Terminal       bool // somebody types what Stdin reads
	Stdout, Stderr io.Writer
	Env            func(string) (string, bool)
	Now            func() time.Time
	Zone           *time.Location // in which times are shown
	Version        string
	Serve          func(context.Context, config.Config) error
	Demo           func(ctx context.Context, listen string) error
	Offline        Offline
}

// commands is every command there is.
type commands struct {
	Serve        serveCommand     `cmd:"" help:"Run a node."`
	Demo         demoCommand      `cmd:"" help:"Run a node with sample data in a throw-away folder."`
	Apply        applyCommand     `cmd:"" help:"Make the server's setup equal setup files."`
	Plan         planCommand      `cmd:"" help:"Show what apply would change (exit code 3 when that is anything)."`
	Export       exportCommand    `cmd:"" help:"Print the server's setup as a setup file."`
	Erase        eraseCommand     `cmd:"" help:"Erase a person for good; the record keeps a name that says nothing."`
	Audit        auditCommand     `cmd:"" help:"Show who changed what, or export it."`
	Who          whoCommand       `cmd:"" help:"Show who is on call."`
	Alerts       alertsCommand    `cmd:"" help:"List alerts."`
	Why          whyCommand       `cmd:"" help:"Tell why somebody was paged, or nobody: of an alert, a person or a source."`
	Simulate     simulateCommand  `cmd:"" help:"Say who would be paged, when, by which contact and why."`
	Ack          ackCommand       `cmd:"" help:"Take an alert on."`
	Resolve      resolveCommand   `cmd:"" help:"Close an alert."`
	Escalate     escalateCommand  `cmd:"" help:"Page an alert's next step now."`
	Snooze       snoozeCommand    `cmd:"" help:"Take an alert on until a time, then be paged again."`
	Note         noteCommand      `cmd:"" help:"Write a note on an alert's timeline."`
	Page         pageCommand      `cmd:"" help:"Raise an alert: page whoever is on call for a service."`
	Contacts     contactsCommand  `cmd:"" help:"Show a person's contacts and whether they work, or test one."`
	Override     overrideCommand  `cmd:"" help:"Put a person on call for a span of time."`
	Lint         lintCommand      `cmd:"" help:"Say what will hurt in the setup, and how to mend it (exit code 1 when anything will)."`
	Readiness    readinessCommand `cmd:"" help:"Show whether pages would arrive, for each person."`
	Doctor       doctorCommand    `cmd:"" help:"Say what ails the installation, and how to mend it (exit code 1 when there is a problem)."`
	Health       healthCommand    `cmd:"" hidden:"" help:"Ask whether the node on this machine lives."`
	Backup       backupCommand    `cmd:"" help:"Write a backup, online, and open it to see that it is whole."`
	Restore      restoreCommand   `cmd:"" help:"Put a backup back, while no server runs."`
	Resume       resumeCommand    `cmd:"" help:"Let the engine page again about what is older than a restore."`
	MoveDatabase moveCommand      `cmd:"" name:"move-database" help:"Move from SQLite to PostgreSQL, checked row by row."`
	Schedule     scheduleCommand  `cmd:"" help:"Work with schedules without a server."`
	Version      versionCommand   `cmd:"" help:"Print the version."`
}

// exited is the panic with which the parser ends after --help.
type exited int

// Run runs the command that args name and returns the process's exit code.
func Run(ctx context.Context, args []string, w World) (code int) {
	defer func() {
		if r := recover(); r != nil {
			n, ok := r.(exited)
			if !ok {
				panic(r)
			}
			code = int(n)
		}
	}()
	parser, err := newParser(ctx, &w)
	if err != nil {
		_, _ = fmt.Fprintln(w.Stderr, "firehall:", err)
		return Refused
	}
	command, err := parser.Parse(args)
	if err != nil {
		return misused(w, err)
	}
	return ended(w, command.Run())
}

func newParser(ctx context.Context, w *World) (*kong.Kong, error) {
	return kong.New(
		&commands{},
		kong.Name("firehall"),
		kong.Description("Firehall is an on-call and incident system that a team runs itself."),
		kong.Writers(w.Stdout, w.Stderr),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(w),
	)
}

// misused says how a command is used.
func misused(w World, err error) int {
	how, hint := "firehall --help", ""
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context.Selected() != nil {
		how = "firehall " + commandName(parse.Context.Selected()) + " --help"
		hint = meant(parse.Context.Selected(), err)
	}
	_, _ = fmt.Fprintln(w.Stderr, "firehall:", harmless(err.Error()+hint))
	_, _ = fmt.Fprintf(w.Stderr, "Run %q to see how it is used.\n", how)
	return Usage
}

// commandName returns "schedule check".
func commandName(n *kong.Node) string {
	name := n.Name
	for up := n.Parent; up != nil && up.Type == kong.CommandNode; up = up.Parent {
		name = up.Name + " " + name
	}
	return name
}

// ended prints what a command failed with and returns the exit code.
func ended(w World, err error) int {
	var settings config.Problems
	var wrong misuse
	switch {
	case err == nil:
		return Done
	case errors.Is(err, errChanges):
		return Changes
	case errors.Is(err, errFindings):
		return Refused
	case errors.As(err, &settings):
		_, _ = fmt.Fprintf(w.Stderr, "firehall: %s\n", strings.ReplaceAll(settings.Error(), "\n", "\nfirehall: "))
		return Usage
	case errors.As(err, &wrong):
		_, _ = fmt.Fprintln(w.Stderr, "firehall:", harmlessLines(err.Error()))
		return Usage
	case errors.Is(err, context.Canceled):
		_, _ = fmt.Fprintln(w.Stderr, "firehall: stopped")
		return Refused
	}
	_, _ = fmt.Fprintln(w.Stderr, "firehall:", harmlessLines(err.Error()))
	return Refused
}
