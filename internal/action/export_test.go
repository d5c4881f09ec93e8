package action_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"firehall/internal/action"
	"firehall/internal/fault"
	"firehall/internal/pgtest"
	"firehall/internal/store"
	"firehall/internal/team"
)

func TestExportIsForOwnersAndAdmins(t *testing.T) {
	w := newSetupWorld(t, setupSQLite(t))
	for role, ok := range map[team.Role]bool{team.Owner: true, team.Admin: true, team.Responder: false, team.Observer: false} {
		_, err := w.act.Export(t.Context(), team.Actor{Role: role, Scopes: []team.Scope{team.ScopeRead}})
		if ok && err != nil || !ok && !fault.Is(err, fault.Denied) {
			t.Errorf("%s: got %v", role, err)
		}
	}
}

// fields is a map of a setup file.
type fields = map[string]any

// setupMaker draws a setup file that is valid.
type setupMaker struct {
	t      *rapid.T
	people []string
}

func (m *setupMaker) chance(percent int) bool {
	return rapid.IntRange(1, 100).Draw(m.t, "chance") <= percent
}

func (m *setupMaker) one(of ...string) string { return rapid.SampledFrom(of).Draw(m.t, "one") }

func (m *setupMaker) some(of []string) []string {
	var out []string
	for _, s := range of {
		if m.chance(50) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return of[:1]
	}
	return out
}

func (m *setupMaker) file() fields {
	for n := range rapid.IntRange(1, 5).Draw(m.t, "people") {
		m.people = append(m.people, fmt.Sprintf("p-%d", n))
	}
	people := fields{}
	for _, n := range m.people {
		people[n] = m.person(n)
	}
	out := fields{
		"people": people, "teams": fields{"t": m.team(), "u": fields{}},
		"schedules": fields{"s": m.schedule(), "s2": m.schedule()},
		"policies":  fields{"p": m.policy(), "q": m.policy()},
		"services":  fields{"v": m.service(), "v2": m.service()},
		"sources":   fields{"a": m.source(), "b": m.source()},
	}
	if m.chance(50) {
		out["installation"] = fields{"fallback": m.targets(), "heartbeat_url": "https://hc.example/x", "severity": fields{"Urgent ": "critical"}}
	}
	return out
}

func (m *setupMaker) person(n string) fields {
	contacts := fields{"mail": fields{"kind": "email", "to": n + "@example.com"}}
	if m.chance(50) {
		contacts["hook"] = fields{"kind": "webhook", "to": "https://hooks.example/" + n}
		if m.chance(50) {
			contacts["hook"].(fields)["secret"] = "of " + n
		}
	}
	out := fields{"name": m.one("Ana Reis", "Łukasz \"Ł\" <b>", "{{x}}"), "contacts": contacts}
	if m.chance(50) {
		out["zone"], out["email"] = m.one("Europe/Lisbon", "UTC", "Asia/Kathmandu"), n+"@example.com"
		out["role"] = m.one("admin", "responder", "observer")
	}
	if m.chance(50) {
		out["rules"] = fields{"high": []fields{{"via": []string{"mail"}}, {"via": []string{"mail"}, "after": m.one("0s", "90s", "2m", "1d")}}, "low": []fields{}}
	}
	return out
}

func (m *setupMaker) team() fields {
	out := fields{"managers": m.some(m.people), "members": m.some(m.people)}
	switch m.one("none", "usual", "usual elsewhere", "zone alone", "own") {
	case "usual":
		out["hours"] = fields{"windows": []fields{{"days": []string{"mon", "tue", "wed", "thu", "fri"}, "from": "09:00", "to": "17:00"}}}
	case "usual elsewhere":
		out["hours"] = fields{"zone": "UTC", "windows": []fields{{"days": []string{"mon", "tue", "wed", "thu", "fri"}, "from": "09:00", "to": "17:00"}}}
	case "zone alone":
		out["hours"] = fields{"zone": "Asia/Tokyo"}
	case "own":
		out["name"], out["hours"] = "Team T", fields{"windows": m.windows()}
	}
	return out
}

func (m *setupMaker) windows() []fields {
	var out []fields
	for range rapid.IntRange(1, 3).Draw(m.t, "windows") {
		w := fields{"from": m.one("00:00", "09:00", "22:30"), "to": m.one("06:00", "17:00", "24:00")}
		if m.chance(50) {
			w["days"] = m.some([]string{"mon", "wed", "sun"})
		}
		if m.chance(20) {
			w["to_day"] = "tue"
		}
		out = append(out, w)
	}
	return out
}

