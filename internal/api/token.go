package api

import (
	"context"
	"time"

	"firehall/internal/action"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// Token lets a script use the API.
type Token struct {
	ID        id.Token     `json:"id"`
	Name      string       `json:"name" doc:"What it is for."`
	Person    id.Person    `json:"person,omitempty" doc:"Absent: it acts for the installation, with its role."`
	Role      team.Role    `json:"role,omitempty" enum:"owner,admin,responder,observer" doc:"Only without a person."`
	Scopes    []team.Scope `json:"scopes" nullable:"false" enum:"read,respond,setup"`
	CreatedAt time.Time    `json:"created_at"`
	CreatedBy string       `json:"created_by"`
	ExpiresAt *time.Time   `json:"expires_at,omitempty" doc:"Absent: never."`
	UsedAt    *time.Time   `json:"used_at,omitempty" doc:"To the minute; absent: never."`
	Token     string       `json:"token,omitempty" doc:"The token itself: only in the answer that made it."`
}

func tokenOf(t store.Token, plain string) Token {
	return Token{
		ID: t.ID, Name: t.Name, Person: t.Person, Role: t.Role, Scopes: orEmpty(t.Scopes), CreatedAt: t.CreatedAt, CreatedBy: t.CreatedBy,
		ExpiresAt: moment(t.ExpiresAt), UsedAt: moment(t.UsedAt), Token: plain,
	}
}

// tokens lists the tokens that somebody may see: an owner or admin all, others
// their own.
func (s *Server) tokens(ctx context.Context, by team.Actor, in *Paging) (list[Token], error) {
	all, err := s.db.Tokens(ctx)
	if err != nil {
		return list[Token]{}, err
	}
	out := []Token{}
	for _, t := range all {
		if by.MaySetup() == nil || (by.Person != "" && t.Person == by.Person) {
			out = append(out, tokenOf(t, ""))
		}
	}
	return part(out, *in, func(t Token) string { return string(t.ID) })
}

// tokenIn is a token as somebody asks for it.
type tokenIn struct {
	Body struct {
		Name      string       `json:"name" doc:"What it is for."`
		Person    id.Person    `json:"person,omitempty" doc:"Who it acts as; absent: the installation."`
		Role      team.Role    `json:"role,omitempty" enum:"owner,admin,responder,observer" doc:"Only without a person."`
		Scopes    []team.Scope `json:"scopes" nullable:"false" enum:"read,respond,setup" doc:"What it may be used for; each includes those before it."`
		ExpiresAt *time.Time   `json:"expires_at,omitempty" doc:"Absent: never."`
	}
}

func (s *Server) makeToken(ctx context.Context, by team.Actor, in *tokenIn) (Token, error) {
	b := in.Body
	input := action.TokenInput{Name: b.Name, Person: b.Person, Role: b.Role, Scopes: b.Scopes}
	if b.ExpiresAt != nil {
		input.ExpiresAt = *b.ExpiresAt
	}
	t, plain, err := s.act.MakeToken(ctx, by, input)
	return tokenOf(t, plain), err
}

func (s *Server) revokeToken(ctx context.Context, by team.Actor, in *struct {
	ID id.Token `path:"id" doc:"The token's id."`
},
) (*none, error) {
	return nil, s.act.RevokeToken(ctx, by, in.ID)
}
