package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"firehall/internal/config"
	"firehall/internal/fault"
	"firehall/internal/secret"
	"firehall/internal/store"
)

// What the command line does to a database that no node works with.

// Copied is a backup that was made.
type Copied struct {
	Path        string
	Bytes, Rows int64
	KeyFile     string // what it does not hold
}

// Backup writes a backup of the database that the settings name to a file, or
// into a folder, as it is: tables of an older version stay as they are, so that
// it can be taken before an upgrade by either program. On SQLite it fails when
// a node runs.
func Backup(ctx context.Context, c config.Config, to string) (Copied, error) {
	if err := someDatabase(c); err != nil {
		return Copied{}, err
	}
	if info, err := os.Stat(to); err == nil && info.IsDir() {
		to = filepath.Join(to, backupName(time.Now()))
	}
	made, err := store.BackupAsIs(ctx, storeConfig(c), to)
	return Copied{Path: made.Path, Bytes: made.Bytes, Rows: made.Rows, KeyFile: c.SecretKeyFile}, err
}

// someDatabase keeps a wrong folder from becoming a new installation.
func someDatabase(c config.Config) error {
	if c.DatabaseURL != "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(c.Data, store.File)); err != nil {
		return fault.New(fault.NotFound, "there is no database in %s; name the data folder with --data, or a PostgreSQL with --database-url", c.Data)
	}
	return nil
}

func storeConfig(c config.Config) store.Config {
	return store.Config{Dir: c.Data, URL: c.DatabaseURL, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
}

// Restored is what a restore has done.
type Restored struct {
	MadeAt time.Time // when the backup was made
	Rows   int64
	Held   int    // alerts that wait for firehall resume
	Into   string // the database, without a password
	Aside  string // where the old database is kept; "" when there was none
}

// Restore puts a backup in the place of the database that the settings name.
// It fails when a node runs, when the database is not empty and is not to be
// replaced, and when the secret key at hand is not the backup's.
func Restore(ctx context.Context, c config.Config, file string, replace bool) (Restored, error) {
	out, err := store.Restore(ctx, storeConfig(c), file, replace, func(from store.Copy) error { return suits(c.SecretKeyFile, from) })
	if err != nil {
		return Restored{}, err
	}
	into := filepath.Join(c.Data, store.File)
	if c.DatabaseURL != "" {
		into = store.AddressOf(c.DatabaseURL)
	}
	return Restored{MadeAt: out.MadeAt, Rows: out.Rows, Held: out.Held, Into: into, Aside: out.Aside}, nil
}

// suits fails when the secret key in a file is not that of a backup.
func suits(keyFile string, from store.Copy) error {
	if from.KeyCheck == "" && from.Keyed {
		return fault.New(fault.Invalid, "%s holds people, tokens or sources and does not say to which secret key they belong: no node leaves it so; restore another backup, and do not trust this file", from.Path)
	}
	if from.KeyCheck == "" {
		return nil // no node has used it
	}
	if _, err := os.Stat(keyFile); errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Conflict, "the backup needs its installation's secret key, and there is no file %s; put the key there first (mode 0600), or name its file with --secret-key-file", keyFile)
	}
	box, err := secret.LoadOrMake(keyFile)
	if err != nil {
		return err
	}
	if !box.Matches(from.KeyCheck) {
		return fault.New(fault.Conflict, "the backup belongs to another secret key than the one in %s; put its installation's own key there, or name its file with --secret-key-file", keyFile)
	}
	return nil
}

// Moved is what a move has done.
type Moved struct {
	Rows    int64
	To      string // the database, without a password
	KeyFile string // what its nodes need
}

// MoveDatabase moves the SQLite database of a data folder to an empty
// PostgreSQL. Said is told how far it is.
func MoveDatabase(ctx context.Context, c config.Config, said func(string)) (Moved, error) {
	to := c.DatabaseURL
	c.DatabaseURL = ""
	out, err := store.Move(ctx, storeConfig(c), to, said)
	return Moved{Rows: out.Rows, To: out.To, KeyFile: c.SecretKeyFile}, err
}
