package cli

import (
	"encoding/json"
	"strings"
	"testing"
)

// lintFile is a setup with a step that is empty on Sundays, and no more than
// mail for ben.
const lintFile = `installation: {fallback: ["person:ana"]}
people:
  ana:
    name: Ana Reis
    contacts: {hook: {kind: webhook, to: "https://hooks.example/ana"}}
  ben:
    name: Ben Ito
    contacts: {hook: {kind: webhook, to: "https://hooks.example/ben"}}
teams: {shop: {managers: [ana], members: [ana, ben]}}
schedules:
  primary:
    team: shop
    zone: UTC
    layers:
      - {name: all, users: [ana]}
  secondary:
    team: shop
    zone: UTC
    layers:
      - name: all
        windows: [{days: [mon, tue, wed, thu, fri, sat], from: "00:00", to: "24:00"}]
        users: [ben]
policies:
  shop:
    team: shop
    ack_timeout: 30m
    steps:
      - {page: ["schedule:primary"], wait: 5m}
      - {page: ["schedule:secondary"], wait: 5m}
services:
  checkout: {team: shop, policy: shop}
`

func TestLint(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *session) {
		s.write("team.yaml", lintFile)
		golden(t, "testdata/lint_file.txt", strings.ReplaceAll(s.expect(Refused, "lint -f $DIR/team.yaml"), s.dir, "DIR"))
		s.expect(Done, "lint -f $DIR/team.yaml --level error", "no errors, 1 warning,")
		s.expect(Done, "lint -f $DIR/team.yaml --level error --prune", "1 warning")
		s.expect(Done, "plan -f $DIR/none.yaml --help")

		s.expect(Changes, "plan -f $DIR/team.yaml", "warning: Every Sunday 00:00–24:00")
		s.expect(Done, "apply -f $DIR/team.yaml", "warning: Every Sunday 00:00–24:00")
		golden(t, "testdata/lint_server.txt", s.expect(Refused, "lint --level note"))

		s.write("better.yaml", strings.Replace(lintFile, "fri, sat]", "fri, sat, sun]", 1))
		s.expect(Done, "lint -f $DIR/better.yaml", "no errors, no warnings,")
		s.write("worse.yaml", strings.Replace(lintFile, "team: shop, policy: shop", "team: shop, policy: shap", 1))
		s.expect(Refused, "lint -f $DIR/worse.yaml", `worse.yaml:31: services.checkout.policy: there is no policy "shap"`)

		var found struct {
			Warnings int `json:"warnings"`
		}
		if err := json.Unmarshal([]byte(s.expect(Refused, "lint --json")), &found); err != nil || found.Warnings != 1 {
			t.Errorf("%+v, %v", found, err)
		}
		s.expect(Usage, "lint --level fatal", "--level")
	})
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *session) {
		s.expect(Done, "readiness", "There is nobody yet.")
		s.write("team.yaml", lintFile)
		s.expect(Done, "apply -f $DIR/team.yaml")
		golden(t, "testdata/readiness.txt", s.expect(Done, "readiness"))
		s.write("cy.yaml", "people: {cy: {name: Cy}}\n")
		s.expect(Done, "apply -f $DIR/cy.yaml")
		s.expect(Refused, "readiness", "cy has no contact")
		s.expect(Refused, "readiness --json", `"arrives": false`)
	})
}
