package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestApplyPlanAndExport(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *session) {
		s.write("team.yaml", teamFile)
		golden(t, "testdata/plan_first.txt", s.expect(Changes, "plan -f $DIR/team.yaml"))
		s.expect(Changes, "apply -f $DIR/team.yaml --dry-run", "Nothing was changed.")
		golden(t, "testdata/apply_first.txt", scrubbed(s.expect(Done, "apply -f $DIR/team.yaml")))
		s.expect(Done, "plan -f $DIR/team.yaml", "Nothing to do")
		s.expect(Done, "apply -f $DIR/team.yaml", "Nothing to do")

		exported := s.expect(Done, "export")
		golden(t, "testdata/export.yaml", exported)
		s.write("exported.yaml", exported)
		s.expect(Done, "plan -f $DIR/exported.yaml --prune", "Nothing to do")

		s.write("team.yaml", strings.NewReplacer("wait: 5m", "wait: 3m", "    zone: Europe/Lisbon\n    role", "    zone: Europe/Madrid\n    role").Replace(teamFile))
		golden(t, "testdata/plan_change.txt", s.expect(Changes, "plan -f $DIR/team.yaml"))
		s.write("less.yaml", strings.Replace(teamFile, "  ours: {kind: generic, service: checkout}\n", "", 1))
		s.expect(Done, "plan -f $DIR/less.yaml", "Nothing to do")
		s.expect(Changes, "plan -f $DIR/less.yaml --prune", "- sources ours", "Plan: 0 to create, 0 to update, 1 to delete.")
		s.expect(Done, "apply -f $DIR/less.yaml --prune", "Applied: 0 created, 0 updated, 1 deleted.")
		s.expect(Done, "plan -f $DIR/less.yaml --prune", "Nothing to do")
	})
}

func TestASetupInAFolderIsOneSetup(t *testing.T) {
	t.Parallel()
	s := newSession(t, "")
	people, rest, _ := strings.Cut(teamFile, "teams:")
	s.write("people.yaml", people)
	s.write("rest.yml", "teams:"+rest)
	s.expect(Done, "apply -f $DIR", "Applied: ")
	s.write("again.yaml", "people:\n  ben: {name: Benjamin}\n")
	s.expect(Refused, "plan -f $DIR", filepath.Join(s.dir, "people.yaml")+":14: people.ben: it is at "+filepath.Join(s.dir, "again.yaml")+":2 as well; keep one of the two")
}

func TestAMistakeThatTheServerFindsIsShownWhereItWasTyped(t *testing.T) {
	t.Parallel()
	s := newSession(t, "")
	s.write("good.yaml", teamFile)
	s.expect(Done, "apply -f $DIR/good.yaml")
	tests := map[string]struct {
		old, changed string // of teamFile
		want         string // after the file's name
	}{
		"a zone that is none":          {"zone: Europe/Lisbon\n    role", "zone: Europe/Lisboa\n    role", `:6: people.ana.zone: there is no time zone "Europe/Lisboa"; write one like Europe/Lisbon`},
		"a role that is none":          {"role: admin", "role: boss", `:7: people.ana.role: `},
		"an unknown field":             {"role: admin", "roles: admin", `:7: people.ana.roles: `},
		"an unknown section":           {"services:", "servcies:", `:35: servcies: there is no such field`},
		"a contact that is not there":  {"{via: [hook]}", "{via: [pager]}", `:12: people.ana.rules.high[0].via[0]: `},
		"an unknown kind of contact":   {"kind: email", "kind: fax", `:10: people.ana.contacts.mail.kind: `},
		"an inner address":             {"http://127.0.0.1:9900/ben", "http://10.0.0.1/ben", `:17: people.ben.contacts.hook.to: `},
		"an unknown person on a team":  {"members: [ana, ben]}\nschedules", "members: [ana, bem]}\nschedules", `:19: teams.payments.members[1]: `},
		"a rotation without members":   {"members: [ana, ben]}\npolicies", "members: []}\npolicies", `:26: schedules.primary.layers[0]`},
		"a wait that is no time":       {"wait: 5m", "wait: soon", `:31: policies.payments.steps[0].wait: `},
		"a step without a wait":        {", wait: 10m}", "}", `:32: policies.payments.steps[1]`},
		"an unknown person in a step":  {"person:ben", "person:bem", `:32: policies.payments.steps[1].page[0]: `},
		"an unknown schedule":          {"schedule:primary", "schedule:first", `:31: policies.payments.steps[0].page[0]: `},
		"a policy that is not there":   {"policy: payments", "policy: paymemts", `:36: services.checkout.policy: `},
		"a list where a text belongs":  {"name: Ben Okafor", "name: [Ben]", `:15: people.ben.name`},
		"an unknown kind of source":    {"kind: generic", "kind: genetic", `:38: sources.ours.kind: `},
		"a service that is not there":  {"service: checkout", "service: chekout", `:38: sources.ours.service: `},
		"a name with a capital letter": {"  ben:\n", "  Ben:\n", `:14: people.Ben`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := *s
			s.t = t
			if !strings.Contains(teamFile, test.old) {
				t.Fatalf("the file does not hold %q", test.old)
			}
			s.write("bad.yaml", strings.Replace(teamFile, test.old, test.changed, 1))
			s.expect(Refused, "apply -f $DIR/bad.yaml", "the setup has mistakes, and nothing was changed:\n", "\n"+filepath.Join(s.dir, "bad.yaml")+test.want)
			s.expect(Done, "plan -f $DIR/good.yaml", "Nothing to do")
		})
	}
}
