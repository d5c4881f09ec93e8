package action_test

import (
	"slices"
	"strings"
	"testing"

	"firehall/internal/action"
	"firehall/internal/channel"
	"firehall/internal/fault"
	"firehall/internal/notify"
)

// setupGood is what is there when a bad file comes.
const setupGood = `
people:
  ana: {name: Ana Reis, contacts: {mail: {kind: email, to: ana@example.com}}}
  ben: {name: Ben Ito, contacts: {mail: {kind: email, to: ben@example.com}}}
  cy: {name: Cy Wong}
teams: {payments: {members: [ana, ben]}}
schedules:
  primary: {team: payments, zone: UTC, layers: [{name: weekly, rotation: {unit: week, start: "2026-11-02T09:00", members: [ana, ben]}}]}
policies: {payments: {team: payments, steps: [{page: ["schedule:primary"], wait: 5m}]}}
services: {checkout: {team: payments, policy: payments}}
sources: {prometheus: {kind: alertmanager, service: checkout, key: "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}}
`

// setupBad are files that are refused, each with its path and sentence.
var setupBad = map[string]struct{ file, problem string }{
	"a section that is not there": {
		`persons: {ana: {name: Ana}}`,
		`persons: there is no such field; there are installation, people, teams, schedules, policies, services, sources`,
	},
	"a section with a slip": {`polices: {}`, `polices: there is no such field; did you mean policies?`},
	"a field with a slip": {
		`people: {ana: {name: Ana, contcats: {}}}`,
		`people.ana.contcats: there is no such field; did you mean contacts?`,
	},
	"a field of a contact that is not there": {
		`people: {ana: {name: Ana, contacts: {mail: {kind: email, to: a@example.com, verified: true}}}}`,
		`people.ana.contacts.mail.verified: there is no such field; there are kind, to, secret`,
	},
	"a field of a window that is not there": {
		`schedules: {s: {team: payments, zone: UTC, layers: [{name: l, windows: [{from: "09:00", till: "17:00"}], users: [ana]}]}}`,
		`schedules.s.layers[0].windows[0].till: there is no such field; there are days, from, to, to_day`,
	},
	"a section of the wrong type": {`people: [ana]`, `people: this should be a map, such as {a-name: {…}}, not a list`},
	"a thing of the wrong type":   {`people: {ana: Ana Reis}`, `people.ana: this should be a map, such as {name: …}, not text`},
	"a number in the place of text": {
		`people: {ana: {name: 7}}`,
		`people.ana.name: this should be text, such as "Ana Reis", not a number`,
	},
	"a time of day that YAML took for a number": {
		`schedules: {s: {team: payments, zone: UTC, layers: [{name: l, windows: [{from: 540, to: "17:00"}], users: [ana]}]}}`,
		`schedules.s.layers[0].windows[0].from: this should be text, such as "09:00", not a number`,
	},
	"text in the place of a list": {
		`policies: {p: {team: payments, steps: [{page: "person:ana", wait: 5m}]}}`,
		`policies.p.steps[0].page: this should be a list, such as ["person:ana"], not text`,
	},
	"text in the place of a number": {
		`policies: {p: {team: payments, repeat: twice, steps: [{page: ["person:ana"], wait: 5m}]}}`,
		`policies.p.repeat: this should be a number, such as 2, not text`,
	},
	"a fraction": {
		`policies: {p: {team: payments, repeat: 1.5, steps: [{page: ["person:ana"], wait: 5m}]}}`,
		`policies.p.repeat: 1.5 is not a whole number that is small enough`,
	},
	"text in the place of true": {
		`people: {ana: {name: Ana, disabled: "yes"}}`,
		`people.ana.disabled: this should be true or false, such as true, not text`,
	},
	"a variable that nobody resolved": {
		`people: {ana: {name: Ana, contacts: {hook: {kind: webhook, to: "https://x.example/", secret: {env: HOOK}}}}}`,
		`people.ana.contacts.hook.secret: {env: …} is for the firehall command, which puts the variable's text in its place; the server takes text alone`,
	},
	"an empty item": {
		`teams: {payments: {members: [ana, null]}}`,
		`teams.payments.members[1]: this is empty; take it out`,
	},
	"a NUL": {
		`people: {ana: {name: "A\0na"}}`,
		`people.ana.name: this holds control characters; take them out`,
	},
	"a word that commands a terminal": {
		`installation: {severity: {"\e[2Jsev": critical}}`,
		`installation.severity: the word "\x1b[2Jsev" holds control characters; take them out`,
	},
	"a name that is none": {
		`people: {Ana Reis: {name: Ana}}`,
		`people.Ana Reis: "Ana Reis" cannot be a name: use 1 to 64 of a–z, 0–9 and -, with no - at its ends`,
	},
	"a person without a name": {`people: {dee: {}}`, `people.dee.name: a person needs a name of 1 to 200 bytes`},
	"a person in no time zone": {
		`people: {ana: {name: Ana, zone: Europe/Atlantis}}`,
		`people.ana.zone: there is no time zone "Europe/Atlantis"; write one like Europe/Lisbon`,
	},
	"a role that is not there": {
		`people: {ana: {name: Ana, role: boss}}`,
		`people.ana.role: "boss" is not a role; there are owner, admin, responder and observer`,
	},
	"a kind of contact that is not there": {
		`people: {ana: {name: Ana, contacts: {push: {kind: pigeon, to: x}}}}`,
		`people.ana.contacts.push.kind: there is no kind of contact "pigeon"; there are email, ntfy, slack, webhook`,
	},
	"a contact without an address": {
		`people: {ana: {name: Ana, contacts: {mail: {kind: email}}}}`,
		`people.ana.contacts.mail.to: a contact needs an address`,
	},
	"a contact that may not be reached from here": {
		`people: {ana: {name: Ana, contacts: {hook: {kind: webhook, to: "http://127.0.0.1:9900/ana"}}}}`,
		`people.ana.contacts.hook.to: 127.0.0.1 is an inner address; to allow it set FIREHALL_ALLOW_PRIVATE_NETWORKS=127.0.0.0/8`,
	},
	"a contact that is no mail address": {
		`people: {ana: {name: Ana, contacts: {mail: {kind: email, to: "Ana <ana@example.com>"}}}}`,
		`people.ana.contacts.mail.to: this is not a mail address; write it like ana@example.com`,
	},
	"an empty secret": {
		`people: {ana: {name: Ana, contacts: {hook: {kind: webhook, to: "https://x.example/", secret: ""}}}}`,
		`people.ana.contacts.hook.secret: a secret has 1 to 500 bytes; leave it out to keep the one that is there, or to have one made`,
	},
	"a rule by a contact that is not there": {
		`people: {ana: {name: Ana, contacts: {mail: {kind: email, to: a@example.com}}, rules: {high: [{via: [mail]}, {via: [push], after: 2m}]}}}`,
		`people.ana.rules.high[1].via[0]: there is no contact "push" here; add it to contacts or take it out`,
	},
	"a rule for no urgency": {
		`people: {ana: {name: Ana, contacts: {mail: {kind: email, to: a@example.com}}, rules: {urgent: [{via: [mail]}]}}}`,
		`people.ana.rules.urgent: rules are for high or low urgency`,
	},
	"a rule after no length of time": {
		`people: {ana: {name: Ana, contacts: {mail: {kind: email, to: a@example.com}}, rules: {high: [{via: [mail], after: soon}]}}}`,
		`people.ana.rules.high[0].after: "soon" is not a length of time; write one like 30s, 5m, 1h30m or 2d`,
	},
	"somebody unknown in a team": {
		`teams: {payments: {members: [ana, bob]}}`,
		`teams.payments.members[1]: there is no person "bob"; people are ana, ben, cy`,
	},
	"hours that are none": {
		`teams: {payments: {hours: {windows: [{days: [mon], from: "9", to: "17:00"}]}}}`,
		`teams.payments.hours.windows[0].from: "9" is no time of day: write it as "09:00", from "00:00" to "23:59"`,
	},
	"hours in no time zone": {
		`teams: {payments: {hours: {zone: Lisbon}}}`,
		`teams.payments.hours.zone: there is no time zone "Lisbon": use an IANA name, such as Europe/Lisbon`,
	},
	"a schedule in no time zone": {
		`schedules: {primary: {team: payments, zone: Mars/Base, layers: [{name: l, users: [ana]}]}}`,
		`schedules.primary.zone: there is no time zone "Mars/Base": use an IANA name, such as Europe/Lisbon`,
	},
	"a schedule without layers": {
		`schedules: {primary: {team: payments, zone: UTC}}`,
		`schedules.primary.layers: a schedule has 1 to 50 layers, not 0`,
	},
	"a schedule without members": {
		`schedules: {primary: {team: payments, zone: UTC, layers: [{name: l, rotation: {unit: week, start: "2026-11-02T09:00", members: []}}]}}`,
		`schedules.primary.layers[0].rotation.members: the rotation has no members: name at least one person`,
	},
	"somebody unknown in a rotation": {
		`schedules: {primary: {team: payments, zone: UTC, layers: [{name: l, rotation: {unit: week, start: "2026-11-02T09:00", members: [ana, bob]}}]}}`,
		`schedules.primary.layers[0].rotation.members[1]: there is no person "bob"; people are ana, ben, cy`,
	},
	"somebody unknown in a pair": {
		`schedules: {primary: {team: payments, zone: UTC, layers: [{name: l, rotation: {unit: week, start: "2026-11-02T09:00", members: [[ana, bob]]}}]}}`,
		`schedules.primary.layers[0].rotation.members[0][1]: there is no person "bob"; people are ana, ben, cy`,
	},
	"a turn of no length": {
		`schedules: {primary: {team: payments, zone: UTC, layers: [{name: l, rotation: {unit: week, every: 0, start: "2026-11-02T09:00", members: [ana]}}]}}`,
		`schedules.primary.layers[0].rotation.every: a turn of 0 units is not possible: use 1 to 1000`,
	},
	"a team that is not there": {
		`services: {checkout: {team: paiments, policy: payments}}`,
		`services.checkout.team: there is no team "paiments"; teams are payments`,
	},
	"steps with no wait, which would loop": {
		`policies: {payments: {team: payments, repeat: 3, steps: [{page: ["schedule:primary"]}]}}`,
		`policies.payments.steps[0].wait: every step needs a wait from 1s to 24h, like 5m: without it the steps would run round and round`,
	},
	"somebody unknown in a policy": {
		`policies: {payments: {team: payments, steps: [{page: ["person:bob"], wait: 5m}]}}`,
		`policies.payments.steps[0].page[0]: there is no person "bob"; people are ana, ben, cy`,
	},
	"a schedule that is not there in a fallback": {
		`policies: {payments: {team: payments, steps: [{page: ["person:ana"], wait: 5m}], fallback: ["schedule:secondary"]}}`,
		`policies.payments.fallback[0]: there is no schedule "secondary"; schedules are primary`,
	},
	"a target that is none": {
		`policies: {payments: {team: payments, steps: [{page: [ana], wait: 5m}]}}`,
		`policies.payments.steps[0].page[0]: "ana" is not a target; write "person:<name>" or "schedule:<name>"`,
	},
	"a target that is none in the installation": {
		`installation: {fallback: ["team:payments"]}`,
		`installation.fallback[0]: "team:payments" is not a target; write "person:<name>" or "schedule:<name>"`,
	},
	"no answers": {
		`policies: {payments: {team: payments, steps: [{page: ["person:ana"], wait: 5m, acks: 2}]}}`,
		`policies.payments.steps[0].acks: one answer stops a step; acks is 1 or left out`,
	},
	"a heartbeat to nowhere": {`installation: {heartbeat_url: hc.example}`, `installation.heartbeat_url: this is not a URL; write it like https://hc.example/abc`},
	"a heartbeat that may not be reached from here": {
		`installation: {heartbeat_url: "http://10.0.0.7/beat"}`,
		`installation.heartbeat_url: 10.0.0.7 is an inner address; to allow it set FIREHALL_ALLOW_PRIVATE_NETWORKS=10.0.0.7/32`,
	},
	"a severity that is not there": {
		`installation: {severity: {urgent: huge}}`,
		`installation.severity.urgent: "huge" is not a severity; there are critical, error, warning and info`,
	},
	"an urgency that is not there": {
		`services: {checkout: {team: payments, policy: payments, urgency: medium}}`,
		`services.checkout.urgency: "medium" is not an urgency; there are high, low and none`,
	},
	"an urgency for no severity": {
		`services: {checkout: {team: payments, policy: payments, urgency: {fatal: high}}}`,
		`services.checkout.urgency.fatal: severities are critical, error, warning and info`,
	},
	"a policy that is not there": {
		`services: {checkout: {team: payments, policy: payment}}`,
		`services.checkout.policy: there is no policy "payment"; policies are payments`,
	},
	"a kind of source that is not there": {
		`sources: {other: {kind: nagios, service: checkout}}`,
		`sources.other.kind: there is no kind of source called "nagios"; there are alertmanager, generic, pagerduty`,
	},
	"a service that is not there": {
		`sources: {other: {kind: generic, service: chekout}}`,
		`sources.other.service: there is no service "chekout"; services are checkout`,
	},
	"a short key": {
		`sources: {other: {kind: generic, service: checkout, key: short}}`,
		`sources.other.key: a key is 16 to 128 of A–Z, a–z, 0–9, _ and -; leave it out to have one made`,
	},
	"a key that another source has": {
		`sources: {other: {kind: generic, service: checkout, key: "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}}`,
		`sources.other.key: this is the key of source prometheus already; every source has a key of its own`,
	},
	"a limit that is none": {
		`sources: {other: {kind: generic, service: checkout, limit: "120"}}`,
		`sources.other.limit: "120" is not a limit; write one like 120/1m`,
	},
	"a mapping": {
		`sources: {other: {kind: generic, service: checkout, mapping: {key: body.id}}}`,
		`sources.other.mapping: this version has no mappings: a generic source takes {summary, key, severity, status, details, links} only`,
	},
}

