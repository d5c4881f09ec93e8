package action

import (
	"maps"
	"slices"

	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/intake"
	"firehall/internal/route"
	"firehall/internal/schedule"
	"firehall/internal/service"
)

func (i fileItem) schedule(n id.Schedule) schedule.Schedule {
	i.only("team", "zone", "layers")
	s := schedule.Schedule{Name: n, Team: id.Team(i.text("team", "payments")), Zone: i.text("zone", "Europe/Lisbon")}
	var layers []schedule.Layer
	for _, at := range i.at("layers").asItems("[{name: weekly, rotation: {…}}]") {
		layers = append(layers, at.layer())
	}
	s.Revisions = []schedule.Revision{{Layers: layers}}
	if s.Team == "" {
		i.wrong.add(dotted(i.path, "team"), "a schedule is owned by a team; name it")
	}
	for _, f := range schedule.Validate(s) {
		if f.Path != "name" { // said already, where the name stands
			i.wrong.add(dotted(i.path, f.Path), "%s", f.Sentence)
		}
	}
	return s
}

func (i fileItem) layer() schedule.Layer {
	i.only("name", "priority", "zone", "active_from", "active_until", "windows", "users", "rotation")
	l := schedule.Layer{
		Name: i.text("name", "weekly"), Priority: i.whole("priority", 0), Zone: i.text("zone", "Europe/Lisbon"),
		ActiveFrom: i.text("active_from", "2026-11-03T12:00"), ActiveUntil: i.text("active_until", "2026-11-03T12:00"),
		Windows: i.windows(), Users: textsOf[id.Person](i.at("users"), "ana"),
	}
	if at := i.at("rotation"); at.value.shape != shapeNone {
		l.Rotation = at.rotation()
	}
	if len(l.Users) == 0 {
		l.Users = nil
	}
	return l
}

func (i fileItem) rotation() *schedule.Rotation {
	i.only("unit", "every", "start", "members", "advance")
	r := &schedule.Rotation{
		Unit: i.text("unit", "week"), Every: i.whole("every", 1), Start: i.text("start", "2026-11-03T12:00"), Advance: i.text("advance", "active"),
	}
	for _, at := range i.at("members").asItems("[ana, ben]") {
		if at.value.shape == shapeList {
			r.Members = append(r.Members, textsOf[id.Person](at, "ana"))
		} else {
			r.Members = append(r.Members, schedule.Turn{id.Person(at.asText("ana"))})
		}
	}
	return r
}

func (i fileItem) windows() []schedule.Window {
	var out []schedule.Window
	for _, at := range i.at("windows").asItems(`[{from: "09:00", to: "17:00"}]`) {
		at.only("days", "from", "to", "to_day")
		out = append(out, schedule.Window{
			Days: textsOf[string](at.at("days"), "mon"), From: at.text("from", "09:00"), To: at.text("to", "17:00"), ToDay: at.text("to_day", "tue"),
		})
	}
	return out
}

func (i fileItem) policy(n id.Policy) escalation.Policy {
	i.only("team", "steps", "repeat", "ack_timeout", "fallback")
	p := escalation.Policy{
		Name: n, Team: id.Team(i.text("team", "payments")), Repeat: i.whole("repeat", 0), AckTimeout: i.wait("ack_timeout"),
		Fallback: textsOf[escalation.Target](i.at("fallback"), `"person:ana"`),
	}
	for _, at := range i.at("steps").asItems(`[{page: ["person:ana"], wait: 5m}]`) {
		at.only("page", "wait", "acks")
		step := escalation.Step{Page: textsOf[escalation.Target](at.at("page"), `"person:ana"`), Wait: at.wait("wait"), Acks: at.whole("acks", 1)}
		if step.Acks == 1 {
			step.Acks = 0 // the default
		} else if step.Acks == 0 {
			step.Acks = -1 // written so: Validate refuses it
		}
		p.Steps = append(p.Steps, step)
	}
	if p.Team == "" {
		i.wrong.add(dotted(i.path, "team"), "a policy is owned by a team; name it")
	}
	i.wrong.under(i.path, p.Validate())
	return p
}

func (i fileItem) service(n id.Service) service.Service {
	i.only("team", "policy", "description", "urgency", "severity")
	v := service.Service{
		Name: n, Team: id.Team(i.text("team", "payments")), Policy: id.Policy(i.text("policy", "payments")),
		Description: i.text("description", "Takes the money"), Urgency: i.urgency(), Severity: i.severities(),
	}
	i.wrong.under(i.path, v.Validate())
	return v
}

// urgency reads one word or a map; nil when it is the default.
func (i fileItem) urgency() service.Urgency {
	at := i.at("urgency")
	own := service.Urgency{}
	if at.value.shape == shapeText {
		word := at.asText("high")
		if word != "high" && word != "low" && word != "none" {
			at.wrong.add(at.path, "%.40q is not an urgency; there are high, low and none", word)
			return nil
		}
		for severity := range ofDefault(nil) {
			own[severity] = word
		}
	} else {
		for severity, one := range i.words("urgency", "high, or {warning: high}") {
			own[severity] = one.asText("high")
		}
	}
	if full := ofDefault(own); !maps.Equal(full, ofDefault(nil)) {
		return full
	}
	return nil
}

func (i fileItem) source(n id.Source) route.Source {
	i.only("kind", "service", "fold", "limit", "key", "mapping")
	s := route.Source{
		Name: n, Kind: i.text("kind", "alertmanager"), Service: id.Service(i.text("service", "checkout")),
		Fold: i.text("fold", "group"), Limit: i.text("limit", "120/1m"), Key: i.text("key", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
	}
	if s.Fold == intake.FoldGroup {
		s.Fold = "" // the default
	}
	if at := i.at("key"); at.value.shape == shapeText && s.Key == "" {
		at.wrong.add(at.path, "this key is empty; leave it out to keep the one that is there, or to have one made")
	}
	if at := i.at("mapping"); at.value.shape != shapeNone {
		at.wrong.add(at.path, "this version has no mappings: a generic source takes {summary, key, severity, status, details, links} only")
	}
	i.wrong.under(i.path, s.Validate(sourceKinds()))
	return s
}

func sourceKinds() []string {
	var names []string
	for _, k := range intake.Kinds() {
		names = append(names, k.Name)
	}
	return slices.Compact(names)
}
