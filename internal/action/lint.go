package action

import (
	"context"
	"encoding/json"
	"time"

	"firehall/internal/fault"
	"firehall/internal/lint"
	"firehall/internal/store"
	"firehall/internal/team"
)

// Lint returns what will hurt in the setup as it is, the gravest first. Node is
// how this server runs; nil says nothing of that.
func (act *Actions) Lint(ctx context.Context, node *lint.Node) ([]lint.Finding, error) {
	setup, err := act.DB.FreshSetup(ctx)
	if err != nil {
		return nil, err
	}
	facts, err := act.factsWith(ctx, setup, node)
	if err != nil {
		return nil, err
	}
	return lint.RunWhile(setup, facts, act.DB.Now(), ctx.Err)
}

// LintFile returns what would hurt in the setup once a setup file, given as
// JSON, was applied; it writes nothing. It fails with fault.Invalid and
// everything that is wrong with the file, each at its path; with Denied for who
// may not set up anything; and with *TooMuch while another file is looked at.
func (act *Actions) LintFile(ctx context.Context, by team.Actor, file json.RawMessage, prune bool, node *lint.Node) ([]lint.Finding, error) {
	if err := mayLintFile(by); err != nil {
		return nil, err
	}
	back, err := act.linting.take(ctx, "another setup file is being looked at here; try again in 2 s")
	if err != nil {
		return nil, err
	}
	defer back()
	setup, err := act.DB.FreshSetup(ctx)
	if err != nil {
		return nil, err
	}
	p := newPlanner(act, setup, act.DB.Now())
	p.prune = prune
	if err := p.apply(team.Firehall, file); err != nil {
		return nil, err
	}
	facts, err := act.factsWith(ctx, p.next, node)
	if err != nil {
		return nil, err
	}
	return lint.RunWhile(p.next, facts, p.now, ctx.Err)
}

// mayLintFile fails with Denied for anybody who could not apply a part of a
// setup: a file is much work to look at, and what is wrong with it tells of
// the setup.
func mayLintFile(by team.Actor) error {
	for _, t := range by.Manages {
		if by.MayManage(t) == nil {
			return nil
		}
	}
	if by.MaySetup() != nil {
		return fault.New(fault.Denied, "only owners, admins and managers of a team may have a setup file looked at, with a token of the scope setup; GET /api/v1/lint looks at the setup as it is")
	}
	return nil
}

// factsWith returns what is known, of the node and its backups too.
func (act *Actions) factsWith(ctx context.Context, setup *store.Setup, node *lint.Node) (lint.Facts, error) {
	facts, err := act.LintFacts(ctx, setup)
	if err != nil || node == nil {
		return facts, err
	}
	known, err := act.Backups(ctx)
	if err != nil {
		return facts, err
	}
	its := *node
	if plan := setup.BackupPlan(); plan.On() && (!known.At.IsZero() || !known.FailedAt.IsZero()) {
		its.Backups = &lint.Backups{LastAt: known.At, Every: plan.Every.Std()}
	}
	facts.Node = &its
	return facts, nil
}

// LintFacts returns what the database knows beside a setup: whether its
// contacts work, and when sources were heard.
func (act *Actions) LintFacts(ctx context.Context, setup *store.Setup) (lint.Facts, error) {
	out := lint.Facts{Told: map[lint.Contact]lint.Told{}}
	var err error
	if out.Used, err = act.DB.SourceUses(ctx); err != nil {
		return out, err
	}
	proofs, err := act.DB.ContactProofs(ctx)
	if err != nil {
		return out, err
	}
	since := act.DB.Now().Add(-lint.ProvenFor)
	for name, p := range setup.People {
		for contact, c := range p.Contacts {
			if one := toldBy(proofs.Of(name, contact, c), since); one != (lint.Told{}) {
				out.Told[lint.Contact{Person: name, Name: contact}] = one
			}
		}
	}
	return out, nil
}

// toldBy returns what a proof says of the time since then. A failure counts while
// nothing has got through after it.
func toldBy(p store.ContactProof, since time.Time) (out lint.Told) {
	out.Before = !p.DeliveredAt.IsZero() || !p.FailedAt.IsZero()
	if p.DeliveredAt.After(since) {
		out.ArrivedAt = p.DeliveredAt
	}
	if p.FailedAt.After(since) && !p.Works() {
		out.FailedAt, out.Words = p.FailedAt, p.Why
	}
	return out
}
