package api

import "net/http"

// Tags group the operations in the description.
const (
	tagAlerts    = "Alerts"
	tagSchedules = "On call"
	tagSetup     = "Setup"
	tagAccess    = "Access"
	tagBackups   = "Backups"
	tagDoctor    = "Doctor"
)

// register lists every operation.
func (s *Server) register() {
	s.registerAlerts()
	s.registerActions()
	s.registerSchedules()
	s.registerSetup()
	s.registerAccess()
	s.registerQuestions()
	s.registerBackups()
	s.registerDoctor()
}

func get(tag, path, name, summary string) line {
	return line{method: http.MethodGet, path: path, name: name, summary: summary, tag: tag}
}

func post(tag, path, name, summary string) line {
	return line{method: http.MethodPost, path: path, name: name, summary: summary, tag: tag}
}

func remove(tag, path, name, summary string) line {
	return line{method: http.MethodDelete, path: path, name: name, summary: summary, tag: tag, status: http.StatusNoContent}
}

// made is a line whose success is 201.
func made(l line) line {
	l.status = http.StatusCreated
	return l
}

func (s *Server) registerAlerts() {
	handle(s, get(tagAlerts, "/alerts", "list-alerts", "Alerts, the newest first."), s.alerts)
	reply(s, made(post(tagAlerts, "/alerts", "open-alert", "Raises an alert; 200 with the unresolved alert of the same key.")), s.open)
	handle(s, get(tagAlerts, "/alerts/{id}", "alert", "One alert."), s.alert)
	handle(s, get(tagAlerts, "/alerts/{id}/timeline", "timeline", "What happened to an alert and why, the oldest first."), s.timeline)
	handle(s, get(tagAlerts, "/alerts/{id}/pages", "list-pages", "Who was asked to look at an alert, with each send and its receipts."), s.pages)
	handle(s, get(tagAlerts, "/alerts/{id}/sends", "list-sends", "Everything that was sent about an alert, with receipts."), s.sends)
	handle(s, get(tagAlerts, "/alerts/{id}/members", "list-members", "The problems in an alert that is a group."), s.members)
	reply(s, get(tagAlerts, "/messages/{id}", "message", "A message as it came; needs the scope respond."), s.message)
}

func (s *Server) registerActions() {
	act := func(verb, summary string) line {
		return post(tagAlerts, "/alerts/{id}/"+verb, verb, summary)
	}
	handle(s, act("ack", "Takes an alert on: its escalation stops."), s.acknowledge)
	handle(s, act("resolve", "Closes an alert."), s.resolve)
	handle(s, act("escalate", "Pages the next step now."), s.escalate)
	handle(s, act("unack", "Gives an alert back to its policy."), s.unacknowledge)
	handle(s, act("snooze", "Keeps an alert quiet for a while; then it pages again."), s.snooze)
	handle(s, act("note", "Writes a note on the timeline."), s.note)
	handle(s, act("merge", "Puts an alert under another one, which carries it on."), s.merge)
	handle(s, act("reassign", "Pages others at once instead."), s.reassign)
	handle(s, act("decline", "Hands an alert on at once."), s.decline)
}

func (s *Server) registerSchedules() {
	handle(s, get(tagSchedules, "/oncall", "oncall", "Who is on call, on every schedule."), s.onCall)
	handle(s, get(tagSchedules, "/schedules", "list-schedules", "All schedules."), s.schedules)
	handle(s, get(tagSchedules, "/schedules/{name}", "schedule", "One schedule."), s.schedule)
	handle(s, get(tagSchedules, "/schedules/{name}/shifts", "list-shifts", "The shifts in a range, gaps included."), s.shifts)
	handle(s, get(tagSchedules, "/schedules/{name}/overrides", "list-overrides", "The overrides of a schedule."), s.overrides)
	handle(s, made(post(tagSchedules, "/schedules/{name}/overrides", "add-override", "Puts somebody on call for a while.")), s.addOverride)
	reply(s, remove(tagSchedules, "/schedules/{name}/overrides/{id}", "delete-override", "Takes an override back."), s.deleteOverride)
	handle(s, get(tagSchedules, "/readiness", "readiness", "Whether a page would arrive, for each person and urgency."), s.readiness)
}

