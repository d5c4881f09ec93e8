package action

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// Backups is what is known about the scheduled backups of an installation.
type Backups struct {
	At       time.Time `json:"at,omitzero"` // when the last good one was made; zero: never
	File     string    `json:"file,omitempty"`
	Host     string    `json:"host,omitempty"` // the machine that it is on
	Bytes    int64     `json:"bytes,omitempty"`
	Rows     int64     `json:"rows,omitempty"`
	FailedAt time.Time `json:"failed_at,omitzero"` // when the last try failed; zero when it did not
	Why      string    `json:"why,omitempty"`      // it failed
	By       id.Run    `json:"by,omitempty"`       // the run that makes one now
}

// Times of scheduled backups.
const (
	backupAgain   = time.Hour // after a try that failed
	backupOverdue = 2         // times their interval: then they are overdue
)

// Overdue says whether the last good backup is too old.
func (b Backups) Overdue(p store.BackupPlan, now time.Time) bool {
	return !b.At.IsZero() && p.On() && now.Sub(b.At) > backupOverdue*time.Duration(p.Every)
}

// due says whether it is time for the next one.
func (b Backups) due(p store.BackupPlan, now time.Time) bool {
	switch {
	case !p.On():
		return false
	case !b.FailedAt.IsZero():
		return !now.Before(b.FailedAt.Add(backupAgain))
	}
	return b.At.IsZero() || !now.Before(b.At.Add(time.Duration(p.Every)))
}

// Backups returns what is known about scheduled backups.
func (act *Actions) Backups(ctx context.Context) (Backups, error) {
	text, err := act.DB.Fact(ctx, store.FactBackup)
	if err != nil {
		return Backups{}, fmt.Errorf("read what is known about backups: %w", err)
	}
	return readBackups(text)
}

func readBackups(text string) (b Backups, err error) {
	if text == "" {
		return b, nil
	}
	if err = json.Unmarshal([]byte(text), &b); err != nil {
		err = fmt.Errorf("read what is known about backups: %w", err)
	}
	return b, err
}

// ClaimBackup says whether this node must make a scheduled backup now: it is
// due, and no other node that lives makes it.
func (act *Actions) ClaimBackup(ctx context.Context, p store.BackupPlan) (mine bool, err error) {
	err = act.onBackups(ctx, func(tx *store.Tx, b *Backups) error {
		mine = false
		if !b.due(p, tx.Now) {
			return nil
		}
		if b.By != "" && b.By != act.DB.Run() {
			alive, err := act.DB.Alive(ctx, b.By)
			if err != nil || alive {
				return err
			}
		}
		mine, b.By = true, act.DB.Run()
		return nil
	})
	return mine, err
}

// EndBackup keeps what became of the backup that this node has claimed.
func (act *Actions) EndBackup(ctx context.Context, c store.Copy, host string, failed error) error {
	return act.onBackups(ctx, func(tx *store.Tx, b *Backups) error {
		b.By = ""
		if failed != nil {
			b.FailedAt, b.Why = tx.Now, failed.Error()
			return nil
		}
		*b = Backups{At: c.MadeAt, File: c.Path, Host: host, Bytes: c.Bytes, Rows: c.Rows}
		return nil
	})
}

// onBackups changes what is known about backups; one node at a time.
func (act *Actions) onBackups(ctx context.Context, fn func(*store.Tx, *Backups) error) error {
	return act.DB.DoAs(ctx, store.Background, func(tx *store.Tx) error {
		if _, err := tx.AddFact(ctx, store.FactBackup, "{}"); err != nil {
			return err
		}
		text, err := tx.LockFact(ctx, store.FactBackup)
		if err != nil {
			return err
		}
		b, err := readBackups(text)
		if err != nil {
			return err
		}
		was := b
		if err := fn(tx, &b); err != nil || b == was {
			return err
		}
		out, err := json.Marshal(b)
		if err != nil {
			return err
		}
		return tx.SetFact(ctx, store.FactBackup, string(out))
	})
}

// MayBackup fails with Denied for anybody but an owner: a backup holds
// everything but the secret key.
func MayBackup(by team.Actor) error {
	if by.MaySetup() != nil || by.Role != team.Owner {
		return fault.New(fault.Denied, "only an owner's token with the scope setup may take a backup: it holds everything but the secret key")
	}
	return nil
}

// Backup writes a backup to a file for somebody who asks, and puts that on the
// record. It fails with Denied as MayBackup does.
func (act *Actions) Backup(ctx context.Context, by team.Actor, path string) (store.Copy, error) {
	if err := MayBackup(by); err != nil {
		return store.Copy{}, err
	}
	err := act.DB.Do(ctx, func(tx *store.Tx) error {
		return tx.Audit(ctx, store.Deed{Actor: label(by), Action: "backup"})
	})
	if err != nil {
		return store.Copy{}, err
	}
	return act.DB.Backup(ctx, path)
}
