package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/route"
	"firehall/internal/schedule"
	"firehall/internal/service"
	"firehall/internal/team"
)

// Setup is everything that people set up, as of one version. It is shared by
// all who read and never changes.
type Setup struct {
	Version      int64
	Installation Installation
	People       map[id.Person]Person
	Teams        map[id.Team]Team
	Schedules    map[id.Schedule]schedule.Schedule
	Policies     map[id.Policy]Policy
	Services     map[id.Service]service.Service
	Sources      map[id.Source]route.Source
	Overrides    map[id.Schedule][]schedule.Override // in creation order

	byKey map[string]id.Source
	plans plans
}

// Person is somebody and how they want to be reached.
type Person struct {
	team.Person
	notify.Reach
	Off []OffSpan `json:"off,omitempty"` // when they were disabled, the oldest first
}

// Team is a team and its working hours.
type Team struct {
	team.Team
	Hours *Hours `json:"hours,omitempty"` // nil: weekdays 09:00–17:00 in each person's zone
}

// Hours are when low urgency may page.
type Hours struct {
	Zone    string            `json:"zone,omitempty"` // "": each person's
	Windows []schedule.Window `json:"windows"`
}

// Policy is a policy and its newest version, the one that new alerts hold.
type Policy struct {
	escalation.Policy
	Version id.PolicyVersion `json:"version"`
}

// Installation is this Firehall.
type Installation struct {
	Fallback     []escalation.Target `json:"fallback,omitempty"`
	HeartbeatURL string              `json:"heartbeat_url,omitempty"`
	Severity     map[string]string   `json:"severity,omitempty"` // sources' words → severities, on top of the default
	Backup       *BackupPlan         `json:"backup,omitempty"`   // nil: DefaultBackupPlan
}

// Kinds of setup documents.
const (
	KindInstallation = "installation"
	KindPerson       = "people"
	KindTeam         = "teams"
	KindSchedule     = "schedules"
	KindPolicy       = "policies"
	KindService      = "services"
	KindSource       = "sources"
)

// Setup returns the setup as this node knows it. A transaction that decides by
// it uses Tx.Setup.
func (d *DB) Setup() *Setup { return d.setup.Load() }

// Setup returns the setup as of this transaction.
func (tx *Tx) Setup(ctx context.Context) (*Setup, error) {
	if tx.known != nil {
		return tx.known, nil
	}
	version, err := tx.setupVersion(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the setup's version: %w", err)
	}
	tx.known = tx.db.setup.Load()
	switch {
	case tx.reload: // what only this transaction sees is nobody else's
		tx.known, err = tx.db.readSetup(ctx, tx.reader)
	case tx.known == nil || tx.known.Version != version: // another node changed it
		tx.known, err = tx.db.loadSetup(ctx, tx.reader)
	}
	return tx.known, err
}

// setupVersion reads the version of the setup; on PostgreSQL in the round trip
// that begins the transaction, when nothing was asked before.
func (tx *Tx) setupVersion(ctx context.Context) (int64, error) {
	if p, ok := tx.raw.(*pipeline); ok && p.fresh() {
		return p.begin(ctx, "SELECT version FROM setup_version WHERE one = 1")
	}
	return tx.q.SetupVersion(ctx)
}

// LockSetup is Setup, and keeps every other transaction from changing it until
// this one ends.
func (tx *Tx) LockSetup(ctx context.Context) (*Setup, error) {
	if _, err := tx.q.LockSetup(ctx); err != nil {
		return nil, fmt.Errorf("lock the setup: %w", err)
	}
	tx.known = nil // it may have changed while we waited
	return tx.Setup(ctx)
}

// FreshSetup returns the setup as committed, reloading it when another node
// changed it.
func (d *DB) FreshSetup(ctx context.Context) (*Setup, error) {
	version, err := d.q.SetupVersion(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the setup's version: %w", err)
	}
	if known := d.setup.Load(); known.Version == version {
		return known, nil
	}
	return d.loadSetup(ctx, d.reader)
}

// loadSetup reads the setup and keeps it unless a newer one is known.
func (d *DB) loadSetup(ctx context.Context, r reader) (*Setup, error) {
	s, err := d.readSetup(ctx, r)
	if err != nil {
		return nil, err
	}
	for {
		known := d.setup.Load()
		if known != nil && known.Version > s.Version {
			return known, nil
		}
		if d.setup.CompareAndSwap(known, s) {
			return s, nil
		}
	}
}

