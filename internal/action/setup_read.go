package action

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/route"
	"firehall/internal/schedule"
	"firehall/internal/service"
	"firehall/internal/store"
	"firehall/internal/team"
)

// sections are the keys of a setup file, in the order in which they are
// written and changed.
var sections = []string{
	store.KindInstallation, store.KindPerson, store.KindTeam, store.KindSchedule, store.KindPolicy, store.KindService, store.KindSource,
}

// setupDraft is what a setup file says. What is not in the file is not in it.
type setupDraft struct {
	installation *store.Installation
	people       map[id.Person]store.Person
	teams        map[id.Team]store.Team
	schedules    map[id.Schedule]schedule.Schedule // their layers are their only revision
	policies     map[id.Policy]escalation.Policy
	services     map[id.Service]service.Service
	sources      map[id.Source]route.Source
}

// readDraft reads a setup file and notes in wrong what each thing in it has
// wrong by itself. It fails when the file cannot be read at all.
func readDraft(raw []byte, rules contactRules, wrong *problems) (*setupDraft, error) {
	v, err := parseSetup(raw, wrong)
	if err != nil {
		return nil, err
	}
	d := &setupDraft{
		people: map[id.Person]store.Person{}, teams: map[id.Team]store.Team{}, schedules: map[id.Schedule]schedule.Schedule{},
		policies: map[id.Policy]escalation.Policy{}, services: map[id.Service]service.Service{}, sources: map[id.Source]route.Source{},
	}
	file := fileItem{value: v, wrong: wrong}
	file.only(sections...)
	if at := file.at(store.KindInstallation); at.value.shape != shapeNone {
		d.installation = at.installation(rules)
	}
	for name, at := range file.named(store.KindPerson) {
		d.people[id.Person(name)] = at.person(id.Person(name), rules)
	}
	for name, at := range file.named(store.KindTeam) {
		d.teams[id.Team(name)] = at.team(id.Team(name))
	}
	for name, at := range file.named(store.KindSchedule) {
		d.schedules[id.Schedule(name)] = at.schedule(id.Schedule(name))
	}
	for name, at := range file.named(store.KindPolicy) {
		d.policies[id.Policy(name)] = at.policy(id.Policy(name))
	}
	for name, at := range file.named(store.KindService) {
		d.services[id.Service(name)] = at.service(id.Service(name))
	}
	for name, at := range file.named(store.KindSource) {
		d.sources[id.Source(name)] = at.source(id.Source(name))
	}
	return d, nil
}

func (i fileItem) installation(rules contactRules) *store.Installation {
	i.only("fallback", "heartbeat_url", "severity", "backup")
	out := &store.Installation{
		Fallback:     textsOf[escalation.Target](i.at("fallback"), `"person:ana"`),
		HeartbeatURL: i.text("heartbeat_url", "https://hc.example/abc"),
		Severity:     i.severities(),
		Backup:       i.at("backup").backupPlan(),
	}
	if out.HeartbeatURL != "" {
		i.at("heartbeat_url").outside(out.HeartbeatURL, rules)
	}
	return out
}

// outside notes what is wrong with a URL that Firehall is to call.
func (i fileItem) outside(raw string, rules contactRules) {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		i.wrong.add(i.path, "this is not a URL; write it like https://hc.example/abc")
		return
	}
	for _, f := range rules.problems(notify.Contact{Kind: "webhook", To: raw}) {
		i.wrong.add(i.path, "%s", f.Sentence)
	}
}

