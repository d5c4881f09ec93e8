package action_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"firehall/internal/action"
	"firehall/internal/channel"
	"firehall/internal/notify"
)

// setupReach is ana with one contact.
func setupReach(contact string) string {
	return fmt.Sprintf("people: {ana: {name: Ana, contacts: {way: {%s}}}}", contact)
}

// opened returns ana's contact as it is called.
func (w *setupWorld) opened() channel.Contact {
	return w.act.OpenContact(w.db.Setup(), "ana", "way")
}

func TestAnAccessTokenIsKeptForItsServerAlone(t *testing.T) {
	const push = `kind: ntfy, to: "https://ntfy.example/ana-7f3a"`
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		plan := w.apply(setupReach(push))
		setupEqual(t, len(plan.Secrets), 0)
		setupEqual(t, len(w.opened().Secrets), 0)

		plan = w.apply(setupReach(push + ", secret: tk_one"))
		setupEqual(t, plan.Changes[0].Fields, []action.FieldChange{{Path: "contacts.way.secret", New: "(new)"}})
		setupEqual(t, w.opened().Secrets, []string{"tk_one"})
		for _, same := range []string{push, push + ", secret: tk_one"} {
			setupEqual(t, setupChanged(w.apply(setupReach(same))), []string{})
		}
		plan = w.apply(setupReach(push + ", secret: tk_two"))
		setupEqual(t, plan.Changes[0].Fields, []action.FieldChange{{Path: "contacts.way.secret", Old: "(gone)", New: "(new)"}})
		w.apply(setupReach(strings.Replace(push, "7f3a", "8a4b", 1)))
		setupEqual(t, w.opened().Secrets, []string{"tk_two"})

		_, err := w.try(setupReach(push + `, secret: "tk_one\n"`))
		setupEqual(t, setupProblems(t, err), []string{"people.ana.contacts.way.secret: an access token is made of letters, digits and signs, without a space or a line's end"})

		plan = w.apply(setupReach(strings.Replace(push, "ntfy.example", "thief.example", 1)))
		setupEqual(t, len(w.opened().Secrets), 0)
		setupEqual(t, plan.Changes[0].Fields[1], action.FieldChange{Path: "contacts.way.secret", Old: "(gone)"})
	})
}

const slackURL = "https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/sesame"

func TestTheAddressOfAChatIsASecret(t *testing.T) {
	chat := func(to string) string { return setupReach(fmt.Sprintf("kind: slack, to: %q", to)) }
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		first := w.apply(chat(slackURL))
		want := channel.Contact{Kind: "slack", Name: "way", To: "https://hooks.slack.com/…", Secrets: []string{slackURL}}
		setupEqual(t, w.opened(), want)
		setupEqual(t, setupChanged(w.apply(chat(slackURL))), []string{})

		setupEqual(t, w.export().People["ana"].Contacts["way"].To, "https://hooks.slack.com/…")
		setupEqual(t, setupChanged(w.applyFile(w.export())), []string{})
		setupEqual(t, w.opened(), want)

		second := w.apply(chat(slackURL + "2"))
		setupEqual(t, second.Changes[0].Fields, []action.FieldChange{{
			Path: "contacts.way.to", Old: "https://hooks.slack.com/…", New: "https://hooks.slack.com/… (changed)",
		}})
		want.Secrets[0] += "2"
		setupEqual(t, w.opened(), want)
		third := w.apply(chat("https://chat.example/hooks/sesame3"))
		setupEqual(t, third.Changes[0].Fields, []action.FieldChange{{
			Path: "contacts.way.to", Old: "https://hooks.slack.com/…", New: "https://chat.example/…",
		}})
		w.nowhere("sesame", first, second, third)
	})
}

// nowhere fails when a secret stands in the setup, a plan, the audit log or the
// log.
func (w *setupWorld) nowhere(secret string, plans ...action.Plan) {
	w.t.Helper()
	text, err := json.Marshal([]any{w.db.Setup().People, plans, w.audited(), w.export()})
	if err != nil {
		w.t.Fatal(err)
	}
	bases, err := w.db.Bases(w.t.Context(), "a test")
	if err != nil {
		w.t.Fatal(err)
	}
	for where, text := range map[string]string{"the setup": string(text), "the log": w.logs.String(), "the file's forms": fmt.Sprint(bases)} {
		if strings.Contains(text, secret) {
			w.t.Errorf("%s holds %q: %s", where, secret, text)
		}
	}
	if len(bases) == 0 {
		w.t.Error("there are no forms to look at")
	}
}

func TestWhatAnExportShowsOfAnAddressNeedsTheAddress(t *testing.T) {
	const says = "people.ana.contacts.way.to: this is what an export shows of an address, and nothing more is known of it here; give the whole URL"
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		_, err := w.try(setupReach(`kind: slack, to: "https://hooks.slack.com/…"`))
		setupEqual(t, setupProblems(t, err), []string{says})
		w.apply(setupReach(fmt.Sprintf("kind: slack, to: %q", slackURL)))
		_, err = w.try(setupReach(`kind: slack, to: "https://chat.example/…"`))
		setupEqual(t, setupProblems(t, err), []string{says})
	})
}

func TestAnotherKindOfContactHasNoneOfTheSecrets(t *testing.T) {
	setupOnBoth(t, func(t *testing.T, w *setupWorld) {
		w.apply(setupReach(fmt.Sprintf("kind: slack, to: %q", slackURL)))
		w.apply(setupReach(`kind: ntfy, to: "https://hooks.slack.com/ana"`))
		setupEqual(t, w.opened(), channel.Contact{Kind: "ntfy", Name: "way", To: "https://hooks.slack.com/ana"})
		setupEqual(t, w.db.Setup().People["ana"].Contacts["way"], notify.Contact{Kind: "ntfy", To: "https://hooks.slack.com/ana"})
	})
}
