package action

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/secret"
	"firehall/internal/store"
	"firehall/internal/team"
)

// ErrNoToken is what Authenticate fails with when a token is of no use: it is
// unknown, over, or its person is disabled or gone. Doors answer it with 401.
var ErrNoToken = errors.New("this needs a valid token; send it as Authorization: Bearer <token>")

// TokenInput is a token as somebody asks for it.
type TokenInput struct {
	Name      string       // what it is for; 1 to 100 bytes
	Person    id.Person    // "" acts for the installation, with Role
	Role      team.Role    // only without a person
	Scopes    []team.Scope // at least one
	ExpiresAt time.Time    // zero is never
}

// MakeToken makes a token and returns it with its plain text, which is kept
// nowhere. Anybody may make one for themselves, an owner or admin also for
// others and for the installation; nobody one that may more than they may. It
// fails with Denied, and with Invalid and the fields that are wrong.
func (act *Actions) MakeToken(ctx context.Context, by team.Actor, in TokenInput) (store.Token, string, error) {
	plain := secret.NewToken()
	var out store.Token
	err := act.DB.Do(ctx, func(tx *store.Tx) error {
		setup, err := tx.LockSetup(ctx) // nobody deletes the person meanwhile
		if err != nil {
			return err
		}
		if err := mayHandleTokens(by, in.Person, roleOf(setup, in.Person, in.Role)); err != nil {
			return err
		}
		if err := validToken(by, setup, in, tx.Now); err != nil {
			return err
		}
		out = store.Token{
			ID: id.Token(tx.NewID(id.PrefixToken)), Hash: act.Secret.HashKey(plain), Name: in.Name, Person: in.Person, Role: in.Role,
			Scopes: in.Scopes, CreatedAt: tx.Now, CreatedBy: label(by), ExpiresAt: in.ExpiresAt.UTC().Truncate(time.Microsecond),
		}
		if err := tx.AddToken(ctx, out); err != nil {
			return err
		}
		return tx.Audit(ctx, tokenDeed(by, "token.create", out))
	})
	if err != nil {
		return store.Token{}, "", err
	}
	return out, plain, nil
}

// RevokeToken ends a token at once. It fails with NotFound when there is none
// that the actor may see.
func (act *Actions) RevokeToken(ctx context.Context, by team.Actor, n id.Token) error {
	return act.DB.Do(ctx, func(tx *store.Tx) error {
		setup, err := tx.Setup(ctx)
		if err != nil {
			return err
		}
		all, err := tx.Tokens(ctx)
		if err != nil {
			return err
		}
		gone := fault.New(fault.NotFound, "there is no token %.64s", n)
		at := slices.IndexFunc(all, func(t store.Token) bool { return t.ID == n })
		if at < 0 {
			return gone
		}
		t := all[at]
		if err := mayHandleTokens(by, t.Person, roleOf(setup, t.Person, t.Role)); err != nil {
			if by.Role == team.Owner || by.Role == team.Admin {
				return err
			}
			return gone
		}
		if err := tx.DeleteToken(ctx, n); err != nil {
			return err
		}
		return tx.Audit(ctx, tokenDeed(by, "token.revoke", t))
	})
}

// roleOf returns the role with which a token acts.
func roleOf(setup *store.Setup, n id.Person, own team.Role) team.Role {
	if n == "" {
		return own
	}
	return personRole(setup.People[n])
}

func personRole(p store.Person) team.Role {
	if p.Role == "" {
		return team.Responder
	}
	return p.Role
}

// mayHandleTokens fails with Denied when the actor may not make or end the
// tokens of a person, or of the installation, that act with a role.
func mayHandleTokens(by team.Actor, of id.Person, role team.Role) error {
	if by.Scopes != nil && !slices.Contains(by.Scopes, team.ScopeSetup) {
		return fault.New(fault.Denied, "this token may not handle tokens; that needs one with the scope setup")
	}
	if of != "" && of == by.Person {
		return nil
	}
	if err := by.MaySetup(); err != nil {
		return fault.New(fault.Denied, "only an owner or an admin may handle the tokens of others and of the installation")
	}
	if role == team.Owner && by.Role != team.Owner {
		return fault.New(fault.Denied, "only an owner may handle the tokens of an owner")
	}
	return nil
}

