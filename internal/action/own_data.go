package action

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/schedule"
	"firehall/internal/store"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// OwnData is everything that Firehall keeps about one person.
type OwnData struct {
	Person    id.Person           `json:"person"`
	At        time.Time           `json:"at"` // as of when
	Profile   PersonFile          `json:"profile"`
	Disabled  []store.OffSpan     `json:"disabled,omitempty"` // when they were
	Teams     []id.Team           `json:"teams"`
	Manages   []id.Team           `json:"manages"`
	Proofs    []OwnProof          `json:"proofs"`  // what is known of their contacts, by name
	Applied   []OwnBase           `json:"applied"` // what their setup file last said of each thing
	Tokens    []OwnToken          `json:"tokens"`
	Shifts    []OwnShift          `json:"shifts"`    // of the two years before and the 90 days ahead, the oldest first
	Overrides []schedule.Override `json:"overrides"` // that name them, and hold
	Pages     []OwnPage           `json:"pages"`     // the oldest first
	Actions   []OwnEntry          `json:"actions"`   // what they did and wrote, and what was recorded about them, by alert
	Audit     []OwnDeed           `json:"audit"`     // what they changed in the setup, and what was changed about them
}

// OwnProof is what is known about whether a contact works.
type OwnProof struct {
	Contact     string    `json:"contact"`
	TestedAt    time.Time `json:"tested_at,omitzero"`    // when a test last got through
	DeliveredAt time.Time `json:"delivered_at,omitzero"` // when anything last got through
	FailedAt    time.Time `json:"failed_at,omitzero"`    // when anything last failed for good
	Why         string    `json:"why,omitempty"`         // the words of that failure
}

// OwnBase is what somebody's setup file last said of a thing.
type OwnBase struct {
	Kind string          `json:"kind"`
	Name string          `json:"name"` // "" for the installation
	Form json.RawMessage `json:"form"`
}

// OwnToken is a token, never its text.
type OwnToken struct {
	ID        id.Token     `json:"id"`
	Name      string       `json:"name"`
	Scopes    []team.Scope `json:"scopes"`
	CreatedAt time.Time    `json:"created_at"`
	ExpiresAt time.Time    `json:"expires_at,omitzero"`
	UsedAt    time.Time    `json:"used_at,omitzero"`
}

// OwnShift is a time on call.
type OwnShift struct {
	Schedule id.Schedule `json:"schedule"`
	From     time.Time   `json:"from"`
	Until    time.Time   `json:"until"`
}

// OwnPage is one time that they were asked to look at an alert.
type OwnPage struct {
	ID      id.Page    `json:"id"`
	Alert   id.Alert   `json:"alert"`
	Service id.Service `json:"service"`
	Summary string     `json:"summary"`
	At      time.Time  `json:"at"`
	Reason  string     `json:"reason"`
	Sends   []OwnSend  `json:"sends"`
}

// OwnSend is one message to them and what became of it.
type OwnSend struct {
	ID         id.Send           `json:"id"`
	Contact    string            `json:"contact"`
	Channel    string            `json:"channel"`
	Status     notify.SendStatus `json:"status"`
	DueAt      time.Time         `json:"due_at"`
	FinishedAt time.Time         `json:"finished_at,omitzero"`
	Attempts   int               `json:"attempts"`
	Words      string            `json:"words,omitempty"` // the provider's last
}

// OwnEntry is an entry of an alert's timeline.
type OwnEntry struct {
	Alert id.Alert      `json:"alert"`
	At    time.Time     `json:"at"`
	Kind  timeline.Kind `json:"kind"`
	timeline.Entry
}

// OwnDeed is a line of the audit log.
type OwnDeed struct {
	At     time.Time      `json:"at"`
	Actor  string         `json:"actor"`
	Action string         `json:"action"`
	Target string         `json:"target"`
	Doc    map[string]any `json:"doc,omitempty"`
}

// How far shifts are listed.
const (
	ownPast  = 2 * 366 * 24 * time.Hour
	ownAhead = 90 * 24 * time.Hour
)

// ErrExporting says that this node exports somebody's data already.
var ErrExporting = errors.New("somebody's data is being exported here already, and that reads the whole record; try again in a minute")

// OwnData returns everything about a person: to themselves, an owner or an
// admin. It reads the whole record, so it is slow on a large one, and one at a
// time: it fails with ErrExporting while another runs. It fails with Denied,
// and with NotFound when there is nobody of that name.
func (act *Actions) OwnData(ctx context.Context, by team.Actor, n id.Person) (OwnData, error) {
	if err := by.MayRead(); err != nil {
		return OwnData{}, err
	}
	if n == "" {
		return OwnData{}, fault.New(fault.Invalid, "this token belongs to no person; use one of the person's own, or name the person")
	}
	if n != by.Person && by.Role != team.Owner && by.Role != team.Admin {
		return OwnData{}, fault.New(fault.Denied, "only the person, an owner or an admin may export what is kept about somebody")
	}
	setup, err := act.DB.FreshSetup(ctx)
	if err != nil {
		return OwnData{}, err
	}
	one, ok := setup.People[n]
	if !ok {
		return OwnData{}, Missing("person", "people", n, setup.People)
	}
	if !act.exporting.CompareAndSwap(false, true) {
		return OwnData{}, ErrExporting
	}
	defer act.exporting.Store(false)
	out := OwnData{
		Person: n, At: act.DB.Now().UTC(), Profile: personFile(one), Disabled: one.Off,
		Teams: listOf(setup.TeamsOf(n)), Manages: listOf(setup.ManagedBy(n)),
		Proofs: []OwnProof{}, Applied: []OwnBase{}, Tokens: []OwnToken{}, Shifts: []OwnShift{}, Overrides: []schedule.Override{}, Pages: []OwnPage{}, Actions: []OwnEntry{}, Audit: []OwnDeed{},
	}
	if err := out.planned(setup); err != nil {
		return OwnData{}, err
	}
	return out, out.recorded(ctx, act.DB)
}

