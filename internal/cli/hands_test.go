package cli

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// token makes a token of the installation's.
func (s *session) token(name string) string {
	s.t.Helper()
	body := strings.NewReader(`{"name": "` + name + `", "role": "owner", "scopes": ["setup"]}`)
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/api/v1/tokens", body)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+bootstrap)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var made struct{ Token string }
	if err := json.NewDecoder(response.Body).Decode(&made); err != nil || made.Token == "" {
		s.t.Fatalf("no token was made: %s, %v", response.Status, err)
	}
	return made.Token
}

func TestTwoHandsHoldOneSetup(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *session) {
		s.write("team.yaml", teamFile)
		s.expect(Done, "apply -f $DIR/team.yaml")
		s.write("other.yaml", strings.Replace(teamFile, "wait: 5m", "wait: 7m", 1))
		s.expect(Done, "apply -f $DIR/other.yaml --token "+s.token("other"))

		place := filepath.Join(s.dir, "team.yaml") + ":31: policies.payments.steps[0].wait: it is \"7m\" now (last changed by token other, "
		s.expect(Changes, "plan -f $DIR/team.yaml", "changed by others: "+place, "apply is refused without --overwrite")
		s.expect(Refused, "apply -f $DIR/team.yaml", "nothing was changed:\n"+place)
		s.expect(Done, "apply -f $DIR/team.yaml --overwrite", "Applied: 0 created, 1 updated")
		s.expect(Done, "plan -f $DIR/team.yaml", "Nothing to do")
		s.expect(Done, "audit", "apply")
		s.expect(Done, "audit --csv", "at,actor,action,target,what,id\n")
		s.expect(Done, "export --person ben", `"person": "ben"`)
		s.expect(Refused, "export --mine", "belongs to no person")
		s.expect(Refused, "erase ben", "cannot be erased while they stand here")
		s.expect(Done, "erase ben --successor ana", "The record calls them erased-")
	})
}
