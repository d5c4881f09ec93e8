package api

import (
	"context"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
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

// audit lists who changed what, the newest first.
func (s *Server) audit(ctx context.Context, by team.Actor, in *Paging) (list[Deed], error) {
	if by.Role != team.Owner && by.Role != team.Admin {
		return list[Deed]{}, fault.New(fault.Denied, "only an owner or an admin may read the audit log")
	}
	before, err := in.after()
	if err != nil {
		return list[Deed]{}, err
	}
	limit := in.limit(50)
	found, err := s.db.AuditLog(ctx, before, limit+1)
	if err != nil {
		return list[Deed]{}, err
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
