package action

import (
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/schedule"
	"firehall/internal/service"
	"firehall/internal/span"
	"firehall/internal/team"
)

// SetupFile is a setup in the form of the setup file: without secrets, and
// without what is a default. In JSON its order is always the same.
type SetupFile struct {
	Installation *InstallationFile            `json:"installation,omitempty"`
	People       map[id.Person]PersonFile     `json:"people,omitempty"`
	Teams        map[id.Team]TeamFile         `json:"teams,omitempty"`
	Schedules    map[id.Schedule]ScheduleFile `json:"schedules,omitempty"`
	Policies     map[id.Policy]PolicyFile     `json:"policies,omitempty"`
	Services     map[id.Service]ServiceFile   `json:"services,omitempty"`
	Sources      map[id.Source]SourceFile     `json:"sources,omitempty"`
}

// InstallationFile is the installation in the setup file.
type InstallationFile struct {
	Fallback     []escalation.Target `json:"fallback,omitempty"`
	HeartbeatURL string              `json:"heartbeat_url,omitempty"`
	Severity     map[string]string   `json:"severity,omitempty"`
	Backup       *BackupFile         `json:"backup,omitempty"`
}

// PersonFile is a person in the setup file.
type PersonFile struct {
	Name     string                   `json:"name"`
	Email    string                   `json:"email,omitempty"`
	Zone     string                   `json:"zone,omitempty"`
	Role     team.Role                `json:"role,omitempty"`
	Disabled bool                     `json:"disabled,omitempty"`
	Contacts map[string]ContactFile   `json:"contacts,omitempty"`
	Rules    map[string][]notify.Rule `json:"rules,omitempty"`
}

// ContactFile is a contact in the setup file.
type ContactFile struct {
	Kind string `json:"kind"`
	To   string `json:"to"`
}

// TeamFile is a team in the setup file.
type TeamFile struct {
	Name     string      `json:"name,omitempty"`
	Managers []id.Person `json:"managers,omitempty"`
	Members  []id.Person `json:"members,omitempty"`
	Hours    *HoursFile  `json:"hours,omitempty"`
}

// HoursFile is a team's working hours in the setup file.
type HoursFile struct {
	Zone    string            `json:"zone,omitempty"`
	Windows []schedule.Window `json:"windows,omitempty"`
}

// ScheduleFile is a schedule in the setup file.
type ScheduleFile struct {
	Team   id.Team     `json:"team"`
	Zone   string      `json:"zone"`
	Layers []LayerFile `json:"layers"`
}

// LayerFile is a layer in the setup file.
type LayerFile struct {
	Name        string            `json:"name"`
	Priority    int               `json:"priority,omitempty"`
	Zone        string            `json:"zone,omitempty"`
	ActiveFrom  string            `json:"active_from,omitempty"`
	ActiveUntil string            `json:"active_until,omitempty"`
	Windows     []schedule.Window `json:"windows,omitempty"`
	Users       []id.Person       `json:"users,omitempty"`
	Rotation    *RotationFile     `json:"rotation,omitempty"`
}

// RotationFile is a rotation in the setup file.
type RotationFile struct {
	Unit    string          `json:"unit"`
	Every   int             `json:"every,omitempty"`
	Start   string          `json:"start"`
	Members []schedule.Turn `json:"members"`
	Advance string          `json:"advance,omitempty"`
}

// PolicyFile is a policy in the setup file.
type PolicyFile struct {
	Team       id.Team             `json:"team"`
	Steps      []escalation.Step   `json:"steps"`
	Repeat     int                 `json:"repeat,omitempty"`
	AckTimeout span.Duration       `json:"ack_timeout,omitempty"`
	Fallback   []escalation.Target `json:"fallback,omitempty"`
}

// ServiceFile is a service in the setup file.
type ServiceFile struct {
	Team        id.Team           `json:"team"`
	Policy      id.Policy         `json:"policy"`
	Description string            `json:"description,omitempty"`
	Urgency     service.Urgency   `json:"urgency,omitzero"`
	Severity    map[string]string `json:"severity,omitempty"`
}

// SourceFile is a source in the setup file.
type SourceFile struct {
	Kind    string     `json:"kind"`
	Service id.Service `json:"service"`
	Fold    string     `json:"fold,omitempty"`
	Limit   string     `json:"limit,omitempty"`
}