func TestABadFileIsRefusedWithItsPathAndSentence(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.guard()
		w.apply(setupGood)
		before := w.db.Setup().Version
		for name, test := range setupBad {
			t.Run(name, func(t *testing.T) {
				_, err := w.try(test.file)
				if found := setupProblems(t, err); !slices.Contains(found, test.problem) {
					t.Errorf("got\n%s\nexpected\n%s", strings.Join(found, "\n"), test.problem)
				}
			})
		}
		if now := w.db.Setup().Version; now != before {
			t.Errorf("refused files raised the version from %d to %d", before, now)
		}
	})
}

// guard checks contacts as the program does.
func (w *setupWorld) guard() {
	set, err := channel.New(channel.Options{Now: w.clock})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(set.Close)
	w.act.Check = func(c notify.Contact) error { return set.Validate(channel.Contact{Kind: c.Kind, To: c.To}) }
}

func TestAllProblemsOfAFileAreToldAtOnce(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		_, err := w.try(`
people: {ana: {zone: Nowhere, contcats: {}}}
services: {checkout: {team: x, policy: y}}
sources: {s: {kind: generic, service: checkout, limit: many}}`)
		setupEqual(t, setupProblems(t, err), []string{
			`people.ana.contcats: there is no such field; did you mean contacts?`,
			`people.ana.name: a person needs a name of 1 to 200 bytes`,
			`people.ana.zone: there is no time zone "Nowhere"; write one like Europe/Lisbon`,
			`services.checkout.policy: there is no policy "y"; there are no policies`,
			`services.checkout.team: there is no team "x"; there are no teams`,
			`sources.s.limit: "many" is not a limit; write one like 120/1m`,
		})
		if n := len(w.db.Setup().Services); n != 0 {
			t.Errorf("a part of a bad file was applied: %d services", n)
		}
	})
}

