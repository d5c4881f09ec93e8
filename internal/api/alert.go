package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"firehall/internal/alert"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/store"
	"firehall/internal/team"
)

// Alert is an alert as the API shows it.
type Alert struct {
	ID         id.Alert          `json:"id"`
	Key        string            `json:"key" doc:"Signals with the same key fold into the same unresolved alert of a service."`
	Service    id.Service        `json:"service"`
	Source     id.Source         `json:"source,omitempty" doc:"The source that opened it; absent when a person did."`
	Summary    string            `json:"summary"`
	Severity   string            `json:"severity" enum:"critical,error,warning,info"`
	Urgency    string            `json:"urgency" enum:"high,low,none"`
	Status     alert.Status      `json:"status" enum:"triggered,acknowledged,suppressed,resolved"`
	Owner      *id.Person        `json:"owner" doc:"Who has it; null is nobody."`
	Signals    int               `json:"signals" doc:"Signals folded into it, at least 1."`
	Members    int               `json:"members,omitempty" doc:"Of a group: the problems that it has had."`
	Firing     int               `json:"firing,omitempty" doc:"Of a group: those that are still there."`
	Policy     id.Policy         `json:"policy,omitempty"`
	Next       *Next             `json:"next" doc:"What happens when nobody does anything; null when nothing is planned."`
	OpenedAt   time.Time         `json:"opened_at"`
	AckedAt    *time.Time        `json:"acked_at,omitempty" doc:"When somebody took it on, the last time."`
	Until      *time.Time        `json:"until,omitempty" doc:"When the acknowledgement or the snooze ends."`
	ResolvedAt *time.Time        `json:"resolved_at,omitempty"`
	MergedInto id.Alert          `json:"merged_into,omitempty" doc:"The alert that carries it on."`
	Details    map[string]string `json:"details,omitempty"`
	Links      []alert.Link      `json:"links,omitempty" nullable:"false"`
	URL        string            `json:"url" doc:"Its page for people."`
}

// Next is what happens to an alert when nobody does anything.
type Next struct {
	At   *time.Time  `json:"at,omitempty" doc:"Absent while it is held since a restore."`
	What string      `json:"what" example:"pages step 2"`
	Who  []id.Person `json:"who" nullable:"false" doc:"Who would be told then, by the setup of now."`
}

// shown returns an alert as the API shows it.
func (s *Server) shown(ctx context.Context, setup *store.Setup, a alert.Alert) (Alert, error) {
	out := Alert{
		ID: a.ID, Key: a.Key, Service: a.Service, Source: a.Source, Summary: a.Summary, Severity: a.Severity.String(),
		Urgency: a.Urgency.String(), Status: a.Status, Signals: a.Signals, OpenedAt: a.OpenedAt, AckedAt: moment(a.AckedAt),
		Until: moment(a.HoldUntil), ResolvedAt: moment(a.ResolvedAt), MergedInto: a.MergedInto, Details: a.Details, Links: a.Links,
		URL: s.publicURL + "/alerts/" + string(a.ID),
	}
	if a.Owner != "" {
		out.Owner = &a.Owner
	}
	policy, err := s.act.Policy(ctx, s.db, a.Policy)
	if err != nil {
		return out, err
	}
	out.Policy = policy.Name
	next, err := s.act.Next(ctx, s.db, setup, a)
	if err != nil {
		return out, err
	}
	if next.What != "" {
		out.Next = &Next{At: moment(next.At), What: next.What, Who: orEmpty(next.Who)}
	}
	if a.Resends { // only such alerts have members
		out.Members, out.Firing, err = s.db.CountMembers(ctx, a.ID)
	}
	return out, err
}

// moment returns a time, nil for none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// orEmpty returns a list that is [] in JSON, never null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// alertsIn says which alerts to list.
type alertsIn struct {
	Status  string     `query:"status" doc:"A comma list of open, triggered, acknowledged, suppressed and resolved; all when absent. Open is triggered and acknowledged."`
	Service id.Service `query:"service" doc:"Only alerts of this service."`
	Text    string     `query:"q" doc:"Only alerts with this text in summary, key or service."`
	Paging
}

// alerts lists alerts, the newest first. With a text a part may be shorter
// than its limit though there is more.
func (s *Server) alerts(ctx context.Context, _ team.Actor, in *alertsIn) (list[Alert], error) {
	statuses, err := statusesOf(in.Status)
	if err != nil {
		return list[Alert]{}, err
	}
	before, err := in.after()
	if err != nil {
		return list[Alert]{}, err
	}
	found, next, err := s.db.Alerts(ctx, store.AlertFilter{
		Statuses: statuses, Service: in.Service, Text: in.Text, Before: id.Alert(before), Limit: in.limit(50),
	})
	if err != nil {
		return list[Alert]{}, err
	}
	setup := s.db.Setup()
	out := list[Alert]{Items: make([]Alert, len(found)), NextCursor: cursorAt(string(next))}
	for i, a := range found {
		if out.Items[i], err = s.shown(ctx, setup, a); err != nil {
			return list[Alert]{}, err
		}
	}
	return out, nil
}

var words = map[string][]alert.Status{
	"open":      {alert.Triggered, alert.Acknowledged},
	"triggered": {alert.Triggered}, "acknowledged": {alert.Acknowledged}, "suppressed": {alert.Suppressed}, "resolved": {alert.Resolved},
}

// statusesOf reads a comma list; "" is none.
func statusesOf(text string) ([]alert.Status, error) {
	var out []alert.Status
	for word := range strings.SplitSeq(text, ",") {
		word = strings.TrimSpace(word)
		found, ok := words[word]
		if !ok && text != "" {
			return nil, fault.At("query.status", "there is no status %.40q; there are open, triggered, acknowledged, suppressed and resolved", word)
		}
		for _, status := range found {
			if !slices.Contains(out, status) {
				out = append(out, status)
			}
		}
	}
	return out, nil
}

// AlertIn names an alert.
type AlertIn struct {
	ID id.Alert `path:"id" doc:"The alert's id."`
}

func (s *Server) alert(ctx context.Context, _ team.Actor, in *AlertIn) (Alert, error) {
	a, err := s.db.Alert(ctx, in.ID)
	if err != nil {
		return Alert{}, err
	}
	return s.shown(ctx, s.db.Setup(), a)
}

// members lists the problems in a group, sorted by key.
func (s *Server) members(ctx context.Context, _ team.Actor, in *struct {
	AlertIn
	Paging
},
) (list[alert.Member], error) {
	if _, err := s.db.Alert(ctx, in.ID); err != nil {
		return list[alert.Member]{}, err
	}
	all, err := s.db.Members(ctx, in.ID)
	if err != nil {
		return list[alert.Member]{}, err
	}
	return part(all, in.Paging, func(m alert.Member) string { return m.Key })
}
