package action

import (
	"time"

	"firehall/internal/span"
	"firehall/internal/store"
)

// BackupFile is when backups are made, in the setup file.
type BackupFile struct {
	Every span.Duration `json:"every"`
	Keep  int           `json:"keep"`
}

// Limits of scheduled backups.
const (
	backupOften = time.Hour
	backupRare  = 31 * 24 * time.Hour
	backupsMost = 1000
)

// backupPlan reads when backups are made; nil when the file does not say.
func (i fileItem) backupPlan() *store.BackupPlan {
	if i.value.shape == shapeNone {
		return nil
	}
	i.only("every", "keep")
	out := store.DefaultBackupPlan
	out.Keep = i.whole("keep", out.Keep)
	if every := i.wait("every"); every != 0 {
		out.Every = every
	}
	if d := time.Duration(out.Every); d < backupOften || d > backupRare {
		at := i.at("every")
		at.wrong.add(at.path, "backups are made at most once an hour and at least once in 31 days; write it like 24h")
	}
	if out.Keep < 0 || out.Keep > backupsMost {
		at := i.at("keep")
		at.wrong.add(at.path, "0 to 1000 backups are kept; with 0 none are made")
	}
	return &out
}
