package lint

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/id"
	"firehall/internal/route"
	"firehall/internal/service"
	"firehall/internal/store"
)

// Limits of what is normal for a source.
const (
	unusedFor   = 30 * 24 * time.Hour
	calmAMinute = 60 // a limit below so many messages a minute sheds storms
)

func (l *look) installation() {
	at := place{store.KindInstallation, "", store.KindInstallation + ".fallback"}
	list := l.setup.Installation.Fallback
	if len(list) == 0 {
		l.noFallback(at)
		return
	}
	l.whole(at, "the installation's fallback", func() { l.fallbackGaps(at, list) })
}

// fallbackGaps finds when the installation's fallback cannot be reached.
func (l *look) fallbackGaps(at place, list []escalation.Target) {
	c := l.courseOf(list)
	switch gaps := l.gaps(c); {
	case l.always(gaps):
		l.add(Error, "fallback-unreachable", at, fmt.Sprintf("nobody in the fallback of the installation (%s) can be reached: an alert that nobody answers tells nobody", names(list)), "name somebody in it who can be paged")
	case len(gaps) > 0:
		l.add(Warning, "fallback-unreachable", at, fmt.Sprintf("%s nobody in the fallback of the installation can be reached", l.when(gaps, l.zoneIn(list))), "name somebody in it who can always be paged")
	default:
		l.mailOnly(at, "the fallback of the installation", c)
	}
}

// noFallback says what the installation's missing fallback means for its
// policies.
func (l *look) noFallback(at place) {
	var without []id.Policy
	for _, name := range slices.Sorted(maps.Keys(l.setup.Policies)) {
		if len(l.setup.Policies[name].Fallback) == 0 && len(l.users.services[name]) > 0 {
			without = append(without, name)
		}
	}
	const mend = "set installation.fallback"
	switch {
	case len(without) > 0:
		l.add(Error, "fallback-missing", at, fmt.Sprintf("the installation has no fallback: when nobody answers the steps of %s, nobody is told any more", names(without)), mend)
	case len(l.setup.Services) > 0:
		l.add(Warning, "fallback-missing", at, "the installation has no fallback: when that of a policy finds nobody, nobody is told", mend)
	default:
		l.add(Note, "fallback-missing", at, "the installation has no fallback: when a policy without one of its own is spent, nobody is told", mend)
	}
}

func (l *look) team(t store.Team) {
	at := in(store.KindTeam, t.Name)
	owns := 0
	var policies []id.Policy
	for name, p := range l.setup.Policies {
		if p.Team == t.Name && len(l.users.services[name]) > 0 {
			policies = append(policies, name)
		}
	}
	for _, v := range l.setup.Services {
		if v.Team == t.Name {
			owns++
		}
	}
	if len(t.Managers) == 0 {
		l.add(Note, "team-no-manager", at, fmt.Sprintf("team %s has no manager: only admins may change its things or give a shift to somebody else", t.Name), "name somebody in its managers")
	}
	if len(t.Members) == 0 && len(t.Managers) == 0 && owns > 0 {
		l.add(Note, "team-empty", at, fmt.Sprintf("team %s owns %s and has nobody in it", t.Name, plural(owns, "service", "services")), "name its people in members")
	}
	l.whole(at, "team "+string(t.Name), func() { l.carried(t, at, policies) })
}

// carried finds a team all of whose steps are one person's.
func (l *look) carried(t store.Team, at place, policies []id.Policy) {
	var all []id.Person
	for _, name := range policies {
		for _, step := range l.setup.Policies[name].Steps {
			all = union(all, l.everyone(l.courseOf(step.Page)))
		}
	}
	if len(all) == 1 && len(t.Members) > 1 {
		l.add(Warning, "one-person-team", at, fmt.Sprintf("%s alone carries everything of team %s, which has %s: every alert of it asks them first", all[0], t.Name, plural(len(t.Members), "member", "members")), "share it: put others of the team into its schedules")
	}
}

func (l *look) service(v service.Service) {
	at := in(store.KindService, v.Name)
	if _, ok := l.setup.Policies[v.Policy]; !ok {
		l.add(Error, "service-no-policy", at, fmt.Sprintf("service %s has no policy: its alerts page nobody but the fallback", v.Name), "name a policy")
	}
	urgency := store.UrgencyOf(v)
	level, one := Warning, oneWord(urgency)
	if one {
		level = Note // it is meant so: nothing of it matters at night
	}
	switch critical := urgency[alert.Critical]; {
	case critical == alert.None && one:
		l.add(level, "service-silent", at.at("urgency"), fmt.Sprintf("service %s tells nobody of anything: its alerts are only listed", v.Name), "give it urgencies when it matters to somebody")
	case critical == alert.None:
		l.add(level, "critical-tells-nobody", at.at("urgency"), fmt.Sprintf("a critical alert of %s tells nobody: its urgency is none", v.Name), "set urgency.critical to high")
	case critical == alert.Low:
		l.add(level, "critical-waits", at.at("urgency"), fmt.Sprintf("a critical alert of %s waits for working hours: its urgency is low", v.Name), "set urgency.critical to high")
	}
	for _, pair := range [][2]alert.Severity{{alert.Critical, alert.Error}, {alert.Error, alert.Warning}, {alert.Warning, alert.Info}} {
		if urgency[pair[0]] < urgency[pair[1]] {
			l.add(Warning, "urgency-upside-down", at.at("urgency"), fmt.Sprintf("at %s %s alerts are more urgent (%s) than %s ones (%s)", v.Name, pair[1], urgency[pair[1]], pair[0], urgency[pair[0]]), "exchange the two")
		}
	}
	if l.users.sources[v.Name] == 0 && len(l.setup.Sources) > 0 {
		l.add(Note, "service-no-source", at, fmt.Sprintf("no source reports to %s: only people raise its alerts", v.Name), "point a source at it, or delete it")
	}
}

// oneWord says whether every severity has the same urgency.
func oneWord(urgency map[alert.Severity]alert.Urgency) bool {
	for _, u := range urgency {
		if u != urgency[alert.Critical] {
			return false
		}
	}
	return true
}

func (l *look) source(s route.Source) {
	at := in(store.KindSource, s.Name)
	if used, ok := l.facts.Used[s.Name]; ok && l.now.Sub(used) >= unusedFor {
		l.add(Warning, "source-unused", at, fmt.Sprintf("source %s has been silent since %s: nobody uses it, or what reports through it is broken", s.Name, used.UTC().Format(time.DateOnly)), "send a test signal through it, or delete it")
	}
	rate, err := route.ParseRate(s.Limit)
	if err != nil || rate.Count == 0 {
		return
	}
	if aMinute := float64(rate.Count) * float64(time.Minute) / float64(rate.Per); aMinute < calmAMinute {
		l.add(Warning, "source-limit-low", at.at("limit"), fmt.Sprintf("source %s takes %s and refuses the rest: in a storm the alert that matters may be refused", s.Name, s.Limit), fmt.Sprintf("allow at least %d/1m, or leave the limit out", calmAMinute))
	}
}
