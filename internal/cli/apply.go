package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"firehall/internal/cli/setupfile"
	"firehall/internal/client"
)

// files is what apply and plan read.
type files struct {
	remote
	File  []string `name:"file" short:"f" required:"" sep:"none" placeholder:"FILE|DIR" help:"A setup file, a folder with *.yaml files, or - for standard input; several are merged by name."`
	Prune bool     `help:"Delete what is on the server and not in the files."`

	Overwrite bool `help:"Undo what others changed since these files were last applied; without it that is refused."`
}

type applyCommand struct {
	files
	DryRun bool `help:"Show the plan and change nothing; exit code 3 when there is anything to do."`
}

// Help implements kong.HelpProvider.
func (applyCommand) Help() string {
	return `All of it is applied, or nothing. What is absent from the files stays as it is unless --prune is given, and absent secrets are kept. A string may be {env: NAME}, which is read here and not on the server. docs/configuration.md describes the file.

Example:

    firehall apply -f team.yaml`
}

// Run applies.
func (c applyCommand) Run(ctx context.Context, w *World) error { return c.apply(ctx, w, c.DryRun) }

type planCommand struct {
	files
}

// Help implements kong.HelpProvider.
func (planCommand) Help() string {
	return "The same as apply --dry-run. The exit code is 0 when there is nothing to do and 3 when there is.\n\nExample:\n\n    firehall plan -f setup/ --prune"
}

// Run plans.
func (c planCommand) Run(ctx context.Context, w *World) error { return c.apply(ctx, w, true) }

func (c files) apply(ctx context.Context, w *World, dryRun bool) error {
	sources, err := setupfile.Load(c.File, w.Stdin)
	if err != nil {
		return err
	}
	file, err := setupfile.Read(sources, w.Env)
	if err != nil {
		return mistakes(err)
	}
	server, err := c.client(w)
	if err != nil {
		return err
	}
	plan, err := server.Apply(ctx, file.Setup, client.ApplyOptions{DryRun: dryRun, Prune: c.Prune, Overwrite: c.Overwrite})
	if err != nil {
		return refusal(file, err)
	}
	if err := c.show(w, plan.Raw, func(out io.Writer) {
		printPlan(out, file, plan.Value, dryRun)
		printSecrets(out, plan.Value, server.Base())
	}); err != nil {
		return err
	}
	if dryRun && len(plan.Value.Changes) > 0 {
		return errChanges
	}
	return nil
}

// refusal says why a setup was refused, each reason where it was typed.
func refusal(file *setupfile.File, err error) error {
	var refused *client.Problem
	var problems setupfile.Problems
	lines := placed(file, err)
	if errors.As(err, &refused) && refused.Status == http.StatusConflict && errors.As(lines, &problems) {
		return fmt.Errorf("%s; nothing was changed:\n%w", refused.Detail, problems)
	}
	return mistakes(lines)
}

// mistakes puts each mistake of a setup file on its own line, so that editors
// find them.
func mistakes(err error) error {
	var problems setupfile.Problems
	if errors.As(err, &problems) {
		return fmt.Errorf("the setup has mistakes, and nothing was changed:\n%w", problems)
	}
	return err
}

// placed gives the mistakes that the server found their places in the files.
func placed(file *setupfile.File, err error) error {
	var refused *client.Problem
	if !errors.As(err, &refused) || len(refused.Errors) == 0 {
		return err
	}
	var out setupfile.Problems
	for _, m := range refused.Errors {
		path, ok := inSetup(m.Location)
		if !ok {
			return err
		}
		out = append(out, setupfile.Problem{Position: file.Locate(path), Path: path, Sentence: m.Message})
	}
	out.Sort()
	return out
}

// inSetup returns the path within the setup file of a place in the request.
func inSetup(location string) (string, bool) {
	for _, other := range []string{"path.", "query.", "header.", "body.dry_run", "body.prune", "body.overwrite"} {
		if strings.HasPrefix(location, other) {
			return "", false
		}
	}
	location = strings.TrimPrefix(location, "body")
	location = strings.TrimPrefix(location, ".")
	if location == "setup" {
		return "", true
	}
	return strings.TrimPrefix(location, "setup."), true
}

// signs stand before the changes of a plan.
var signs = map[string]string{"create": "+", "update": "~", "delete": "-"}