func listOf[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// planned adds what schedules say.
func (o *OwnData) planned(setup *store.Setup) error {
	for _, name := range slices.Sorted(maps.Keys(setup.Schedules)) {
		named := slices.ContainsFunc(setup.Schedules[name].Revisions, func(r schedule.Revision) bool { return revisionNames(r, o.Person) })
		for _, one := range setup.Overrides[name] {
			if overrideNames(one, o.Person) || one.By == o.Person {
				o.Overrides = append(o.Overrides, one)
				named = true
			}
		}
		if !named {
			continue
		}
		plan, err := setup.Plan(name)
		if err != nil {
			return err
		}
		for _, shift := range plan.Shifts(o.At.Add(-ownPast), o.At.Add(ownAhead)) {
			if slices.Contains(shift.People, o.Person) {
				o.Shifts = append(o.Shifts, OwnShift{name, shift.From, shift.Until})
			}
		}
	}
	slices.SortStableFunc(o.Shifts, func(a, b OwnShift) int { return a.From.Compare(b.From) })
	return nil
}

// recorded adds what was recorded.
func (o *OwnData) recorded(ctx context.Context, db *store.DB) error {
	tokens, err := db.Tokens(ctx)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if t.Person == o.Person {
			o.Tokens = append(o.Tokens, OwnToken{t.ID, t.Name, t.Scopes, t.CreatedAt, t.ExpiresAt, t.UsedAt})
		}
	}
	if err := o.known(ctx, db); err != nil {
		return err
	}
	if err := o.pages(ctx, db); err != nil {
		return err
	}
	if err := db.EachEntryNaming(ctx, o.Person, func(e timeline.Entry) {
		o.Actions = append(o.Actions, OwnEntry{Alert: e.Alert, At: e.At, Kind: e.Kind, Entry: e})
	}); err != nil {
		return err
	}
	return db.EachDeed(ctx, time.Time{}, time.Time{}, func(d store.Deed) error {
		if d.Actor == string(o.Person) || d.Target == string(o.Person) || names(d.Doc, o.Person) {
			o.Audit = append(o.Audit, OwnDeed{d.At, d.Actor, d.Action, d.Target, d.Doc})
		}
		return nil
	})
}

// known adds what is known of their contacts, and what they applied.
func (o *OwnData) known(ctx context.Context, db *store.DB) error {
	proofs, err := db.ContactProofs(ctx)
	if err != nil {
		return err
	}
	for of, p := range proofs {
		if of.Person == o.Person {
			o.Proofs = append(o.Proofs, OwnProof{of.Contact, p.TestedAt, p.DeliveredAt, p.FailedAt, p.Why})
		}
	}
	slices.SortFunc(o.Proofs, func(a, b OwnProof) int { return strings.Compare(a.Contact, b.Contact) })
	bases, err := db.Bases(ctx, string(o.Person))
	if err != nil {
		return err
	}
	for t, b := range bases {
		o.Applied = append(o.Applied, OwnBase{t.Kind, t.Name, json.RawMessage(b.Form)})
	}
	slices.SortFunc(o.Applied, func(a, b OwnBase) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	return nil
}

// names says whether the document of a deed is about somebody.
func names(doc map[string]any, n id.Person) bool {
	text, err := json.Marshal(doc)
	return err == nil && (bytes.Contains(text, []byte(`"`+string(n)+`"`)) || bytes.Contains(text, []byte("people."+string(n)+":")) ||
		bytes.Contains(text, []byte("people."+string(n)+`"`)))
}

func (o *OwnData) pages(ctx context.Context, db *store.DB) error {
	sends := map[id.Page][]OwnSend{}
	seen := map[id.Alert]bool{}
	return db.EachPageTo(ctx, o.Person, func(p notify.Page) error {
		a, err := db.Alert(ctx, p.Alert)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if !seen[p.Alert] {
			seen[p.Alert] = true
			all, err := db.SendsOf(ctx, p.Alert)
			if err != nil {
				return err
			}
			for _, s := range all {
				if s.Person == o.Person {
					sends[s.Page] = append(sends[s.Page], OwnSend{s.ID, s.Contact, s.Channel, s.Status, s.DueAt, s.FinishedAt, s.Attempts, s.Words})
				}
			}
		}
		o.Pages = append(o.Pages, OwnPage{p.ID, p.Alert, a.Service, a.Summary, p.CreatedAt, p.Reason, listOf(sends[p.ID])})
		return nil
	})
}
