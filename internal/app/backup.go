package app

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"firehall/internal/meter"
	"firehall/internal/store"
)

// BackupFolder is the name of the folder of scheduled backups in the data
// folder.
const BackupFolder = "backups"

// backupEvery is how often a node looks whether a backup is due.
const backupEvery = time.Minute

// backupName is the name of a backup made at a time: names sort by it.
func backupName(at time.Time) string {
	return "firehall-" + at.UTC().Format("20060102T150405Z") + ".db"
}

func (a *App) backupFolder() string { return filepath.Join(a.opts.Config.Data, BackupFolder) }

// backup makes the scheduled backup when it is due and no other node makes it,
// and deletes those that are too many.
func (a *App) backup(ctx context.Context) {
	setup, err := a.db.FreshSetup(ctx)
	if err != nil {
		return // the database fails, which others say
	}
	plan := setup.BackupPlan()
	mine, err := a.act.ClaimBackup(ctx, plan)
	if err != nil || !mine {
		if err != nil && ctx.Err() == nil {
			a.log.Error("it is not known whether a backup is due", "error", err)
		}
		return
	}
	copied, failed := a.db.Backup(ctx, filepath.Join(a.backupFolder(), backupName(a.opts.Now())))
	if ctx.Err() != nil {
		return // the node stops: this run's claim ends with it
	}
	if failed == nil {
		if err := prune(a.backupFolder(), plan.Keep); err != nil {
			a.log.Error("old backups could not be deleted: the disk fills until they are", "error", err)
		}
	}
	host, _ := os.Hostname()
	if failed != nil {
		a.log.Error("the scheduled backup failed and is tried again in an hour", "error", failed)
	} else {
		a.log.Info("a backup was made and opened: it is whole", "file", copied.Path, "bytes", copied.Bytes, "rows", copied.Rows)
	}
	if err := a.act.EndBackup(ctx, copied, host, failed); err != nil {
		a.log.Error("what became of the backup could not be kept", "error", err)
	}
}

// sweep deletes what a crash has left of backups that were under way.
func (a *App) sweep() {
	for _, pattern := range []string{"*.db.part*", ".sending-*"} {
		left, _ := filepath.Glob(filepath.Join(a.backupFolder(), pattern))
		for _, path := range left {
			if err := os.RemoveAll(path); err != nil {
				a.log.Warn("what a backup has left could not be deleted", "error", err)
			}
		}
	}
}

// prune deletes all but the newest backups of a folder, and no other file. One
// that cannot be deleted does not keep the others.
func prune(folder string, keep int) error {
	files, err := filepath.Glob(filepath.Join(folder, "firehall-????????T??????Z.db"))
	if err != nil {
		return err
	}
	slices.SortFunc(files, func(a, b string) int { return cmp.Compare(b, a) })
	var errs []error
	for _, old := range files[min(keep, len(files)):] {
		errs = append(errs, os.Remove(old))
	}
	return errors.Join(errs...)
}

// backupWarnings says what is wrong with backups, and what waits since one was
// restored.
func (a *App) backupWarnings(ctx context.Context, setup *store.Setup) []string {
	var out []string
	if n, err := a.db.HeldAlerts(ctx); err == nil && n > 0 {
		out = append(out, count(n, "alert from before the restore is held and pages nobody", "alerts from before the restore are held and page nobody")+"; look at them, then run firehall resume")
	}
	b, err := a.act.Backups(ctx)
	if err != nil {
		return out // the database fails, which is a reason already
	}
	plan := setup.BackupPlan()
	switch {
	case !plan.On():
	case !b.FailedAt.IsZero():
		out = append(out, "the last backup failed at "+b.FailedAt.Format(time.RFC3339)+": "+b.Why)
	case b.Overdue(plan, a.opts.Now()):
		out = append(out, "backups are overdue: the last one is of "+b.At.Format(time.RFC3339)+", and one is made every "+plan.Every.String())
	}
	return out
}

// backupState adds what the gauges show of backups.
func (a *App) backupState(ctx context.Context, out *meter.State) error {
	b, err := a.act.Backups(ctx)
	if err != nil {
		return err
	}
	out.BackupFailed, out.BackupBytes, out.BackupAge = !b.FailedAt.IsZero(), b.Bytes, -1
	if !b.At.IsZero() {
		out.BackupAge = max(a.opts.Now().Sub(b.At), 0)
	}
	out.Held, err = a.db.HeldAlerts(ctx)
	return err
}
