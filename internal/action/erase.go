package action

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"firehall/internal/alert"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/schedule"
	"firehall/internal/secret"
	"firehall/internal/store"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// prefixErased begins what the record calls somebody who was erased.
const prefixErased = "erased-"

// ErasePerson deletes a person for good and returns what the record calls them
// from then on, a name that says nothing. It is refused with Invalid and the
// list of the places that they hold; a successor ("" is nobody) takes those
// over first, in the same transaction. Their tokens and links end, what still
// waits to be sent to them is skipped, and alerts that wait for them alone go
// on at once.
//
// What was recorded is then rewritten in small steps. When that is cut short,
// erasing the same person again goes on with it; until it is done nobody else
// can have their name.
func (act *Actions) ErasePerson(ctx context.Context, by team.Actor, n, successor id.Person) (id.Person, error) {
	if err := by.MaySetup(); err != nil {
		return "", err
	}
	var e store.Erasure
	err := act.DB.Do(ctx, func(tx *store.Tx) error {
		setup, err := tx.LockSetup(ctx)
		if err != nil {
			return err
		}
		running, err := tx.Erasures(ctx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(running, func(one store.Erasure) bool { return one.Name == n })
		if at >= 0 {
			e = running[at]
			return nil
		}
		p := newPlanner(act, setup, tx.Now)
		if p.bases, err = tx.Bases(ctx, label(by)); err != nil {
			return err
		}
		if e, err = p.erase(by, n, successor); err != nil {
			return err
		}
		return p.erased(ctx, tx, by, e, successor)
	})
	if err != nil {
		return "", err
	}
	// It ends whether or not somebody waits for the answer.
	return e.As, act.rewrite(context.WithoutCancel(ctx), e)
}

// FinishErasures goes on with what was cut short. One that fails keeps none of
// the others.
func (act *Actions) FinishErasures(ctx context.Context) error {
	running, err := act.DB.Erasures(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, e := range running {
		failed = append(failed, act.rewrite(ctx, e))
	}
	return errors.Join(failed...)
}

// erase plans that somebody leaves for good.
func (p *planner) erase(by team.Actor, n, successor id.Person) (store.Erasure, error) {
	one, ok := p.cur.People[n]
	if !ok {
		return store.Erasure{}, Missing("person", "people", n, p.cur.People)
	}
	if err := p.successor(n, successor); err != nil {
		return store.Erasure{}, err
	}
	if successor == "" {
		p.stands(n)
		if err := p.wrong.fault(string(n) + " cannot be erased while they stand here; name a successor, or take them out first"); err != nil {
			return store.Erasure{}, err
		}
	}
	delete(p.next.People, n)
	p.deletes = []thing{personThing(n)}
	p.changeDeleted()
	if err := p.succeed(n, successor); err != nil {
		return store.Erasure{}, err
	}
	if err := p.left(string(n) + " cannot be erased: it would leave this open"); err != nil {
		return store.Erasure{}, err
	}
	return erasureOf(p, one), p.owners(by)
}

func erasureOf(p *planner, one store.Person) store.Erasure {
	e := store.Erasure{Name: one.Name, As: id.Person(prefixErased + secret.NewKey()[:10]), At: p.now}
	if one.FullName != "" {
		e.First = one.First()
	}
	if strings.Contains(one.FullName, " ") { // one word alone may be part of another
		e.Words = append(e.Words, one.FullName)
	}
	if one.Email != "" {
		e.Words = append(e.Words, one.Email)
	}
	for _, name := range slices.Sorted(maps.Keys(one.Contacts)) {
		c := one.Contacts[name]
		if c.Kind != addressKind && !slices.Contains(e.Words, c.To) { // of that only a host is shown, which is not theirs alone
			e.Words = append(e.Words, c.To)
		}
	}
	return e
}

// erased carries out that somebody leaves for good.
func (p *planner) erased(ctx context.Context, tx *store.Tx, by team.Actor, e store.Erasure, successor id.Person) error {
	// The overrides first: an alert that is given back is paged by them.
	if err := p.passOverrides(ctx, tx, e.Name, successor); err != nil {
		return err
	}
	if err := p.carryOut(ctx, tx, label(by)); err != nil {
		return err
	}
	if err := p.remember(ctx, tx, label(by)); err != nil {
		return err
	}
	w, err := p.act.workIn(ctx, tx)
	if err != nil {
		return err
	}
	if err := w.letGo(ctx, e.Name); err != nil {
		return err
	}
	if err := w.renamePast(ctx, e); err != nil {
		return err
	}
	if err := tx.RewriteSmall(ctx, newEraser(e), string(e.Name), string(e.As)); err != nil {
		return err
	}
	actor := label(by)
	if by.Person == e.Name {
		actor = string(e.As)
	}
	deed := store.Deed{Actor: actor, Action: "person.erase", Target: string(e.As), Doc: map[string]any{}}
	if successor != "" {
		deed.Doc["successor"] = successor
	}
	if err := tx.Audit(ctx, deed); err != nil {
		return err
	}
	return tx.SaveErasure(ctx, e)
}

// letGo skips what waits to be sent to somebody who is gone, and has the
// alerts that wait for them alone go on at once.
func (w work) letGo(ctx context.Context, n id.Person) error {
	alone, err := w.tx.AskedAlone(ctx, n)
	if err != nil {
		return err
	}
	for _, one := range alone {
		a, err := w.tx.LockAlert(ctx, one)
		if err != nil {
			return err
		}
		if a.Status != alert.Triggered || !a.NextAt.After(w.tx.Now) {
			continue
		}
		a.NextAt = w.tx.Now
		e := timeline.Entry{Alert: a.ID, Kind: timeline.Nobody, Reason: "whom it waited for is not in Firehall any more; the next step goes at once"}
		if err := w.tx.Record(ctx, e); err != nil {
			return err
		}
		if err := w.tx.SaveAlert(ctx, a); err != nil {
			return err
		}
		if err := w.tx.SetTimers(ctx, w.timer(TimerEscalate, a, a.NextAt)); err != nil {
			return err
		}
	}
	return w.skipAll(ctx, n)
}

func (w work) skipAll(ctx context.Context, n id.Person) error {
	waiting, err := w.tx.WaitingFor(ctx, n)
	if err != nil {
		return err
	}
	for _, one := range waiting {
		s, err := w.tx.LockSend(ctx, one)
		if err != nil {
			return err
		}
		if s.Status != notify.Waiting { // its call has begun meanwhile
			continue
		}
		if err := w.skip(ctx, s, "who it was for is not in Firehall any more"); err != nil {
			return err
		}
	}
	return nil
}

// renamePast puts the new name into what schedules had before.
func (w work) renamePast(ctx context.Context, e store.Erasure) error {
	setup, err := w.tx.Setup(ctx)
	if err != nil {
		return err
	}
	var docs []store.Doc
	for _, name := range slices.Sorted(maps.Keys(setup.Schedules)) {
		s := setup.Schedules[name]
		if !slices.ContainsFunc(s.Revisions, func(r schedule.Revision) bool { return revisionNames(r, e.Name) }) {
			continue
		}
		s.Revisions = slices.Clone(s.Revisions)
		for i, r := range s.Revisions {
			r.Layers = slices.Clone(r.Layers)
			for j := range r.Layers {
				r.Layers[j] = layerWith(r.Layers[j], e.Name, e.As)
			}
			s.Revisions[i] = r
		}
		docs = append(docs, store.Doc{Thing: store.Thing{Kind: store.KindSchedule, Name: string(name)}, Doc: s})
	}
	return w.tx.SaveDocs(ctx, team.Firehall.Label, docs)
}

// rewrite takes somebody's traces out of the record, in small transactions.
func (act *Actions) rewrite(ctx context.Context, e store.Erasure) error {
	rw := newEraser(e)
	for _, step := range store.Rewrites {
		for mark := ""; ; {
			err := act.DB.DoAs(ctx, store.Background, func(tx *store.Tx) (err error) {
				next, err := step(tx, ctx, rw, mark)
				if err == nil {
					mark = next
				}
				return err
			})
			if err != nil {
				return err
			}
			if mark == "" {
				break
			}
		}
	}
	began := act.DB.Now()
	err := act.DB.Do(ctx, func(tx *store.Tx) error { return tx.DeleteErasure(ctx, e.Name) })
	if err == nil {
		act.Log.Info("somebody was erased", "as", e.As, "asked", began.Sub(e.At).Round(time.Second))
	}
	return err
}
