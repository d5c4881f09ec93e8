package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"hash/fnv"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store/db"
)

// runLock is the advisory lock that a run holds while it lives, on a
// connection of its own: PostgreSQL frees it the moment that connection is
// gone. A run whose lock is free is over, and so are its claims.
type runLock struct {
	pool *sql.DB
	run  id.Run
	conn *sql.Conn // nil: not held

	again func(context.Context) error // looks at the database when the lock was lost and is taken again
}

// renewEvery is how often a node looks whether it still holds its lock, and how
// long that may take.
const renewEvery = 5 * time.Second

// holdRun takes the lock of this run until the database is closed, and again
// should its connection be lost.
func holdRun(ctx context.Context, d *DB, pool *sql.DB) error {
	l := &runLock{pool: pool, run: d.run, again: func(ctx context.Context) error { return d.lookAgain(ctx, pool) }}
	if err := l.take(ctx); err != nil {
		if f := fault.Of(err); f != nil {
			return err
		}
		return fmt.Errorf("announce this node: %w", err)
	}
	d.alive = func(ctx context.Context, run id.Run) (bool, error) { return runAlive(ctx, pool, run) }
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		l.keep(stop, func(err error) {
			if fault.Is(err, fault.Conflict) {
				d.ended <- err
				return
			}
			d.config.Log.Warn("the lock of this node is lost and could not be taken again; its sends may go twice", "error", err)
		})
	}()
	d.closers = append(d.closers, func() error {
		close(stop)
		<-stopped
		ctx, cancel := context.WithTimeout(context.Background(), renewEvery)
		defer cancel()
		l.free(ctx)
		return nil
	})
	return nil
}

// lookAgain has a node whose lock was lost see what a restore or a move has
// done meanwhile. It fails with fault.Conflict when the node must not go on.
func (d *DB) lookAgain(ctx context.Context, pool *sql.DB) error {
	d.holding.Store(true) // until Hold finds that no alert is held
	return reader{q: db.New(checked{pool})}.refuseUnfinished(ctx, d.config.Dir)
}

// keep renews the lock until stop is closed, or until the database is somebody
// else's: it fails then with fault.Conflict, once.
func (l *runLock) keep(stop <-chan struct{}, failed func(error)) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		ctx, cancel := context.WithTimeout(context.Background(), renewEvery)
		err := l.renew(ctx)
		cancel()
		if err != nil {
			failed(err)
		}
		if fault.Is(err, fault.Conflict) {
			return
		}
	}
}

func (l *runLock) take(ctx context.Context) error {
	conn, err := l.pool.Conn(ctx)
	if err != nil {
		return err
	}
	if err := l.enter(ctx, conn); err != nil {
		end(conn) // with the share of the house, should it have that
		return err
	}
	l.conn = conn
	return nil
}

// house is the advisory lock that every node shares while it runs, and that a
// restore or a move has alone.
const house = 0x66697265 // "fire"

// enter takes the lock of the run and a share of the house.
func (l *runLock) enter(ctx context.Context, conn *sql.Conn) error {
	var free bool
	if err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock_shared($1)", house).Scan(&free); err != nil {
		return err
	}
	if !free {
		return fault.New(fault.Conflict, "a restore or a move works on this database; start when it has ended")
	}
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lockOf(l.run))
	return err
}

// renew takes the lock again when its connection is lost. It fails with
// fault.Conflict when this node must end: somebody restores this database, or
// has begun to move another one into it.
func (l *runLock) renew(ctx context.Context) error {
	if l.conn != nil && l.conn.PingContext(ctx) == nil {
		return nil
	}
	l.free(ctx)
	if err := l.take(ctx); err != nil || l.again == nil {
		return err
	}
	err := l.again(ctx)
	if err != nil {
		l.free(ctx) // so that the next one looks again
	}
	return err
}

// free gives the lock back, with its connection. A connection that cannot do
// that any more is ended, and the lock with it.
func (l *runLock) free(ctx context.Context) {
	if l.conn == nil {
		return
	}
	if _, err := l.conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1), pg_advisory_unlock_shared($2)", lockOf(l.run), house); err != nil {
		end(l.conn)
	}
	_ = l.conn.Close()
	l.conn = nil
}

// end ends a connection, and its locks with it, instead of giving it back.
func end(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = conn.Close()
}

// lockOf is the number of the advisory lock of a run.
func lockOf(run id.Run) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(run))
	return int64(h.Sum64())
}

// runAlive says whether a run's lock is held by anybody. It holds the lock
// itself no longer than the statement runs.
func runAlive(ctx context.Context, pool *sql.DB, run id.Run) (bool, error) {
	var free bool
	err := pool.QueryRowContext(ctx, "SELECT pg_try_advisory_xact_lock($1)", lockOf(run)).Scan(&free)
	return !free, err
}

// Alive says whether a run of a node goes on.
func (d *DB) Alive(ctx context.Context, run id.Run) (bool, error) { return d.alive(ctx, run) }