func TestWhatIsNoSetupFileIsRefused(t *testing.T) {
	w := newSetupWorld(t, setupSQLite(t))
	tests := map[string]struct{ file, sentence string }{
		"nothing":            {``, "the setup file is not one JSON value: EOF"},
		"a list":             {`[]`, "a setup file is a map with installation, people, teams, schedules, policies, services, sources"},
		"null":               {`null`, "a setup file is a map with installation, people, teams, schedules, policies, services, sources"},
		"two values":         {`{} {}`, "the setup file is not one JSON value: something follows it"},
		"cut off":            {`{"people": {`, "the setup file is not one JSON value: EOF"},
		"no JSON":            {`people: {}`, "the setup file is not one JSON value: invalid character 'p' looking for beginning of value"},
		"far too deep":       {strings.Repeat(`{"a":`, 1000) + `1` + strings.Repeat(`}`, 1000), "the setup file is not one JSON value: a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a is nested over 20 deep"},
		"the same key twice": {`{"people": {"ana": {"name": "Ana", "name": "Bea"}}}`, "the setup file cannot be applied"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := w.act.Apply(t.Context(), setupOwner, []byte(test.file), action.ApplyOptions{Prune: true})
			if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Sentence != test.sentence {
				t.Errorf("got %v, expected %s", err, test.sentence)
			}
		})
	}
}
