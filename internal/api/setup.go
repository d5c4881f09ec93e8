package api

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"

	"firehall/internal/action"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/route"
	"firehall/internal/schedule"
	"firehall/internal/service"
	"firehall/internal/span"
	"firehall/internal/store"
	"firehall/internal/team"
)

// Team owns services, schedules and policies.
type Team struct {
	Name     id.Team     `json:"name"`
	FullName string      `json:"full_name"`
	Managers []id.Person `json:"managers" nullable:"false"`
	Members  []id.Person `json:"members" nullable:"false"`
	Hours    Hours       `json:"hours" doc:"When low urgency may page."`
}

// Hours are when low urgency may page.
type Hours struct {
	Zone    string            `json:"zone,omitempty" doc:"Absent: each person's own."`
	Windows []schedule.Window `json:"windows" nullable:"false"`
}

func teamOf(t store.Team) Team {
	out := Team{Name: t.Name, FullName: t.FullName, Managers: orEmpty(t.Managers), Members: orEmpty(t.Members)}
	out.Hours.Windows = store.WorkingHours()
	if t.Hours != nil {
		out.Hours = Hours{t.Hours.Zone, orEmpty(t.Hours.Windows)}
	}
	return out
}

func (s *Server) teams(_ context.Context, _ team.Actor, in *Paging) (list[Team], error) {
	return named(s.db.Setup().Teams, *in, teamOf, func(t Team) string { return string(t.Name) })
}

func (s *Server) team(_ context.Context, _ team.Actor, in *struct {
	Name id.Team `path:"name" doc:"The team's name."`
},
) (Team, error) {
	known := s.db.Setup().Teams
	return teamOf(known[in.Name]), missing("team", "teams", in.Name, known)
}

// Service is something people depend on.
type Service struct {
	Name        id.Service        `json:"name"`
	Team        id.Team           `json:"team"`
	Policy      id.Policy         `json:"policy"`
	Description string            `json:"description,omitempty"`
	Urgency     map[string]string `json:"urgency" doc:"What each severity means here."`
	Severity    map[string]string `json:"severity,omitempty" doc:"Sources' words for severities, on top of the installation's."`
}

func serviceOf(v service.Service) Service {
	out := Service{Name: v.Name, Team: v.Team, Policy: v.Policy, Description: v.Description, Urgency: map[string]string{}, Severity: maps.Clone(v.Severity)}
	for severity, urgency := range store.UrgencyOf(v) {
		out.Urgency[severity.String()] = urgency.String()
	}
	return out
}

func (s *Server) services(_ context.Context, _ team.Actor, in *Paging) (list[Service], error) {
	return named(s.db.Setup().Services, *in, serviceOf, func(v Service) string { return string(v.Name) })
}

func (s *Server) service(_ context.Context, _ team.Actor, in *struct {
	Name id.Service `path:"name" doc:"The service's name."`
},
) (Service, error) {
	known := s.db.Setup().Services
	return serviceOf(known[in.Name]), missing("service", "services", in.Name, known)
}

// Policy says who is paged, in which steps, with which waits.
type Policy struct {
	Name       id.Policy           `json:"name"`
	Team       id.Team             `json:"team"`
	Version    id.PolicyVersion    `json:"version" doc:"What new alerts hold; a version never changes."`
	Steps      []Step              `json:"steps" nullable:"false"`
	Repeat     int                 `json:"repeat" doc:"The steps run once more than this."`
	AckTimeout span.Duration       `json:"ack_timeout,omitempty" doc:"Absent: an acknowledgement does not lapse."`
	Fallback   []escalation.Target `json:"fallback" nullable:"false" doc:"Empty: the installation's."`
}

// Step is one step of a policy.
type Step struct {
	Page []escalation.Target `json:"page" nullable:"false"`
	Wait span.Duration       `json:"wait" doc:"Until the next step, counted from the page."`
}

func policyOf(p store.Policy) Policy {
	out := Policy{
		Name: p.Name, Team: p.Team, Version: p.Version, Steps: []Step{}, Repeat: p.Repeat, AckTimeout: p.AckTimeout,
		Fallback: orEmpty(p.Fallback),
	}
	for _, step := range p.Steps {
		out.Steps = append(out.Steps, Step{orEmpty(step.Page), step.Wait})
	}
	return out
}

func (s *Server) policies(_ context.Context, _ team.Actor, in *Paging) (list[Policy], error) {
	return named(s.db.Setup().Policies, *in, policyOf, func(p Policy) string { return string(p.Name) })
}

func (s *Server) policy(_ context.Context, _ team.Actor, in *struct {
	Name id.Policy `path:"name" doc:"The policy's name."`
},
) (Policy, error) {
	known := s.db.Setup().Policies
	return policyOf(known[in.Name]), missing("policy", "policies", in.Name, known)
}

// Source is a door for messages. Its key is never shown.
type Source struct {
	Name    id.Source  `json:"name"`
	Kind    string     `json:"kind"`
	Service id.Service `json:"service"`
	Fold    string     `json:"fold" enum:"group,each"`
	Limit   string     `json:"limit,omitempty" doc:"Messages it may send, like 120/1m; absent: any number."`
}

func sourceOf(v route.Source) Source {
	return Source{Name: v.Name, Kind: v.Kind, Service: v.Service, Fold: cmp.Or(v.Fold, "group"), Limit: v.Limit}
}

func (s *Server) sources(_ context.Context, _ team.Actor, in *Paging) (list[Source], error) {
	return named(s.db.Setup().Sources, *in, sourceOf, func(v Source) string { return string(v.Name) })
}

func (s *Server) source(_ context.Context, _ team.Actor, in *struct {
	Name id.Source `path:"name" doc:"The source's name."`
},
) (Source, error) {
	known := s.db.Setup().Sources
	return sourceOf(known[in.Name]), missing("source", "sources", in.Name, known)
}

// setupPath is where a setup file is applied.
const setupPath = "/setup/apply"

// applyIn is a setup file.
type applyIn struct {
	Body struct {
		Setup     json.RawMessage `json:"setup" doc:"The setup file as JSON; {env: NAME} is for the firehall command to put in."`
		DryRun    bool            `json:"dry_run,omitempty" doc:"Say what would change, and change nothing."`
		Prune     bool            `json:"prune,omitempty" doc:"Delete what is not in the file."`
		Overwrite bool            `json:"overwrite,omitempty" doc:"Undo what others changed since your file was last applied; without it that is answered 409, with each field."`
	}
}

func (s *Server) apply(ctx context.Context, by team.Actor, in *applyIn) (action.Plan, error) {
	return s.act.Apply(ctx, by, in.Body.Setup, action.ApplyOptions{DryRun: in.Body.DryRun, Prune: in.Body.Prune, Overwrite: in.Body.Overwrite})
}

func (s *Server) export(ctx context.Context, by team.Actor, _ *struct{}) (json.RawMessage, error) {
	file, err := s.act.Export(ctx, by)
	if err != nil {
		return nil, err
	}
	return json.Marshal(file)
}
