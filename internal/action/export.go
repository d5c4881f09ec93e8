package action

import (
	"context"
	"strings"

	"firehall/internal/escalation"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/route"
	"firehall/internal/schedule"
	"firehall/internal/service"
	"firehall/internal/store"
	"firehall/internal/team"
)

// Export returns the setup in the form of the setup file: applying it again
// changes nothing. It fails with Denied for anybody but an owner or an admin,
// because it holds everybody's addresses.
func (act *Actions) Export(ctx context.Context, by team.Actor) (SetupFile, error) {
	if err := by.MayRead(); err != nil {
		return SetupFile{}, err
	}
	if by.Role != team.Owner && by.Role != team.Admin {
		return SetupFile{}, fault.New(fault.Denied, "only an owner or an admin may export the setup: it holds everybody's addresses")
	}
	setup, err := act.DB.FreshSetup(ctx)
	if err != nil {
		return SetupFile{}, err
	}
	return fileOf(setup), nil
}

func fileOf(s *store.Setup) SetupFile {
	return SetupFile{
		Installation: installationFile(s.Installation),
		People:       formed(s.People, personFile),
		Teams:        formed(s.Teams, teamFile),
		Schedules:    formed(s.Schedules, scheduleFile),
		Policies:     formed(s.Policies, func(p store.Policy) PolicyFile { return policyFile(p.Policy) }),
		Services:     formed(s.Services, serviceFile),
		Sources:      formed(s.Sources, sourceFile),
	}
}

// formed returns things in another form, by their names.
func formed[K comparable, T, F any](things map[K]T, form func(T) F) map[K]F {
	out := make(map[K]F, len(things))
	for name, one := range things {
		out[name] = form(one)
	}
	return out
}

// installationFile returns nil when all is as it is at first.
func installationFile(in store.Installation) *InstallationFile {
	if len(in.Fallback) == 0 && in.HeartbeatURL == "" && len(in.Severity) == 0 && in.Backup == nil {
		return nil
	}
	return &InstallationFile{Fallback: in.Fallback, HeartbeatURL: in.HeartbeatURL, Severity: in.Severity, Backup: (*BackupFile)(in.Backup)}
}

func personFile(p store.Person) PersonFile {
	out := PersonFile{
		Name: p.FullName, Email: p.Email, Zone: p.Zone, Role: p.Role, Disabled: p.Disabled,
		Contacts: formed(p.Contacts, func(c notify.Contact) ContactFile { return ContactFile{Kind: c.Kind, To: c.To} }),
		Rules:    p.Rules,
	}
	if out.Role == team.Responder {
		out.Role = "" // the default
	}
	return out
}

func teamFile(t store.Team) TeamFile {
	out := TeamFile{Name: t.FullName, Managers: t.Managers, Members: t.Members}
	if out.Name == string(t.Name) {
		out.Name = ""
	}
	if t.Hours != nil {
		out.Hours = &HoursFile{Zone: t.Hours.Zone, Windows: t.Hours.Windows}
		if usualHours(t.Hours.Windows) {
			out.Hours.Windows = nil
		}
	}
	return out
}

func scheduleFile(s schedule.Schedule) ScheduleFile {
	out := ScheduleFile{Team: s.Team, Zone: s.Zone, Layers: []LayerFile{}}
	for _, l := range s.Layers() {
		out.Layers = append(out.Layers, layerFile(l))
	}
	return out
}

func layerFile(l schedule.Layer) LayerFile {
	out := LayerFile{
		Name: l.Name, Priority: l.Priority, Zone: l.Zone, ActiveFrom: l.ActiveFrom, ActiveUntil: l.ActiveUntil,
		Windows: l.Windows, Users: l.Users,
	}
	if r := l.Rotation; r != nil {
		out.Rotation = &RotationFile{Unit: r.Unit, Every: r.Every, Start: r.Start, Members: r.Members, Advance: r.Advance}
		if r.Every == 1 {
			out.Rotation.Every = 0 // the default
		}
	}
	return out
}

func policyFile(p escalation.Policy) PolicyFile {
	return PolicyFile{Team: p.Team, Steps: p.Steps, Repeat: p.Repeat, AckTimeout: p.AckTimeout, Fallback: p.Fallback}
}

func serviceFile(v service.Service) ServiceFile {
	return ServiceFile{Team: v.Team, Policy: v.Policy, Description: v.Description, Urgency: v.Urgency, Severity: v.Severity}
}

func sourceFile(s route.Source) SourceFile {
	return SourceFile{Kind: s.Kind, Service: s.Service, Fold: s.Fold, Limit: s.Limit}
}

// thing names one thing of the setup.
type thing struct{ kind, name string }

// path returns where the thing stands in the setup file.
func (t thing) path() string { return strings.TrimSuffix(dotted(t.kind, t.name), ".") }

func personThing(n id.Person) thing { return thing{store.KindPerson, string(n)} }
