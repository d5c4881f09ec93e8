package api

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// Deed is one line of the audit log.
type Deed struct {
	ID     string         `json:"id"`
	At     time.Time      `json:"at"`
	Actor  string         `json:"actor" doc:"A person's name, or a token's."`
	Action string         `json:"action" example:"apply"`
	Target string         `json:"target"`
	Doc    map[string]any `json:"doc" doc:"What it was; it holds no secrets."`
}

// auditIn is which part of the audit log is asked for, and how.
type auditIn struct {
	Paging
	From   time.Time `query:"from" doc:"Only from then on; RFC 3339."`
	Until  time.Time `query:"to" doc:"Only before then; RFC 3339."`
	Format string    `query:"format" enum:"json,csv" doc:"csv: all of the range at once, the oldest first, for a spreadsheet; json (the default): a list, the newest first."`
}

// audit lists who changed what, the newest first, or writes all of it as CSV.
func (s *Server) audit(ctx context.Context, by team.Actor, in *auditIn) (*streamed, error) {
	if by.Role != team.Owner && by.Role != team.Admin {
		return nil, fault.New(fault.Denied, "only an owner or an admin may read the audit log")
	}
	if in.Format == "csv" {
		return &streamed{Body: func(out huma.Context) { s.auditCSV(ctx, out, in) }}, nil
	}
	part, err := s.auditPart(ctx, in)
	if err != nil {
		return nil, err
	}
	return jsonOf(part)
}

func (s *Server) auditPart(ctx context.Context, in *auditIn) (list[Deed], error) {
	before, err := in.after()
	if err != nil {
		return list[Deed]{}, err
	}
	if before == "" && !in.Until.IsZero() {
		before = id.At("audit_", in.Until)
	}
	limit := in.limit(50)
	found, err := s.db.AuditLog(ctx, before, limit+1)
	if err != nil {
		return list[Deed]{}, err
	}
	if !in.From.IsZero() {
		found = slices.DeleteFunc(found, func(d store.Deed) bool { return d.At.Before(in.From) })
	}
	out := list[Deed]{Items: make([]Deed, min(len(found), limit))}
	if len(found) > limit {
		out.NextCursor = cursorAt(found[limit-1].ID)
	}
	for i := range out.Items {
		d := found[i]
		out.Items[i] = Deed{ID: d.ID, At: d.At, Actor: d.Actor, Action: d.Action, Target: d.Target, Doc: d.Doc}
	}
	return out, nil
}

// auditCSV writes the audit log as CSV, a part at a time. When reading fails in
// the middle the connection is broken off, so that a part is never taken for
// all of it.
func (s *Server) auditCSV(ctx context.Context, out huma.Context, in *auditIn) {
	out.SetHeader("Content-Type", "text/csv; charset=utf-8")
	out.SetHeader("Content-Disposition", `attachment; filename="firehall-audit.csv"`)
	out.SetStatus(http.StatusOK)
	w := csv.NewWriter(out.BodyWriter())
	_ = w.Write([]string{"at", "actor", "action", "target", "what", "id"})
	err := s.db.EachDeed(ctx, in.From, in.Until, func(d store.Deed) error {
		what, err := json.Marshal(d.Doc)
		if err != nil {
			return err
		}
		row := []string{d.At.Format(time.RFC3339Nano), d.Actor, d.Action, d.Target, string(what), d.ID}
		for i := range row {
			row[i] = noFormula(row[i])
		}
		return w.Write(row)
	})
	w.Flush()
	if err = errors.Join(err, w.Error()); err != nil {
		s.log.WarnContext(ctx, "an export of the audit log was cut short", "id", requestOf(ctx), "error", err)
		panic(http.ErrAbortHandler)
	}
}

// noFormula returns a cell that a spreadsheet shows and does not compute.
func noFormula(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// raw is a message as it came.
type raw struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Source      string `header:"Firehall-Source" doc:"The source that it came through."`
	Kind        string `header:"Firehall-Kind" doc:"The source's kind."`
	Size        int    `header:"Firehall-Size" doc:"How many bytes arrived; of a message that was too large only the first are kept."`
	Body        []byte
}

// message returns the bytes of a message, for those who may act on alerts:
// they may hold what a source should not have sent.
func (s *Server) message(ctx context.Context, by team.Actor, in *struct {
	ID id.Message `path:"id" doc:"The message's id."`
},
) (*raw, error) {
	if err := by.MayRespond(); err != nil {
		return nil, err
	}
	m, err := s.db.Message(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &raw{
		ContentType: "application/octet-stream", Disposition: "attachment", Source: string(m.Source), Kind: m.Kind, Size: m.Size, Body: m.Body,
	}, nil
}