// printPlan writes what changes, for people; what an apply has created in one
// line each.
func printPlan(out io.Writer, file *setupfile.File, p client.Plan, dryRun bool) {
	counts := map[string]int{}
	for _, c := range p.Changes {
		counts[c.Verb]++
		_, _ = fmt.Fprintln(out, harmless(strings.TrimSpace(signs[c.Verb]+" "+c.Kind+" "+c.Name)))
		if c.Verb == "create" && !dryRun {
			continue
		}
		for _, f := range c.Fields {
			_, _ = fmt.Fprintln(out, harmless("    "+f.Path+": "+fieldChange(f)))
		}
		for _, text := range c.Affects {
			_, _ = fmt.Fprintln(out, harmless("    affects: "+text))
		}
	}
	for _, one := range p.Conflicts {
		_, _ = fmt.Fprintln(out, harmless(fmt.Sprintf("changed by others: %s: %s: %s", file.Locate(one.Path), one.Path, one.Sentence)))
	}
	for _, text := range p.Warnings {
		_, _ = fmt.Fprintln(out, "warning: "+harmless(text))
	}
	total := fmt.Sprintf("%d to create, %d to update, %d to delete", counts["create"], counts["update"], counts["delete"])
	switch {
	case len(p.Changes) == 0:
		_, _ = fmt.Fprintln(out, "Nothing to do: the server's setup is as the files say.")
	case dryRun && len(p.Conflicts) > 0:
		_, _ = fmt.Fprintf(out, "Plan: %s. Nothing was changed; apply is refused without --overwrite, because it would undo what others changed.\n", total)
	case dryRun:
		_, _ = fmt.Fprintf(out, "Plan: %s. Nothing was changed.\n", total)
	default:
		_, _ = fmt.Fprintf(out, "Applied: %s.\n", strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(total, "to create", "created"), "to update", "updated"), "to delete", "deleted"))
	}
}

func fieldChange(f client.FieldChange) string {
	switch {
	case f.Old == "":
		return f.New
	case f.New == "":
		return f.Old + " → (none)"
	}
	return f.Old + " → " + f.New
}

// printSecrets writes the keys and secrets that were made, the key of a source
// as the address to which it is to send.
func printSecrets(out io.Writer, p client.Plan, base string) {
	if len(p.Secrets) == 0 {
		return
	}
	_, _ = fmt.Fprintln(out, "\nThese were made now. They are shown only this once; keep them where secrets are kept:")
	doors := false
	for _, path := range slices.Sorted(maps.Keys(p.Secrets)) {
		at, text := path, p.Secrets[path]
		if source, kind := sourceOf(p, path); kind != "" {
			at, text, doors = source, door(base, kind, text), true
		}
		_, _ = fmt.Fprintf(out, "    %s: %s\n", harmless(at), harmless(text))
	}
	if doors {
		_, _ = fmt.Fprintln(out, "\ndocs/sources.md has what to copy into each tool.")
	}
}

// sourceOf returns the source whose key is at a path, and its kind; "" for
// what is no key of a source that is new.
func sourceOf(p client.Plan, path string) (source, kind string) {
	source, isKey := strings.CutSuffix(path, ".key")
	for _, c := range p.Changes {
		if !isKey || c.Kind+"."+c.Name != source || c.Kind != "sources" {
			continue
		}
		for _, f := range c.Fields {
			if f.Path == "kind" {
				kind = f.New
			}
		}
	}
	return source, kind
}

// door returns where the messages of a source go.
func door(base, kind, key string) string {
	if kind == "pagerduty" {
		return base + "/v2/enqueue with the routing key " + key
	}
	return base + "/in/" + kind + "/" + key
}

type exportCommand struct {
	remote
	Mine   bool   `xor:"whose" help:"Instead, everything that is kept about you, as JSON."`
	Person string `xor:"whose" placeholder:"PERSON" help:"Instead, everything that is kept about a person, as JSON; for admins."`
}

// Help implements kong.HelpProvider.
func (exportCommand) Help() string {
	return "It holds no secrets and no keys: where they are absent, apply keeps them. Applying it again changes nothing.\n\nExample:\n\n    firehall export > team.yaml\n    firehall export --mine > me.json"
}

// Run exports.
func (c exportCommand) Run(ctx context.Context, w *World) error {
	server, err := c.client(w)
	if err != nil {
		return err
	}
	if c.Mine || c.Person != "" {
		data, err := server.OwnData(ctx, c.Person)
		if err != nil {
			return err
		}
		c.JSON = true
		return c.show(w, data.Raw, nil)
	}
	setup, err := server.Export(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return c.show(w, setup.Raw, nil)
	}
	text, err := setupfile.Write(setup.Raw)
	if err != nil {
		return err
	}
	_, err = w.Stdout.Write(text)
	return err
}