func (m *setupMaker) schedule() fields {
	var layers []fields
	for n := range rapid.IntRange(1, 3).Draw(m.t, "layers") {
		l := fields{"name": fmt.Sprintf("layer %d", n), "priority": rapid.IntRange(-1, 2).Draw(m.t, "priority")}
		if m.chance(40) {
			l["zone"] = "America/New_York"
		}
		if m.chance(30) {
			l["active_from"], l["active_until"] = "2026-01-01T00:00", "2027-01-01T00:00:00Z"
		}
		if m.chance(40) {
			l["windows"] = m.windows()
		}
		if m.chance(25) {
			l["users"] = m.some(m.people)
		} else {
			l["rotation"] = m.rotation()
		}
		layers = append(layers, l)
	}
	return fields{"team": m.one("t", "u"), "zone": m.one("Europe/Lisbon", "UTC"), "layers": layers}
}

func (m *setupMaker) rotation() fields {
	members := []any{m.people[0]}
	for range rapid.IntRange(0, 3).Draw(m.t, "members") {
		if m.chance(30) {
			members = append(members, m.some(m.people))
		} else if m.chance(10) {
			members = append(members, []string{})
		} else {
			members = append(members, m.one(m.people...))
		}
	}
	r := fields{"unit": m.one("hour", "day", "week", "month"), "start": "2026-11-03T12:00", "members": members}
	if m.chance(50) {
		r["every"] = rapid.IntRange(1, 3).Draw(m.t, "every")
	}
	return r
}

func (m *setupMaker) targets() []string {
	out := []string{"person:" + m.one(m.people...)}
	if m.chance(50) {
		out = append(out, "schedule:"+m.one("s", "s2"))
	}
	return out
}

func (m *setupMaker) policy() fields {
	var steps []fields
	for range rapid.IntRange(1, 3).Draw(m.t, "steps") {
		step := fields{"page": m.targets(), "wait": m.one("1s", "5m", "300s", "24h")}
		if m.chance(30) {
			step["acks"] = 1
		}
		steps = append(steps, step)
	}
	out := fields{"team": m.one("t", "u"), "steps": steps, "repeat": rapid.IntRange(0, 2).Draw(m.t, "repeat")}
	if m.chance(50) {
		out["ack_timeout"], out["fallback"] = m.one("30m", "1800s"), m.targets()
	}
	return out
}

func (m *setupMaker) service() fields {
	out := fields{"team": m.one("t", "u"), "policy": m.one("p", "q")}
	switch m.one("default", "word", "default written", "one of them", "all alike") {
	case "word":
		out["urgency"] = m.one("high", "low", "none")
	case "default written":
		out["urgency"] = fields{"critical": "high", "error": "high", "warning": "low", "info": "none"}
	case "one of them":
		out["urgency"], out["severity"] = fields{m.one("critical", "error", "warning", "info"): m.one("high", "low", "none")}, fields{"P1": "error"}
	case "all alike":
		out["urgency"] = fields{"critical": "low", "error": "low", "warning": "low", "info": "low"}
	}
	return out
}

func (m *setupMaker) source() fields {
	out := fields{"kind": m.one("alertmanager", "generic", "pagerduty"), "service": m.one("v", "v2")}
	if m.chance(50) {
		out["fold"], out["limit"] = m.one("group", "each"), "120/1m"
	}
	return out
}

func TestAnExportAppliedChangesNothing(t *testing.T) {
	for name, c := range map[string]func() store.Config{
		"sqlite":   func() store.Config { return setupSQLite(t) },
		"postgres": func() store.Config { return store.Config{URL: pgtest.URL(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newSetupWorld(t, c())
			rapid.Check(t, func(rt *rapid.T) {
				w.apply("installation: {}", action.ApplyOptions{Prune: true})
				file, err := json.Marshal((&setupMaker{t: rt}).file())
				if err != nil {
					rt.Fatal(err)
				}
				apply := func(what string, text []byte, changes bool) {
					plan, err := w.act.Apply(t.Context(), setupOwner, text, action.ApplyOptions{Prune: true})
					if err != nil || changes != (len(plan.Changes) > 0) {
						rt.Fatalf("%s: %v %+v\n%s", what, err, plan.Changes, text)
					}
				}
				apply("the file", file, true)
				apply("the file again", file, false)
				exported, err := json.Marshal(w.export())
				if err != nil {
					rt.Fatal(err)
				}
				apply("its export", exported, false)
				w.apply("installation: {}", action.ApplyOptions{Prune: true})
				apply("its export on an empty installation", exported, true)
				again, err := json.Marshal(w.export())
				if err != nil || string(again) != string(exported) {
					rt.Fatalf("the export changed: %v\n%s\n%s", err, exported, again)
				}
			})
		})
	}
}
