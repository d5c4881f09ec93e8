package engine

import (
	"context"
	"time"
)

// overdue is how long something may be due before the auditor calls it left
// lying.
const overdue = time.Minute

// audits looks at once for what a run that is over had claimed, and each
// minute for anything due that did not run.
func (e *Engine) audits(ctx context.Context) {
	e.complain("audit", e.recover(context.WithoutCancel(ctx)))
	tick := time.NewTicker(auditEvery)
	defer tick.Stop()
	abandoned := time.NewTicker(5 * time.Second)
	defer abandoned.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-abandoned.C:
			if e.Act.DB.Postgres() {
				e.complain("audit", e.recover(context.WithoutCancel(ctx)))
			}
		case <-tick.C:
			e.complain("audit", safely(func() error {
				_, err := e.Audit(context.WithoutCancel(ctx))
				return err
			}))
		}
	}
}

// recover plans again the sends that are claimed and that nobody calls, until
// there are none.
func (e *Engine) recover(ctx context.Context) error {
	for {
		n, err := e.Act.Abandoned(ctx, e.claims.holds)
		if err != nil || n == 0 {
			return err
		}
		e.Log.Warn("sends were claimed and nobody calls them: a node or its connection was lost; they are repeated once", "sends", n)
	}
}

// Audit finds what was due over a minute ago and did not run, has it run now,
// and says so loudly: Health is not content until an audit finds nothing. It
// returns how much it found.
func (e *Engine) Audit(ctx context.Context) (int, error) {
	if err := e.recover(ctx); err != nil {
		return 0, err
	}
	found, err := e.Act.Audit(ctx, overdue)
	if err != nil {
		return 0, err
	}
	if found > 0 {
		e.Log.Error("the auditor found things due that did not run, and runs them now", "found", found)
	}
	e.note(func(h *Health) { h.Found, h.Audited = found, e.Act.DB.Now() })
	return found, nil
}
