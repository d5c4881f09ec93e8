package store

import (
	"context"
	"strings"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store/db"
	"firehall/internal/team"
)

// Token lets a program use the API as a person or as the installation.
type Token struct {
	ID        id.Token
	Hash      string // never the token
	Name      string
	Person    id.Person    // "" acts for the installation, with Role
	Role      team.Role    // only without a person
	Scopes    []team.Scope // none may nothing
	CreatedAt time.Time
	CreatedBy string
	ExpiresAt time.Time // zero is never
	UsedAt    time.Time // to the minute; zero is never
}

func tokenOf(row db.Token) Token {
	t := Token{
		ID: id.Token(row.ID), Hash: row.Hash, Name: row.Name, Person: id.Person(row.Person), Role: team.Role(row.Role),
		CreatedAt: instant(row.CreatedAt), CreatedBy: row.CreatedBy, ExpiresAt: instant(row.ExpiresAt), UsedAt: instant(row.UsedAt),
		Scopes: []team.Scope{}, // nil is what somebody has who is signed in: everything
	}
	for _, s := range strings.Fields(row.Scopes) {
		t.Scopes = append(t.Scopes, team.Scope(s))
	}
	return t
}

// AddToken keeps a token's hash.
func (tx *Tx) AddToken(ctx context.Context, t Token) error {
	words := make([]string, len(t.Scopes))
	for i, s := range t.Scopes {
		words[i] = string(s)
	}
	return tx.q.AddToken(ctx, db.AddTokenParams{
		ID: string(t.ID), Hash: t.Hash, Name: t.Name, Person: string(t.Person), Role: string(t.Role), Scopes: strings.Join(words, " "),
		CreatedAt: micros(t.CreatedAt), CreatedBy: t.CreatedBy, ExpiresAt: micros(t.ExpiresAt),
	})
}

// TokenByHash returns the token with a hash. It fails with NotFound when there
// is none.
func (r reader) TokenByHash(ctx context.Context, hash string) (Token, error) {
	row, err := r.q.TokenByHash(ctx, hash)
	if none(err) {
		return Token{}, fault.New(fault.NotFound, "there is no such token")
	}
	return tokenOf(row), err
}

// Tokens returns all tokens, the oldest first.
func (r reader) Tokens(ctx context.Context) ([]Token, error) {
	rows, err := r.q.Tokens(ctx)
	out := make([]Token, len(rows))
	for i, row := range rows {
		out[i] = tokenOf(row)
	}
	return out, err
}

// DeleteToken ends a token. It fails with NotFound when there is none.
func (tx *Tx) DeleteToken(ctx context.Context, n id.Token) error {
	gone, err := tx.q.DeleteToken(ctx, string(n))
	if err == nil && gone == 0 {
		return fault.New(fault.NotFound, "there is no token %s", n)
	}
	return err
}

// UseToken notes that a token was used, at most once a minute.
func (tx *Tx) UseToken(ctx context.Context, n id.Token) error {
	return tx.q.UseToken(ctx, db.UseTokenParams{ID: string(n), At: micros(tx.Now), Before: micros(tx.Now.Add(-time.Minute))})
}
