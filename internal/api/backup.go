package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"firehall/internal/action"
	"firehall/internal/fault"
	"firehall/internal/store"
	"firehall/internal/team"
)

func (s *Server) registerBackups() {
	handle(s, get(tagBackups, "/backup", "backups", "How scheduled backups stand; for admins."), s.backups)
	reply(s, post(tagBackups, "/backup", "take-backup", "Takes a backup, opens it to see that it is whole, and answers with the file; for owners."), s.takeBackup)
	handle(s, post(tagBackups, "/resume", "resume", "Lets the alerts go that are held since a restore: what is overdue is paged once, together."), s.resume)
}

// Backups is how scheduled backups stand.
type Backups struct {
	Every    string     `json:"every" doc:"How often one is made." example:"1d"`
	Keep     int        `json:"keep" doc:"How many are kept; 0: none are made."`
	At       *time.Time `json:"at,omitempty" doc:"When the last good one was made; absent: there is none yet."`
	File     string     `json:"file,omitempty" doc:"Where it is, on the server."`
	Host     string     `json:"host,omitempty" doc:"The machine that it is on."`
	Bytes    int64      `json:"bytes,omitempty"`
	Rows     int64      `json:"rows,omitempty"`
	FailedAt *time.Time `json:"failed_at,omitempty" doc:"When the last try failed; absent when it did not."`
	Why      string     `json:"why,omitempty" doc:"Why it failed."`
	Overdue  bool       `json:"overdue" doc:"The last good one is older than twice its interval."`
	Held     int        `json:"held" doc:"Alerts from before a restore that wait for a resume."`
}

func (s *Server) backups(ctx context.Context, by team.Actor, _ *struct{}) (Backups, error) {
	if by.Role != team.Owner && by.Role != team.Admin {
		return Backups{}, fault.New(fault.Denied, "only an owner or an admin may see how backups stand")
	}
	b, err := s.act.Backups(ctx)
	if err != nil {
		return Backups{}, err
	}
	held, err := s.db.HeldAlerts(ctx)
	plan := s.db.Setup().BackupPlan()
	return Backups{
		Every: plan.Every.String(), Keep: plan.Keep, At: given(b.At), File: b.File, Host: b.Host, Bytes: b.Bytes, Rows: b.Rows,
		FailedAt: given(b.FailedAt), Why: b.Why, Overdue: b.Overdue(plan, s.db.Now()), Held: held,
	}, err
}

// given returns nil for no time.
func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// sentWithin bounds how long somebody may take to receive a backup.
const sentWithin = 6 * time.Hour

// takeBackup makes a backup in a folder of its own and sends it. It fails with
// Conflict while this node makes or sends another.
func (s *Server) takeBackup(ctx context.Context, by team.Actor, _ *struct{}) (*huma.StreamResponse, error) {
	if err := action.MayBackup(by); err != nil {
		return nil, err
	}
	if !s.backing.CompareAndSwap(false, true) {
		return nil, fault.New(fault.Conflict, "this server makes a backup for somebody already, or is still sending it; wait until they have it")
	}
	answer, err := s.makeBackup(ctx, by)
	if err != nil {
		s.backing.Store(false)
		return nil, err
	}
	return answer, nil
}

// makeBackup returns the answer that sends a new backup, and then lets the next
// one begin.
func (s *Server) makeBackup(ctx context.Context, by team.Actor) (*huma.StreamResponse, error) {
	if s.scratch != "" {
		if err := os.MkdirAll(s.scratch, 0o700); err != nil {
			return nil, fmt.Errorf("make the folder of backups: %w", err)
		}
	}
	folder, err := os.MkdirTemp(s.scratch, ".sending-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for a backup: %w", err)
	}
	c, err := s.act.Backup(ctx, by, filepath.Join(folder, "firehall.db"))
	if err != nil {
		_ = os.RemoveAll(folder)
		return nil, err
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		defer s.backing.Store(false)
		defer func() { _ = os.RemoveAll(folder) }()
		_, w := humago.Unwrap(h)
		if err := s.sendBackup(w, c); err != nil {
			s.log.WarnContext(ctx, "a backup could not be sent whole", "error", err)
			panic(http.ErrAbortHandler) // half a file must not look whole
		}
	}}, nil
}

// sendBackup answers with a backup, its length and its digest.
func (s *Server) sendBackup(w http.ResponseWriter, c store.Copy) error {
	f, err := os.Open(c.Path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_ = http.NewResponseController(w).SetWriteDeadline(s.db.Now().Add(sentWithin)) // a recorder has none
	h := w.Header()
	h.Set("Content-Type", "application/vnd.sqlite3")
	h.Set("Content-Length", strconv.FormatInt(c.Bytes, 10))
	h.Set("Content-Disposition", `attachment; filename="firehall-`+c.MadeAt.UTC().Format("20060102T150405Z")+`.db"`)
	h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum.Sum(nil))+":")
	h.Set("Firehall-Rows", strconv.FormatInt(c.Rows, 10))
	h.Set("Cache-Control", "no-store")
	_, err = io.Copy(w, f)
	return err
}

// Resumed is what was let go.
type Resumed struct {
	Alerts int `json:"alerts" doc:"How many alerts were held; 0 when none were."`
}

func (s *Server) resume(ctx context.Context, by team.Actor, _ *struct{}) (Resumed, error) {
	n, err := s.act.Resume(ctx, by)
	return Resumed{n}, err
}
