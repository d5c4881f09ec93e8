package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"firehall/internal/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables up to date. Nodes that start together on one
// PostgreSQL wait for each other. A migration that was broken off has left
// nothing, and runs again. Tables of a newer version are left as they are; it
// fails when this program must not run on them.
func migrate(ctx context.Context, pool *sql.DB, postgres bool) error {
	if upToDate(ctx, pool) {
		return nil
	}
	return migrateTo(ctx, pool, postgres, migrationFiles(), 0)
}

// upToDate says whether the tables are there as this program knows them; false
// when that is not sure. Asking first spares every start after the first one
// the lock and the looks of the migrations, a tenth of a second.
func upToDate(ctx context.Context, pool *sql.DB) bool {
	var found sql.NullInt64
	err := pool.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied").Scan(&found)
	return err == nil && found.Int64 == newestMigration()
}

// migrationFiles are the migrations of this program.
func migrationFiles() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return files
}

// newestMigration returns the number of the newest one.
func newestMigration() (newest int64) {
	names, _ := fs.Glob(migrationFiles(), "*.sql")
	for _, name := range names {
		if n, err := goose.NumericComponent(name); err == nil {
			newest = max(newest, n)
		}
	}
	return newest
}

// migrateTo runs migrations up to one of them, 0 for all.
func migrateTo(ctx context.Context, pool *sql.DB, postgres bool, files fs.FS, last int64) error {
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if postgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // looks each second, for 5 min
		if err != nil {
			return err
		}
		dialect, options = goose.DialectPostgres, append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, pool, files, options...)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	found, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("bring the tables up to date: %w", err)
	}
	if found > newest {
		return mayRunBeside(ctx, pool, found, newest)
	}
	if last == 0 {
		last = newest
	}
	if _, err := provider.UpTo(ctx, last); err != nil {
		return fmt.Errorf("bring the tables up to date: %w", err)
	}
	return nil
}

// factOldest holds the version of the oldest program, by its newest migration,
// that may still run on these tables. A migration that takes away what an
// older program uses sets it; those that only add leave it as it is.
const factOldest = "oldest_program"

// mayRunBeside fails when a program that knows the tables up to a version must
// not run on newer ones. Between an upgrade's first node and its last both
// versions run.
func mayRunBeside(ctx context.Context, pool *sql.DB, found, known int64) error {
	var oldest int64
	err := pool.QueryRowContext(ctx, "SELECT CAST(value AS BIGINT) FROM facts WHERE name = $1", factOldest).Scan(&oldest)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("look whether this program may run on newer tables: %w", err)
	}
	if known >= oldest {
		return nil
	}
	return refuseNewer("the database", found, known)
}

// refuseNewer fails when tables are of a version that this program does not
// know: it would not see all that they hold.
func refuseNewer(what string, found, known int64) error {
	if found <= known {
		return nil
	}
	return fault.New(fault.Conflict, "%s is of a newer Firehall: its tables have version %d, and this program knows up to %d; run the newer program, or restore a backup that was made before the upgrade", what, found, known)
}
