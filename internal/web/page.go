package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/timeline"
	"firehall/internal/ui"
)

// PageScreen is what a page's link opens: the alert, and one huge button. It
// needs no session and no script; opening it changes nothing.
type PageScreen struct {
	Act       *action.Actions
	DB        *store.DB
	OpenToken func(token string) (id.Page, bool) // false for a token that we did not make
	Now       func() time.Time
	Log       *slog.Logger
}

// screen is a PageScreen that is ready to answer.
type screen struct {
	PageScreen
	answerer
}

// Routes lists what is answered below /p/. Whoever logs requests must leave
// their paths out: they hold tokens.
func (p PageScreen) Routes() []Route {
	s := screen{p, answerer{p.Log, ui.PageSheet()}}
	return []Route{
		{"GET /p/{token}", s.handler(s.show)},
		{"GET /p/{token}/{do}", s.handler(s.look)},
		{"POST /p/{token}", s.handler(s.act)},
		{"POST /p/{token}/{do}", s.handler(s.act)},
		{"/p/", s.handler(s.elsewhere)},
	}
}

// show answers with the screen. It only reads.
func (s screen) show(w http.ResponseWriter, r *http.Request) error {
	l, err := s.follow(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return s.screen(w, r, l, http.StatusOK, refusedPost{})
}

// look sends somebody who opened the link of an action to the screen, where
// they can press the button.
func (s screen) look(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, pathPage(r.PathValue("token")), http.StatusSeeOther)
	return nil
}

// elsewhere answers what is no path of ours, and methods that do nothing.
func (s screen) elsewhere(w http.ResponseWriter, r *http.Request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodPost {
		return noSuchPage()
	}
	w.Header().Set("Allow", "GET, HEAD, POST")
	return &refusal{http.StatusMethodNotAllowed, "That does nothing here", "A page's link takes GET to look and POST to act"}
}

// refusedPost is a post that changed nothing.
type refusedPost struct {
	why  string // a sentence
	note string // what they typed, so that it is not lost
}

// screen answers with the screen as it is now; after says which post it
// follows, if one that changed nothing.
func (s screen) screen(w http.ResponseWriter, r *http.Request, l link, status int, after refusedPost) error {
	st, err := s.read(r.Context(), l)
	if err != nil {
		return err
	}
	v := st.view()
	if after.why != "" {
		v.refuse(after)
	}
	s.page(r.Context(), w, status, pageScreen(s.sheet, v))
	return nil
}

// act does what a post asks for. A person is sent back to the screen; a
// program gets the alert as it then stands.
func (s screen) act(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	l, err := s.follow(ctx, r.PathValue("token"))
	if err != nil {
		return err
	}
	o, err := orderOf(w, r)
	if err != nil {
		return err
	}
	a, err := s.carryOut(ctx, l, o)
	switch {
	case err != nil && fault.Of(err) != nil && !wantsJSON(r):
		return s.unchanged(w, r, l, o, err)
	case err != nil:
		return err
	case wantsJSON(r):
		writeJSON(w, "application/json", http.StatusOK, outcomeOf(a))
		return nil
	}
	http.Redirect(w, r, pathPage(l.token), http.StatusSeeOther)
	return nil
}

// unchanged answers a person whose post changed nothing with the screen as it
// is now, saying why, and with what they typed.
func (s screen) unchanged(w http.ResponseWriter, r *http.Request, l link, o order, err error) error {
	why := refused(err)
	l, gone := s.about(r.Context(), l)
	if gone != nil {
		return gone
	}
	return s.screen(w, r, l, why.status, refusedPost{sentence(why.sentence), o.Note})
}

// carryOut does what an order asks for. A note that came along is written
// first, so that nothing typed is lost.
func (s screen) carryOut(ctx context.Context, l link, o order) (alert.Alert, error) {
	by, n := l.actor(), l.alert.ID
	tap := action.Tap{How: byLink, Seen: o.Seen}
	if o.Do == doDecline {
		return s.Act.Decline(ctx, by, n, o.Note, tap)
	}
	if o.Do == doNote || o.Note != "" && l.alert.Status != alert.Resolved {
		a, err := s.note(ctx, l, o)
		if err != nil || o.Do == doNote {
			return a, err
		}
	}
	switch o.Do {
	case doEscalate:
		return s.Act.EscalateOnce(ctx, by, n, tap)
	case doResolve:
		return s.resolve(ctx, l)
	}
	return s.Act.Acknowledge(ctx, by, n, byLink)
}

// note writes a note. Through a link that is for alerts that are not over.
func (s screen) note(ctx context.Context, l link, o order) (alert.Alert, error) {
	if l.alert.Status == alert.Resolved {
		return l.alert, fault.New(fault.Conflict, `this alert is resolved, and its link takes no more notes; write it with "firehall note" or by the API`)
	}
	return s.Act.Note(ctx, l.actor(), l.alert.ID, o.Note, byLink)
}

// resolve closes the alert. When this person closed it already, it was a
// second tap.
func (s screen) resolve(ctx context.Context, l link) (alert.Alert, error) {
	a, err := s.Act.Resolve(ctx, l.actor(), l.alert.ID, byLink)
	if !fault.Is(err, fault.Conflict) {
		return a, err
	}
	entries, bad := s.DB.LastEntries(ctx, l.alert.ID, maxEntries)
	if bad != nil {
		return a, bad
	}
	if e, ok := newest(entries, timeline.Resolved); !ok || e.By != l.page.Person {
		return a, err
	}
	return s.DB.Alert(ctx, l.alert.ID)
}

// outcomeJSON is what a program learns from a post.
type outcomeJSON struct {
	Alert  id.Alert     `json:"alert"`
	Status alert.Status `json:"status"`
	Owner  id.Person    `json:"owner,omitempty"` // who has it
	Until  *time.Time   `json:"until,omitempty"` // when that ends
}

func outcomeOf(a alert.Alert) outcomeJSON {
	out := outcomeJSON{Alert: a.ID, Status: a.Status, Owner: a.Owner}
	if !a.HoldUntil.IsZero() {
		until := a.HoldUntil.UTC().Truncate(time.Second)
		out.Until = &until
	}
	return out
}
