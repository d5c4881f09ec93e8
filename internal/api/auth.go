package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"firehall/internal/action"
	"firehall/internal/route"
	"firehall/internal/team"
)

// signIn tells who asks.
type signIn struct {
	bootstrap [sha256.Size]byte // of the bootstrap token
	enabled   bool              // there is one
	remote    func(*http.Request) netip.Addr

	mu     sync.Mutex
	failed route.Limits // by address
}

// guessing is how many tokens that are none an address may try.
var guessing = route.Rate{Count: 30, Per: time.Minute}

// maxAddresses is how many addresses with failures are remembered.
const maxAddresses = 10_000

func newSignIn(o Options) *signIn {
	in := &signIn{bootstrap: sha256.Sum256([]byte(o.Bootstrap)), enabled: o.Bootstrap != "", remote: o.Remote}
	in.failed.Max = maxAddresses
	if in.remote == nil {
		in.remote = otherEnd
	}
	return in
}

func otherEnd(r *http.Request) netip.Addr {
	at, _ := netip.ParseAddrPort(r.RemoteAddr) // anything else is one caller
	return at.Addr()
}

// guesses counts a failure and returns how long its address is to wait; 0 while
// it has not failed too often.
func (in *signIn) guesses(r *http.Request, now time.Time) time.Duration {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.failed.Take(route.Peer(in.remote(r)), guessing, now)
}

// bearer returns the token of a request.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// actor returns who asks. It fails with action.ErrNoToken without a valid
// token, and with a *tooMany for an address that has tried too many. It never
// delays a valid one.
func (s *Server) actor(r *http.Request) (team.Actor, error) {
	token := bearer(r)
	if token == "" {
		return team.Actor{}, action.ErrNoToken
	}
	sum := sha256.Sum256([]byte(token))
	if subtle.ConstantTimeCompare(sum[:], s.signIn.bootstrap[:]) == 1 && s.signIn.enabled {
		return team.Actor{Label: "the bootstrap token", Role: team.Owner}, nil
	}
	by, err := s.act.Authenticate(r.Context(), token)
	if errors.Is(err, action.ErrNoToken) {
		if wait := s.signIn.guesses(r, s.db.Now()); wait > 0 {
			return by, &tooMany{wait}
		}
	}
	return by, err
}

// tooMany is the error of an address that has failed to sign in too often.
type tooMany struct{ wait time.Duration }

func (t *tooMany) Error() string {
	return "too many tokens that are not valid came from this address; try again in " + t.seconds() + " s"
}

func (t *tooMany) seconds() string {
	return strconv.Itoa(max(1, int((t.wait+time.Second-1)/time.Second)))
}

type (
	actorKey   struct{}
	requestKey struct{}
)

func actorOf(ctx context.Context) team.Actor {
	by, _ := ctx.Value(actorKey{}).(team.Actor)
	return by
}

func requestOf(ctx context.Context) string {
	n, _ := ctx.Value(requestKey{}).(string)
	return n
}

// guard lets pass who has a valid token, with the whole body read.
func (s *Server) guard(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), requestKey{}, secure(w.Header()))
		by, err := s.actor(r)
		if err != nil {
			write(w, s.problem(ctx, r.Pattern, err))
			return
		}
		if wrong := readWhole(r); wrong != nil {
			write(w, wrong)
			return
		}
		next(w, r.WithContext(context.WithValue(ctx, actorKey{}, by)))
	})
}

// readWhole reads the body of a request into memory.
func readWhole(r *http.Request) *refused {
	if !isText(r.URL) {
		return refuse(http.StatusUnprocessableEntity, "the address of this request holds bytes that are no text")
	}
	limit := int64(bodyLimit)
	if r.URL.Path == base+setupPath || r.URL.Path == base+lintPath {
		limit = setupLimit
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	switch {
	case err != nil:
		return refuse(http.StatusBadRequest, "the body could not be read to its end")
	case int64(len(body)) > limit:
		return refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is too large; at most %d bytes are taken here", limit))
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// isText says whether an address is UTF-8 without NUL: no database takes
// anything else.
func isText(u *url.URL) bool {
	query, err := url.QueryUnescape(u.RawQuery)
	whole := u.Path + query
	return err == nil && utf8.ValidString(whole) && !strings.ContainsRune(whole, 0)
}

// secure sets the headers of every answer and returns the request's id.
func secure(h http.Header) string {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	n := h.Get("X-Request-Id")
	if n == "" {
		var b [8]byte
		_, _ = rand.Read(b[:]) // it never fails
		n = hex.EncodeToString(b[:])
		h.Set("X-Request-Id", n)
	}
	return n
}
