package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"firehall/internal/client"
	"firehall/internal/config"
	"firehall/internal/doctor"
)

// Offline is what the command line does to a database that no server works
// with.
type Offline struct {
	Backup  func(ctx context.Context, c config.Config, to string) (Copied, error)
	Restore func(ctx context.Context, c config.Config, file string, replace bool) (Restored, error)
	Move    func(ctx context.Context, c config.Config, said func(string)) (Moved, error)
	Doctor  func(ctx context.Context, c config.Config) []doctor.Diagnosis
}

// Copied is a backup that was made.
type Copied struct {
	Path        string
	Bytes, Rows int64
	KeyFile     string // what it does not hold
}

// Restored is what a restore has done.
type Restored struct {
	MadeAt time.Time // when the backup was made; zero when it does not say
	Rows   int64
	Held   int    // alerts that wait for firehall resume
	Into   string // the database
	Aside  string // where the old database is kept; "" when there was none
}

// Moved is what a move has done.
type Moved struct {
	Rows    int64
	To      string // the database
	KeyFile string // what its nodes need
}

// place is where a database is.
type place struct {
	Data          string `name:"data" env:"FIREHALL_DATA" default:"./firehall-data" placeholder:"DIR" help:"The data folder, ./firehall-data by default."`
	SecretKeyFile string `name:"secret-key-file" env:"FIREHALL_SECRET_KEY_FILE" placeholder:"FILE" help:"The installation's secret key. Unset: secret.key in the data folder."`
}

// config returns the settings that name a database; "" is SQLite.
func (p place) config(url string) (config.Config, error) {
	return config.Settings{Data: p.Data, SecretKeyFile: p.SecretKeyFile, DatabaseURL: url, Listen: ":8080", Log: "text,info"}.Parse()
}

type backupCommand struct {
	URL         string `name:"url" env:"FIREHALL_URL" default:"http://localhost:8080" placeholder:"URL" help:"The server's address, http://localhost:8080 by default."`
	Token       string `name:"token" env:"FIREHALL_TOKEN" placeholder:"TOKEN" help:"An owner's API token. Prefer the variable: others on this machine see flags."`
	To          string `name:"to" default:"." placeholder:"FILE|DIR" help:"Where to write it; into a folder under a name with the time. This folder by default."`
	Offline     bool   `name:"offline" help:"Open the database itself, while no server runs (on PostgreSQL also beside one)."`
	DatabaseURL string `name:"database-url" env:"FIREHALL_DATABASE_URL" placeholder:"URL" help:"With --offline: the PostgreSQL; empty is SQLite in the data folder."`
	place
}

// Help implements kong.HelpProvider.
func (backupCommand) Help() string {
	return `The running server takes the backup, of one moment, and opens it to see that it is whole. It is one SQLite file, whichever database the server has, and firehall restore puts it back on either. It never holds the secret key: keep that elsewhere.

Example:

    firehall backup --to /backup`
}

// Run takes a backup.
func (c backupCommand) Run(ctx context.Context, w *World) error {
	if err := isPlace(c.To); err != nil {
		return err
	}
	made, err := c.take(ctx, w)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.Stdout, `Backup written: %s, %d bytes, %d rows. It was opened and is whole.
It does not hold the secret key, without which it cannot be restored. Keep a copy of the key, apart from backups: %s
`, harmless(made.Path), made.Bytes, made.Rows, made.KeyFile)
	return err
}

func (c backupCommand) take(ctx context.Context, w *World) (Copied, error) {
	if c.Offline {
		settings, err := c.config(c.DatabaseURL)
		if err != nil {
			return Copied{}, err
		}
		return w.Offline.Backup(ctx, settings, c.To)
	}
	server, err := client.New(c.URL, c.Token, w.Version)
	if err != nil {
		return Copied{}, err
	}
	f := incoming{to: c.To}
	defer f.discard()
	made, err := server.Backup(ctx, f.open)
	var none *client.NoServer
	switch {
	case errors.As(err, &none):
		return Copied{}, fmt.Errorf("%w\n(while no server runs: firehall backup --offline)", err)
	case err != nil:
		return Copied{}, err
	}
	return Copied{Path: f.path, Bytes: made.Bytes, Rows: made.Rows, KeyFile: "secret.key in the server's data folder, or where its FIREHALL_SECRET_KEY_FILE says"}, f.keep()
}

// isPlace fails unless the folder is there in which a file is to be.
func isPlace(to string) error {
	folder := filepath.Dir(to) // of what ends with a slash, all of it
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return misuse("there is no folder " + folder + "; make it, or name another place with --to")
	}
	return nil
}

// incoming is a file that takes its name once it is whole.
type incoming struct {
	to, path string
	file     *os.File
}

// open makes the file; only its owner may read it.
func (f *incoming) open(name string) (io.Writer, error) {
	f.path = f.to
	if info, err := os.Stat(f.to); err == nil && info.IsDir() {
		f.path = filepath.Join(f.to, filepath.Base(name))
	}
	if _, err := os.Stat(f.path); !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is there already; choose another name with --to", f.path)
	}
	var err error
	f.file, err = os.CreateTemp(filepath.Dir(f.path), ".firehall-backup-*") // mode 0600
	return f.file, err
}

// keep gives the file its name, durably.
func (f *incoming) keep() error {
	if err := errors.Join(f.file.Sync(), f.file.Close(), os.Rename(f.file.Name(), f.path)); err != nil {
		return fmt.Errorf("keep the backup: %w", err)
	}
	folder, err := os.Open(filepath.Dir(f.path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// discard removes what was not kept.
func (f *incoming) discard() {
	if f.file != nil {
		_ = f.file.Close()
		_ = os.Remove(f.file.Name())
	}
}
