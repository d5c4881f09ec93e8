package cli

import (
	"encoding/json"
	"fmt"
	"os"

	"firehall/internal/schedule"
)

type scheduleCommand struct {
	Check scheduleCheck `cmd:"" help:"Evaluate schedule cases, one line of JSON each."`
}

// scheduleCheck evaluates a file of schedule cases.
type scheduleCheck struct {
	File string `arg:"" help:"A file in the format oncall-schedule-case/1."`
}

// Help implements kong.HelpProvider.
func (scheduleCheck) Help() string {
	return "The exit code is 1 when any case differs from what it expects. It needs no server.\n\nExample:\n\n    firehall schedule check cases.json"
}

// Run checks.
func (c scheduleCheck) Run(w *World) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read the cases: %w", err)
	}
	results, err := schedule.Check(text)
	if err != nil {
		return err
	}
	out, differ := json.NewEncoder(w.Stdout), 0
	for _, r := range results {
		if err := out.Encode(r); err != nil {
			return err
		}
		if r.Problem != "" {
			differ++
			_, _ = fmt.Fprintln(w.Stderr, harmless(r.ID+": "+r.Problem))
		}
	}
	if differ > 0 {
		return fmt.Errorf("%d of %d cases differ from what they expect", differ, len(results))
	}
	return nil
}
