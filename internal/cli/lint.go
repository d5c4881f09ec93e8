package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"firehall/internal/cli/setupfile"
	"firehall/internal/client"
)

type lintCommand struct {
	remote
	File  []string `name:"file" short:"f" sep:"none" placeholder:"FILE|DIR" help:"Look at the setup as it would be once these were applied, as apply reads them; without it at the server's."`
	Prune bool     `help:"As if what is on the server and not in the files were deleted."`
	Level string   `default:"warning" enum:"error,warning,note" placeholder:"LEVEL" help:"What to show and to fail for: error, warning (by default) or note, and what is graver."`
}

// Help implements kong.HelpProvider.
func (lintCommand) Help() string {
	return "It says what is legal and yet will hurt: hours in which nobody is reached, steps that never run, phones that never ring. Nothing is written. The exit code is 1 when anything is found at the level or above, else 0.\n\nExample:\n\n    firehall lint -f setup/ --level error"
}

// errFindings ends a lint that found something; it is printed as nothing.
var errFindings = errors.New("lint found something")

// levels lists the levels, the gravest first.
var levels = []string{"error", "warning", "note"}

// Run looks.
func (c lintCommand) Run(ctx context.Context, w *World) error {
	var file *setupfile.File
	if len(c.File) > 0 {
		sources, err := setupfile.Load(c.File, w.Stdin)
		if err != nil {
			return err
		}
		if file, err = setupfile.Read(sources, w.Env); err != nil {
			return mistakes(err)
		}
	}
	server, err := c.client(w)
	if err != nil {
		return err
	}
	found, err := c.ask(ctx, server, file)
	if err != nil {
		return mistakes(err)
	}
	shown := slices.DeleteFunc(slices.Clone(found.Value.Items), func(f client.Finding) bool {
		return slices.Index(levels, f.Level) > slices.Index(levels, c.Level)
	})
	if err := c.show(w, found.Raw, func(out io.Writer) { printFindings(out, file, shown, found.Value) }); err != nil {
		return err
	}
	if len(shown) > 0 {
		return errFindings
	}
	return nil
}

func (c lintCommand) ask(ctx context.Context, server *client.Client, file *setupfile.File) (client.Answer[client.Lint], error) {
	if file == nil {
		return server.Lint(ctx)
	}
	found, err := server.LintFile(ctx, file.Setup, c.Prune)
	return found, placed(file, err)
}

// printFindings writes findings by thing, for people.
func printFindings(out io.Writer, file *setupfile.File, shown []client.Finding, all client.Lint) {
	places := placesOf(file)
	rank := func(f client.Finding) int { return slices.Index(kinds, f.Kind) }
	slices.SortStableFunc(shown, func(a, b client.Finding) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name))
	})
	last := ""
	for _, f := range shown {
		if thing := headOf(f); thing != last {
			if last != "" {
				_, _ = fmt.Fprintln(out)
			}
			_, _ = fmt.Fprintln(out, harmless(thing))
			last = thing
		}
		where := ""
		if at, ok := places(f); ok {
			where = at + ": "
		}
		_, _ = fmt.Fprintln(out, harmless(fmt.Sprintf("  %s%s: %s. [%s]", where, f.Level, f.Sentence, f.Code)))
		_, _ = fmt.Fprintln(out, harmless("      To mend it: "+f.Mend+"."))
	}
	if last != "" {
		_, _ = fmt.Fprintln(out)
	}
	_, _ = fmt.Fprintf(out, "%s, %s, %s.\n", counted(all.Errors, "error"), counted(all.Warnings, "warning"), counted(all.Notes, "note"))
	if hidden := len(all.Items) - len(shown); hidden > 0 {
		_, _ = fmt.Fprintf(out, "%d of them not shown: --level note shows all.\n", hidden)
	}
}

// kinds is the order in which findings are shown: that of a setup file, then
// how the server runs.
var kinds = []string{"installation", "people", "teams", "schedules", "policies", "services", "sources", "node"}

// headOf names the thing that a finding is about.
func headOf(f client.Finding) string {
	switch {
	case f.Kind == "node":
		return "the server"
	case f.Name == "":
		return f.Kind
	}
	return f.Kind + " " + f.Name
}

// placesOf returns what says where a finding was typed; it is false for what is
// not in the files.
func placesOf(file *setupfile.File) func(client.Finding) (string, bool) {
	var typed map[string]map[string]json.RawMessage
	if file != nil {
		_ = json.Unmarshal(file.Setup, &typed) // it is ours
	}
	return func(f client.Finding) (string, bool) {
		things, ok := typed[f.Kind]
		if _, named := things[f.Name]; !ok || (f.Name != "" && !named) {
			return "", false
		}
		return file.Locate(f.Path).String(), true
	}
}

// counted returns "1 error" or "no errors".
func counted(n int, what string) string {
	switch n {
	case 0:
		return "no " + what + "s"
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
