package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"firehall/internal/config"
	"firehall/internal/fault"
	"firehall/internal/secret"
	"firehall/internal/store"
)

// settingProblem turns a fault about a setting into config.Problems.
func settingProblem(err error, variable, flag string) error {
	if f := fault.Of(err); f != nil && f.Kind == fault.Invalid {
		return config.Problems{{Variable: variable, Flag: flag, Sentence: f.Error()}}
	}
	return err
}

// openStore opens the secret key and the database, and refuses a key that is
// not this database's.
func (a *App) openStore(ctx context.Context) error {
	c := a.opts.Config
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return config.Problems{{Variable: "FIREHALL_DATA", Flag: "data", Sentence: "the folder cannot be made: " + reason(err)}}
	}
	_, err := os.Stat(c.SecretKeyFile)
	fresh := errors.Is(err, fs.ErrNotExist)
	if a.box, err = loadKey(c, fresh); err != nil {
		return settingProblem(err, "FIREHALL_SECRET_KEY_FILE", "secret-key-file")
	}
	a.db, err = store.Open(ctx, store.Config{Dir: c.Data, URL: c.DatabaseURL, Now: a.opts.Now, Log: a.log})
	if err != nil {
		return settingProblem(err, "FIREHALL_DATABASE_URL", "database-url")
	}
	return a.checkKey(ctx, fresh)
}

// loadKey makes a key only in the data folder: a file that the operator named
// must be there, or one node of a cluster would make a key of its own.
func loadKey(c config.Config, fresh bool) (*secret.Box, error) {
	if fresh && c.SecretKeyFile != filepath.Join(c.Data, config.SecretKeyName) {
		return nil, fault.New(fault.Invalid, "there is no file %s; copy the installation's key there, or for a new installation make one: (umask 077; openssl rand -hex 32 > %s)", c.SecretKeyFile, c.SecretKeyFile)
	}
	return secret.LoadOrMake(c.SecretKeyFile)
}

// checkKey compares the key with the one that the database was made with. A
// key that was only just made and is wrong goes again.
func (a *App) checkKey(ctx context.Context, fresh bool) error {
	var kept string
	err := a.db.Do(ctx, func(tx *store.Tx) (err error) {
		kept, err = tx.AddFact(ctx, store.FactKeyCheck, a.box.Check())
		return err
	})
	if err != nil {
		return fmt.Errorf("check the secret key: %w", err)
	}
	if a.box.Matches(kept) {
		return nil
	}
	path := a.opts.Config.SecretKeyFile
	if fresh {
		_ = os.Remove(path)
	}
	return fault.New(fault.Conflict, "this database belongs to another secret key than the one in %s; put the installation's own key there, or name its file with FIREHALL_SECRET_KEY_FILE", path)
}

// reason returns what the system says, without what it was asked to do.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Path + ": " + p.Err.Error()
	}
	return err.Error()
}