// severities reads a map of sources' words to severities.
func (i fileItem) severities() map[string]string {
	out := map[string]string{}
	for word, at := range i.words("severity", "{urgent: critical}") {
		name := at.asText("critical")
		key := strings.ToLower(strings.TrimSpace(word))
		_, known := alert.SeverityNamed(name)
		switch {
		case !known:
			at.wrong.add(at.path, "%.40q is not a severity; there are critical, error, warning and info", name)
		case key == "" || out[key] != "":
			at.wrong.add(at.path, "this word is empty or there twice; case and space around it do not count")
		}
		out[key] = name
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (i fileItem) person(n id.Person, rules contactRules) store.Person {
	i.only("name", "email", "zone", "role", "disabled", "contacts", "rules")
	p := store.Person{
		Person: team.Person{
			Name: n, FullName: i.text("name", "Ana Reis"), Email: i.text("email", "ana@example.com"), Zone: i.text("zone", "Europe/Lisbon"),
			Role: cmp.Or(team.Role(i.text("role", "responder")), team.Responder), Disabled: i.flag("disabled"),
		},
		Reach: notify.Reach{Contacts: i.contacts(rules), Rules: i.rules()},
	}
	i.wrong.under(i.path, p.Person.Validate())
	i.wrong.under(i.path, p.Reach.Validate(rules.kinds))
	return p
}

func (i fileItem) contacts(rules contactRules) map[string]notify.Contact {
	out := map[string]notify.Contact{}
	for name, at := range i.named("contacts") {
		at.only("kind", "to", "secret")
		c := notify.Contact{Kind: at.text("kind", "email"), To: at.text("to", "ana@example.com"), Secret: at.secret("secret")}
		switch known := slices.Contains(rules.kinds, c.Kind); {
		case !known:
			at.wrong.add(dotted(at.path, "kind"), "there is no kind of contact %q; there are %s", c.Kind, strings.Join(rules.kinds, ", "))
		case c.To != "":
			at.wrong.under(at.path, rules.problems(notify.Contact{Kind: c.Kind, To: c.To}))
		}
		out[name] = c
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// maxSecret is the longest secret of a contact, in bytes.
const maxSecret = 500

func (i fileItem) secret(key string) string {
	at := i.at(key)
	s := at.asText("…")
	if at.value.shape == shapeText && (s == "" || len(s) > maxSecret) {
		at.wrong.add(at.path, "a secret has 1 to %d bytes; leave it out to keep the one that is there, or to have one made", maxSecret)
	}
	return s
}

func (i fileItem) rules() map[string][]notify.Rule {
	out := map[string][]notify.Rule{}
	for urgency, at := range i.words("rules", "{high: [{via: [mail]}]}") {
		var list []notify.Rule
		for _, one := range at.asItems("[{via: [mail]}]") {
			one.only("via", "after")
			list = append(list, notify.Rule{Via: textsOf[string](one.at("via"), "mail"), After: one.wait("after")})
		}
		if len(list) > 0 || (urgency != "high" && urgency != "low") {
			out[urgency] = list
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (i fileItem) team(n id.Team) store.Team {
	i.only("name", "managers", "members", "hours")
	t := store.Team{Team: team.Team{
		Name: n, FullName: cmp.Or(i.text("name", "Payments"), string(n)),
		Managers: textsOf[id.Person](i.at("managers"), "ana"), Members: textsOf[id.Person](i.at("members"), "ana"),
	}}
	if len(t.FullName) > 200 {
		i.wrong.add(dotted(i.path, "name"), "a team has a name of at most 200 bytes")
	}
	if at := i.at("hours"); at.value.shape != shapeNone {
		t.Hours = at.hours()
	}
	return t
}

// hours reads working hours; nil when they are the default.
func (i fileItem) hours() *store.Hours {
	i.only("zone", "windows")
	h := store.Hours{Zone: i.text("zone", "Europe/Lisbon"), Windows: i.windows()}
	if len(h.Windows) == 0 {
		h.Windows = store.WorkingHours()
	}
	for _, f := range schedule.Validate(store.HoursSchedule(cmp.Or(h.Zone, "UTC"), h.Windows)) {
		i.wrong.add(dotted(i.path, strings.TrimPrefix(f.Path, "layers[0].")), "%s", f.Sentence)
	}
	if h.Zone == "" && usualHours(h.Windows) {
		return nil
	}
	return &h
}

func usualHours(windows []schedule.Window) bool {
	return slices.EqualFunc(windows, store.WorkingHours(), func(a, b schedule.Window) bool {
		return a.From == b.From && a.To == b.To && a.ToDay == b.ToDay && slices.Equal(a.Days, b.Days)
	})
}

// ofDefault fills the severities that a service's own map does not name.
func ofDefault(own service.Urgency) service.Urgency {
	out := service.Urgency{}
	for severity, urgency := range alert.DefaultUrgency() {
		out[severity.String()] = urgency.String()
	}
	maps.Copy(out, own)
	return out
}