func (d *DB) readSetup(ctx context.Context, r reader) (*Setup, error) {
	version, err := r.q.SetupVersion(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the setup's version: %w", err)
	}
	docs, err := r.q.SetupDocs(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the setup: %w", err)
	}
	s := NewSetup()
	s.Version = version
	for _, row := range docs {
		if err := s.put(row.Kind, row.Name, row.Doc); err != nil {
			return nil, fmt.Errorf("read %s %s of the setup: %w", row.Kind, row.Name, err)
		}
	}
	overrides, err := r.q.Overrides(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the overrides: %w", err)
	}
	for _, row := range overrides {
		var o schedule.Override
		if err := json.Unmarshal(row.Doc, &o); err != nil {
			return nil, fmt.Errorf("read override %s: %w", row.ID, err)
		}
		s.Overrides[id.Schedule(row.Schedule)] = append(s.Overrides[id.Schedule(row.Schedule)], o)
	}
	return s, nil
}

// NewSetup returns an empty setup.
func NewSetup() *Setup {
	return &Setup{
		People: map[id.Person]Person{}, Teams: map[id.Team]Team{}, Schedules: map[id.Schedule]schedule.Schedule{},
		Policies: map[id.Policy]Policy{}, Services: map[id.Service]service.Service{}, Sources: map[id.Source]route.Source{},
		Overrides: map[id.Schedule][]schedule.Override{}, byKey: map[string]id.Source{},
	}
}

func (s *Setup) put(kind, name string, doc []byte) error {
	switch kind {
	case KindInstallation:
		return json.Unmarshal(doc, &s.Installation)
	case KindPerson:
		p, err := read[Person](doc)
		p.Name = id.Person(name)
		s.People[p.Name] = p
		return err
	case KindTeam:
		t, err := read[Team](doc)
		t.Name = id.Team(name)
		s.Teams[t.Name] = t
		return err
	case KindSchedule:
		c, err := read[schedule.Schedule](doc)
		c.Name = id.Schedule(name)
		s.Schedules[c.Name] = c
		return err
	case KindPolicy:
		p, err := read[Policy](doc)
		p.Name = id.Policy(name)
		s.Policies[p.Name] = p
		return err
	case KindService:
		v, err := read[service.Service](doc)
		v.Name = id.Service(name)
		s.Services[v.Name] = v
		return err
	case KindSource:
		v, err := read[route.Source](doc)
		v.Name = id.Source(name)
		s.Sources[v.Name] = v
		s.byKey[v.KeyHash] = v.Name
		return err
	}
	return fmt.Errorf("there is no kind %q", kind)
}

func read[T any](doc []byte) (T, error) {
	var v T
	err := json.Unmarshal(doc, &v)
	return v, err
}

// SourceByKey returns the source whose key has this hash.
func (s *Setup) SourceByKey(hash string) (route.Source, bool) {
	name, ok := s.byKey[hash]
	return s.Sources[name], ok
}

// Words returns how a service reads its sources' words for severities: the
// default, then the installation's, then its own.
func (s *Setup) Words(v service.Service) map[string]alert.Severity {
	words := alert.DefaultWords()
	for _, own := range []map[string]string{s.Installation.Severity, v.Severity} {
		for word, name := range own {
			if severity, ok := alert.SeverityNamed(name); ok {
				words[strings.ToLower(strings.TrimSpace(word))] = severity // as SeverityOf looks for it
			}
		}
	}
	return words
}

// UrgencyOf returns the urgency of each severity at a service.
func UrgencyOf(v service.Service) map[alert.Severity]alert.Urgency {
	out := alert.DefaultUrgency()
	for word, name := range v.Urgency {
		severity, ok := alert.SeverityNamed(word)
		urgency, ok2 := alert.UrgencyNamed(name)
		if ok && ok2 {
			out[severity] = urgency
		}
	}
	return out
}

// TeamsOf returns the teams that a person is a member or manager of, sorted.
func (s *Setup) TeamsOf(p id.Person) []id.Team {
	var out []id.Team
	for _, name := range slices.Sorted(maps.Keys(s.Teams)) {
		t := s.Teams[name]
		if slices.Contains(t.Members, p) || slices.Contains(t.Managers, p) {
			out = append(out, name)
		}
	}
	return out
}

// ManagedBy returns the teams that a person manages, sorted.
func (s *Setup) ManagedBy(p id.Person) []id.Team {
	var out []id.Team
	for _, name := range slices.Sorted(maps.Keys(s.Teams)) {
		if slices.Contains(s.Teams[name].Managers, p) {
			out = append(out, name)
		}
	}
	return out
}

// LaneOf returns the lane for the timers of a service: its team.
func (s *Setup) LaneOf(v id.Service) id.Team { return s.Services[v].Team }
