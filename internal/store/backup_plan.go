package store

import (
	"time"

	"firehall/internal/span"
)

// BackupPlan says when backups are made and how many are kept.
type BackupPlan struct {
	Every span.Duration `json:"every"` // at least an hour
	Keep  int           `json:"keep"`  // the newest so many; 0: none are made
}

// DefaultBackupPlan makes one a day and keeps a week of them.
var DefaultBackupPlan = BackupPlan{Every: span.Duration(24 * time.Hour), Keep: 7}

// On says whether backups are made at all.
func (p BackupPlan) On() bool { return p.Keep > 0 }

// BackupPlan returns the plan that is set, or the default.
func (s *Setup) BackupPlan() BackupPlan {
	if p := s.Installation.Backup; p != nil {
		return *p
	}
	return DefaultBackupPlan
}
