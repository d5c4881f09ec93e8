package cli

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
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
		s.expect(Done, "audit --from 2026-11-20 --to '2026-11-21 09:00'", "apply")
		s.expect(Usage, "audit --from lately", `--from: "lately" is no time; write it as 15:44 (today)`)
		s.expect(Done, "contacts ana --test mail", "Did it arrive?")
		s.expect(Done, "audit", "contact.test", "ana mail")
		s.expect(Done, "audit --csv", "at,actor,action,target,what,id\n")
		s.expect(Done, "export --person ben", `"person": "ben"`)
		s.expect(Refused, "export --mine", "belongs to no person")
		s.expect(Usage, "erase ben", "erasing ben cannot be undone, and nobody is here to be asked: give --yes")
		s.expect(Refused, "erase bne --yes", `there is no person "bne"; people are ana, ben`)
		s.expect(Done, "erase ben --dry-run", "ben stands here and would not be erased without --successor", "    schedules.primary.layers[0]: they take turns in layer weekly")
		s.expect(Done, "erase ben --dry-run --successor ana", "ben would be erased, and ana would take over these")
		s.expect(Refused, "erase ben --yes", "cannot be erased while they stand here")
		s.expect(Done, "erase ben --successor ana --yes", "The record calls them erased-", "ana has taken over:", "    policies.payments.steps[1]: step 2 of the policy pages them")
	})
}

func TestWhoErasesAtATerminalIsAsked(t *testing.T) {
	t.Parallel()
	s := newSession(t, "")
	s.write("team.yaml", teamFile)
	s.expect(Done, "apply -f $DIR/team.yaml")
	tests := []struct {
		typed, says string
		code        int
	}{
		{"ana\n", "that is another name; nobody was erased", Refused},
		{"", "erasing ben cannot be undone", Usage},
		{"ben\n", "The record calls them erased-", Done},
	}
	for _, test := range tests {
		out := &said{}
		w := World{
			Stdin: strings.NewReader(test.typed), Terminal: true, Stdout: &out.out, Stderr: &out.err, Env: os.LookupEnv,
			Now: time.Now, Zone: time.UTC,
		}
		code := Run(t.Context(), []string{"erase", "ben", "--successor", "ana", "--token", bootstrap, "--url", s.url}, w)
		text := out.out.String() + out.err.String()
		if code != test.code || !strings.Contains(text, "Type ben to erase Ben Okafor for good: ") || !strings.Contains(text, test.says) {
			t.Errorf("typed %q: code %d, %s", test.typed, code, text)
		}
	}
}
