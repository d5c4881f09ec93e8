package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"firehall/internal/fault"
	"firehall/internal/store/db"
)

// postgresWriter runs each transaction on a connection of the pool.
type postgresWriter struct {
	pool *sql.DB
}

func openPostgres(ctx context.Context, d *DB) error {
	pool, err := dialPostgres(ctx, d.config.URL)
	if err != nil {
		return err
	}
	d.closers = append(d.closers, pool.Close)
	if err := holdRun(ctx, d, pool); err != nil { // from here on nobody restores or moves this database
		return err
	}
	if d.config.Dir != "" {
		if err := sweepRooms(d.config.Dir); err != nil {
			d.config.Log.Warn(leftWarning, "error", err)
		}
	}
	if err := migrate(ctx, pool, true); err != nil {
		return err
	}
	if err := tendQueues(ctx, pool); err != nil {
		return err
	}
	d.writer = &postgresWriter{pool: pool}
	d.q = db.New(checked{pool})
	return nil
}

// dialPostgres returns a pool of connections to a database that answers.
func dialPostgres(ctx context.Context, address string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fault.New(fault.Invalid, "FIREHALL_DATABASE_URL is not a PostgreSQL address; write one like postgres://user:password@host:5432/firehall")
	}
	guardConnection(config)
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(24)
	pool.SetMaxIdleConns(12)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("PostgreSQL at %s cannot be reached; is it running, and is FIREHALL_DATABASE_URL right? %w", config.Host, err)
	}
	return pool, nil
}

// tendQueues has PostgreSQL clean up early behind the tables whose rows come
// and go: a queue scans past what is dead.
func tendQueues(ctx context.Context, pool *sql.DB) error {
	for _, text := range []string{
		"ALTER TABLE timers SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0)",
		"ALTER TABLE sends SET (fillfactor = 70)",
		"ALTER TABLE alerts SET (fillfactor = 85)",
	} {
		if _, err := pool.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("tune the tables: %w", err)
		}
	}
	return nil
}

// guardConnection makes a node that vanishes lose its locks: the server ends
// a transaction that stands idle, both ends notice a dead peer.
func guardConnection(c *pgx.ConnConfig) {
	for name, value := range map[string]string{
		"application_name":                    "firehall",
		"idle_in_transaction_session_timeout": "30000",
		"lock_timeout":                        "20000",
		"statement_timeout":                   "120000",
		"tcp_keepalives_idle":                 "15",
		"tcp_keepalives_interval":             "5",
		"tcp_keepalives_count":                "3",
		"tcp_user_timeout":                    "30000",
		"timezone":                            "UTC",
		// Every query of ours has its index. A plan that was made while a table
		// was empty must not become a scan of a million rows.
		"enable_seqscan":    "off",
		"enable_hashjoin":   "off",
		"enable_mergejoin":  "off",
		"enable_bitmapscan": "off",
	} {
		if _, given := c.RuntimeParams[name]; !given {
			c.RuntimeParams[name] = value
		}
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}
	c.DialFunc = dialer.DialContext
}

func (w *postgresWriter) postgres() bool { return true }

func (w *postgresWriter) waiting() int { return 0 }

// tries is how often a transaction is run that PostgreSQL undid to end a
// deadlock or a conflict.
const tries = 3

func (w *postgresWriter) do(ctx context.Context, _ Priority, fn func(db.DBTX) error) error {
	ctx = context.WithoutCancel(ctx)
	for try := 1; ; try++ {
		err := w.once(ctx, fn)
		if try == tries || !undone(err) {
			return err
		}
	}
}

// undone says whether PostgreSQL undid a transaction that may succeed when it
// is run again: deadlock_detected or serialization_failure.
func undone(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001")
}

func (w *postgresWriter) once(ctx context.Context, fn func(db.DBTX) error) error {
	p, err := newPipeline(ctx, w.pool)
	if err != nil {
		return err
	}
	defer p.close(ctx)
	if err := fn(p); err != nil {
		return err
	}
	if err := p.commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
