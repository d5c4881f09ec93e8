package api

import (
	"context"
	"encoding/json"

	"firehall/internal/lint"
	"firehall/internal/team"
)

// lintPath is where a setup is looked at before it is applied.
const lintPath = "/lint"

// Lint is what will hurt, and how many findings of each level there are.
type Lint struct {
	Items    []lint.Finding `json:"items" nullable:"false" doc:"The gravest first."`
	Errors   int            `json:"errors" doc:"Somebody will not be reached."`
	Warnings int            `json:"warnings" doc:"It will hurt some day."`
	Notes    int            `json:"notes" doc:"It may be meant so."`
}

// lintIn says which findings are asked for.
type lintIn struct {
	Level string `query:"level" enum:"error,warning,note" doc:"List findings of this level and graver ones; absent: all. All are counted."`
}

// lintFileIn is a setup file to look at.
type lintFileIn struct {
	Level string `query:"level" enum:"error,warning,note" doc:"As for the setup as it is."`
	Body  struct {
		Setup json.RawMessage `json:"setup" doc:"The setup file as JSON; {env: NAME} is for the firehall command to put in."`
		Prune bool            `json:"prune,omitempty" doc:"As if what is not in the file were deleted."`
	}
}

func (s *Server) lint(ctx context.Context, _ team.Actor, in *lintIn) (Lint, error) {
	found, err := s.act.Lint(ctx, s.node())
	return lintOf(found, in.Level), err
}

func (s *Server) lintFile(ctx context.Context, by team.Actor, in *lintFileIn) (Lint, error) {
	found, err := s.act.LintFile(ctx, by, in.Body.Setup, in.Body.Prune, s.node())
	return lintOf(found, in.Level), err
}

func lintOf(found []lint.Finding, level string) Lint {
	out := Lint{Items: orEmpty(found)}
	for _, f := range found {
		switch f.Level {
		case lint.Error:
			out.Errors++
		case lint.Warning:
			out.Warnings++
		case lint.Note:
			out.Notes++
		}
	}
	if level != "" {
		out.Items = lint.Worst(out.Items, lint.Level(level))
	}
	return out
}