func (s *Server) registerSetup() {
	handle(s, get(tagSetup, "/people", "list-people", "Everyone."), s.people)
	handle(s, get(tagSetup, "/people/{name}", "person", "One person."), s.person)
	handle(s, post(tagSetup, "/people/{name}/disable", "disable-person", "Disables a person: they are never on call and never paged."), s.disable)
	handle(s, post(tagSetup, "/people/{name}/enable", "enable-person", "Enables a person again."), s.enable)
	reply(s, remove(tagSetup, "/people/{name}", "delete-person", "Deletes a person and their tokens."), s.deletePerson)
	handle(s, get(tagSetup, "/people/{name}/contacts", "list-contacts", "A person's contacts, and whether they are known to work."), s.contacts)
	handle(s, post(tagSetup, "/people/{name}/contacts/{contact}/test", "test-contact", "Sends a test message to a contact and waits for the answer, at most 10 s."), s.testContact)
	handle(s, get(tagSetup, "/teams", "list-teams", "All teams."), s.teams)
	handle(s, get(tagSetup, "/teams/{name}", "team", "One team."), s.team)
	handle(s, get(tagSetup, "/services", "list-services", "All services."), s.services)
	handle(s, get(tagSetup, "/services/{name}", "service", "One service."), s.service)
	handle(s, get(tagSetup, "/policies", "list-policies", "All policies."), s.policies)
	handle(s, get(tagSetup, "/policies/{name}", "policy", "One policy."), s.policy)
	handle(s, get(tagSetup, "/sources", "list-sources", "All sources, without their keys."), s.sources)
	handle(s, get(tagSetup, "/sources/{name}", "source", "One source, without its key."), s.source)
	handle(s, post(tagSetup, setupPath, "apply-setup", "Makes the setup equal a setup file, whole or not at all; at most 16 MiB."), s.apply)
	handle(s, get(tagSetup, lintPath, "lint", "What will hurt in the setup: hours in which nobody is reached, steps that never run, phones that never ring."), s.lint)
	handle(s, post(tagSetup, lintPath, "lint-setup", "What would hurt once a setup file was applied; writes nothing. At most 16 MiB; for owners, admins and managers, with the scope setup."), s.lintFile)
	handle(s, line{method: http.MethodPut, path: "/setup/{kind}/{name}", name: "put-thing", summary: "Makes one thing of the setup, or makes it anew, as the setup file has it. A team's managers may for its things.", tag: tagSetup}, s.putThing)
	handle(s, line{method: http.MethodDelete, path: "/setup/{kind}/{name}", name: "delete-thing", summary: "Deletes one thing of the setup that nothing refers to.", tag: tagSetup}, s.deleteThing)
	handle(s, get(tagSetup, "/setup/export", "export-setup", "The setup as a setup file, without secrets."), s.export)
}

func (s *Server) registerAccess() {
	handle(s, get(tagAccess, "/me", "me", "Who asks."), s.me)
	reply(s, get(tagAccess, "/me/export", "my-export", "Everything that is kept about you."), s.myExport)
	answersWith[map[string]any](s, http.MethodGet, "/me/export")
	reply(s, get(tagAccess, "/people/{name}/export", "export-person", "Everything that is kept about a person; for them and for admins."), s.personExport)
	answersWith[map[string]any](s, http.MethodGet, "/people/{name}/export")
	handle(s, post(tagAccess, "/people/{name}/erase", "erase-person", "Erases a person for good: the record keeps a name that says nothing."), s.erase)
	handle(s, get(tagAccess, "/tokens", "list-tokens", "The tokens that you may see: admins all, others their own."), s.tokens)
	handle(s, made(post(tagAccess, "/tokens", "make-token", "Makes a token; it is shown this once.")), s.makeToken)
	reply(s, remove(tagAccess, "/tokens/{id}", "revoke-token", "Ends a token at once."), s.revokeToken)
	reply(s, get(tagAccess, "/audit", "list-audit", "Who changed what, the newest first; all of it as CSV with format=csv. For admins."), s.audit)
	answersWith[list[Deed]](s, http.MethodGet, "/audit")
}