func validToken(by team.Actor, setup *store.Setup, in TokenInput, now time.Time) error {
	var wrong problems
	if n := len(strings.TrimSpace(in.Name)); n == 0 || len(in.Name) > 100 || strings.ContainsAny(in.Name, "\r\n\x00") {
		wrong.add("name", "say in 1 to 100 bytes, on one line, what the token is for")
	}
	switch {
	case in.Person != "" && in.Role != "":
		wrong.add("role", "a token of a person has their role; leave this out")
	case in.Person != "":
		here(&wrong, "person", setup, in.Person)
	case !slices.Contains(team.Roles, in.Role):
		wrong.add("role", "a token without a person needs a role; there are owner, admin, responder and observer")
	}
	if setup.People[in.Person].Disabled {
		wrong.add("person", "%s is disabled; their tokens are of no use", in.Person)
	}
	if len(in.Scopes) == 0 {
		wrong.add("scopes", "name at least one scope; there are read, respond and setup")
	}
	for i, s := range in.Scopes {
		path := indexed("scopes", i)
		switch {
		case !slices.Contains(team.Scopes, s):
			wrong.add(path, "%.40q is not a scope; there are read, respond and setup", string(s))
		case by.Scopes != nil && widest(s, by.Scopes):
			wrong.add(path, "the token in use may not %s, so it cannot make one that may", s)
		}
	}
	if !in.ExpiresAt.IsZero() && !in.ExpiresAt.After(now) {
		wrong.add("expires_at", "this is over already; name a time to come, or leave it out")
	}
	if in.ExpiresAt.UTC().Year() > 9999 {
		wrong.add("expires_at", "this is after the year 9999; name a time before, or leave it out")
	}
	if !by.Until.IsZero() && (in.ExpiresAt.IsZero() || in.ExpiresAt.After(by.Until)) {
		wrong.add("expires_at", "the token in use ends at %s, so it cannot make one that lasts longer", by.Until.UTC().Format(time.RFC3339))
	}
	return wrong.fault("the token cannot be made")
}

// widest says whether a scope is wider than all of have.
func widest(s team.Scope, have []team.Scope) bool {
	for _, h := range have {
		if slices.Index(team.Scopes, h) >= slices.Index(team.Scopes, s) {
			return false
		}
	}
	return true
}

func tokenDeed(by team.Actor, action string, t store.Token) store.Deed {
	return store.Deed{Actor: label(by), Action: action, Target: string(t.ID), Doc: map[string]any{
		"name": t.Name, "person": t.Person, "role": t.Role, "scopes": t.Scopes, "expires_at": t.ExpiresAt,
	}}
}

// deleteTokens ends all tokens of a person.
func deleteTokens(ctx context.Context, tx *store.Tx, n id.Person) error {
	all, err := tx.Tokens(ctx)
	if err != nil {
		return err
	}
	for _, t := range all {
		if t.Person != n {
			continue
		}
		if err := tx.DeleteToken(ctx, t.ID); err != nil {
			return err
		}
	}
	return nil
}

// Authenticate returns who a token acts as. It asks the database each time, so
// a token that was revoked is of no use at once, on every node. It fails with
// ErrNoToken.
func (act *Actions) Authenticate(ctx context.Context, plain string) (team.Actor, error) {
	if !strings.HasPrefix(plain, secret.TokenPrefix) {
		return team.Actor{}, ErrNoToken
	}
	t, err := act.DB.TokenByHash(ctx, act.Secret.HashKey(plain))
	if fault.Is(err, fault.NotFound) {
		return team.Actor{}, ErrNoToken
	}
	if err != nil {
		return team.Actor{}, err
	}
	now := act.DB.Now()
	if !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt) {
		return team.Actor{}, ErrNoToken
	}
	setup, err := act.DB.FreshSetup(ctx)
	if err != nil {
		return team.Actor{}, err
	}
	actor, ok := actorOf(setup, t)
	if !ok {
		return team.Actor{}, ErrNoToken
	}
	act.used(ctx, t, now)
	return actor, nil
}

func actorOf(setup *store.Setup, t store.Token) (team.Actor, bool) {
	actor := team.Actor{Label: "token " + t.Name, Role: t.Role, Scopes: t.Scopes, Until: t.ExpiresAt}
	if t.Person == "" {
		return actor, true
	}
	one, ok := setup.People[t.Person]
	if !ok || one.Disabled {
		return actor, false
	}
	actor.Person, actor.Role, actor.Manages = t.Person, personRole(one), setup.ManagedBy(t.Person)
	return actor, true
}

// used notes, to the minute, that a token was used. That it could not be noted
// is no reason to turn anybody away.
func (act *Actions) used(ctx context.Context, t store.Token, now time.Time) {
	if now.Sub(t.UsedAt) < time.Minute {
		return
	}
	err := act.DB.Do(ctx, func(tx *store.Tx) error { return tx.UseToken(ctx, t.ID) })
	if err != nil && ctx.Err() == nil {
		act.Log.Warn("the use of a token could not be noted", "token", t.ID, "error", err)
	}
}
