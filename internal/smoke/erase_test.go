package smoke

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"firehall/internal/action"
	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/schedule"
	"firehall/internal/store"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// erase erases somebody and returns what the record calls them.
func (w *world) erase(n, successor id.Person) id.Person {
	w.t.Helper()
	as, err := w.act.ErasePerson(w.t.Context(), team.Firehall, n, successor)
	if err != nil {
		w.t.Fatal(err)
	}
	w.settle()
	return as
}

// record returns all that is recorded and set up, as one text.
func (w *world) record() string {
	w.t.Helper()
	var b strings.Builder
	note := func(v any) {
		text, err := json.Marshal(v)
		if err != nil {
			w.t.Fatal(err)
		}
		b.Write(text)
		b.WriteByte('\n')
	}
	ctx := w.t.Context()
	list, _, err := w.db.Alerts(ctx, store.AlertFilter{Limit: 500})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, a := range list {
		note(a)
		policy, err := w.db.PolicyVersion(ctx, a.Policy)
		note([]any{policy, err})
		for _, read := range []func() (any, error){
			func() (any, error) { return w.db.PagesOf(ctx, a.ID) },
			func() (any, error) { return w.db.SendsOf(ctx, a.ID) },
			func() (any, error) { return w.db.Timeline(ctx, a.ID, "", 1000) },
		} {
			v, err := read()
			if err != nil {
				w.t.Fatal(err)
			}
			note(v)
			if entries, ok := v.([]timeline.Entry); ok {
				for _, e := range entries {
					note(timeline.Sentence(e, func(p id.Person) string { return string(p) }, time.UTC))
				}
			}
		}
	}
	audit, err := w.db.AuditLog(ctx, "", 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	note(audit)
	tokens, err := w.db.Tokens(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	note(tokens)
	bases, err := w.db.Bases(ctx, "file")
	if err != nil {
		w.t.Fatal(err)
	}
	note(fmt.Sprint(bases))
	signed, err := w.db.Signatures(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	note(fmt.Sprint(signed))
	s := w.db.Setup()
	note(s.People)
	note([]any{s.Teams, s.Schedules, s.Policies, s.Installation, s.Overrides})
	return b.String()
}

// story of an evening in which cy takes part.
func (w *world) evening() (open, done id.Alert) {
	w.t.Helper()
	w.person("cy", func(p *store.Person) {
		p.FullName, p.Email = "Cyra Wongsley", "cyra@example.com"
		p.Contacts = map[string]notify.Contact{"hook": {Kind: "webhook", To: "https://hooks.example/cyra-secret"}}
	})
	if _, err := w.change("file", "repeat: 1", "repeat: 2"); err != nil {
		w.t.Fatal(err)
	}
	w.do(func(tx *store.Tx) error {
		o := schedule.Cover("cy", "ana", start.Add(-time.Hour), start.Add(4*time.Hour))
		o.ID, o.Schedule, o.CreatedAt, o.By = id.Override(tx.NewID(id.PrefixOverride)), "primary", tx.Now, "cy"
		return tx.AddOverride(w.t.Context(), o)
	})
	if _, _, err := w.act.MakeToken(w.t.Context(), team.Actor{Person: "cy", Role: team.Responder}, action.TokenInput{Name: "mine", Person: "cy", Scopes: []team.Scope{team.ScopeRead}}); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.change("cy", "repeat: 2", "repeat: 1"); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.act.PutThing(w.t.Context(), team.Actor{Person: "cy", Role: team.Owner}, store.KindTeam, "spare", json.RawMessage(`{"name": "Spare"}`), false); err != nil {
		w.t.Fatal(err)
	}
	done = w.signal("disk full")
	w.ack("cy", done)
	must(w, func() (alert.Alert, error) {
		return w.act.Note(w.t.Context(), actor("cy"), done, "mail me: cyra@example.com", "by the API")
	})
	w.resolve("cy", done)
	open = w.signal("database down")
	return open, done
}

func TestSomebodyErasedLeavesNoTrace(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		open, done := w.evening()
		before := w.record()
		traces := []string{`"cy"`, "person:cy", "Cyra", "Wongsley", "cyra@example.com", "cyra-secret", "cy has", " cy ", "{cy ", "people.cy"}
		for _, trace := range traces[:4] {
			if trace != "person:cy" && !strings.Contains(before, trace) {
				t.Fatalf("the test leaves no trace %q", trace)
			}
		}
		w.told = nil
		as := w.erase("cy", "ben")
		w.expect("ben hook: page database down") // at once: cy alone was asked
		after := w.record()
		for _, trace := range traces {
			if i := strings.Index(after, trace); i >= 0 {
				t.Errorf("left is %q: %s", trace, after[max(0, i-200):i+100])
			}
		}
		if !strings.Contains(w.story(done), string(as)+" has it") || !strings.HasPrefix(string(as), "erased-") {
			t.Errorf("the story does not say %s:\n%s", as, w.story(done))
		}
		w.said(open, "not in Firehall any more")

		// A namesake comes: nothing of the one before is theirs.
		w.save(store.KindPerson, "cy", store.Person{Person: team.Person{Name: "cy", FullName: "Cy Two"}})
		mine, err := w.act.OwnData(t.Context(), team.Firehall, "cy")
		if err != nil || len(mine.Pages)+len(mine.Actions)+len(mine.Audit)+len(mine.Shifts)+len(mine.Tokens) > 0 {
			t.Errorf("the namesake has %+v, %v", mine, err)
		}
	})
}

func TestWhatSomebodyErasedHadIsWhatTheScheduleShows(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.pass(4 * 24 * time.Hour) // Tuesday: cy's week, since Monday 12:00
		as := w.erase("cy", "eve")
		plan, err := w.db.Setup().Plan("primary")
		if err != nil {
			t.Fatal(err)
		}
		now := w.clock()
		for at, want := range map[time.Time]id.Person{
			now.Add(-2 * time.Hour): as, now: "eve", now.Add(-3 * 24 * time.Hour): "ana", now.Add(7 * 24 * time.Hour): "ana", now.Add(14 * 24 * time.Hour): "eve",
		} {
			if got := plan.OnCall(at).People; !slices.Equal(got, []id.Person{want}) {
				t.Errorf("at %s on call: %v, expected %s", at, got, want)
			}
		}
	})
}

func TestWhoStandsSomewhereIsNotErasedWithoutASuccessor(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.save(store.KindInstallation, "installation", store.Installation{Fallback: []escalation.Target{"person:ben"}})
		w.evening()
		for n, want := range map[id.Person][]string{
			"cy":  {"schedules.primary: they cover primary by an override until Fri 2026-11-20 07:00 UTC", "schedules.primary.layers[0]: they take turns in layer weekly"},
			"ben": {"installation.fallback: they are in the fallback of the installation", "policies.payments.steps[1]: step 2 of the policy pages them"},
			"dee": {"policies.payments.fallback: they are in the fallback of the policy"},
		} {
			_, err := w.act.ErasePerson(t.Context(), team.Firehall, n, "")
			f := fault.Of(err)
			if f == nil || f.Kind != fault.Invalid {
				t.Fatalf("%s: got %v", n, err)
			}
			var got []string
			for _, one := range f.Fields {
				got = append(got, one.Path+": "+one.Sentence)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: got %q", n, got)
			}
		}
		if _, err := w.act.ErasePerson(t.Context(), team.Firehall, "ben", "cy"); err != nil {
			t.Fatal(err)
		}
		s := w.db.Setup()
		if got := fmt.Sprint(s.Installation.Fallback, s.Policies["payments"].Steps[1].Page, s.Teams["payments"].Members); got != "[person:cy] [person:cy] [ana cy]" {
			t.Errorf("after it %s", got)
		}
		if as := w.erase("eve", ""); as == "" {
			t.Error("who stands nowhere needs no successor")
		}
	})
}

func TestAnErasureThatWasCutShortIsFinished(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		_, done := w.evening()
		as := w.erase("cy", "ben")
		// As if the rewriting had been cut short: a trace is left, and the row that says so.
		w.do(func(tx *store.Tx) error {
			if err := tx.Record(t.Context(), timeline.Entry{Alert: done, Kind: timeline.Noted, By: "cy", Text: "hm"}); err != nil {
				return err
			}
			return tx.SaveErasure(t.Context(), store.Erasure{Name: "cy", As: as, At: tx.Now})
		})
		file := json.RawMessage(`{"people": {"cy": {"name": "Cy Two"}}}`)
		if _, err := w.act.Apply(t.Context(), team.Firehall, file, action.ApplyOptions{}); !fault.Is(err, fault.Conflict) {
			t.Errorf("the name was given away: %v", err)
		}
		if again := w.erase("cy", ""); again != as {
			t.Errorf("finished as %s, begun as %s", again, as)
		}
		w.said(done, string(as)+" wrote a note")
		if _, err := w.act.Apply(context.Background(), team.Firehall, file, action.ApplyOptions{}); err != nil {
			t.Errorf("the name is not free again: %v", err)
		}
	})
}

func TestWhatSomebodyHadBeforeTheyWereDisabledStaysTheirs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.pass(4 * 24 * time.Hour)
		now := w.clock()
		for _, off := range []bool{true, false, true} {
			if err := w.act.SetDisabled(t.Context(), team.Firehall, "ana", off); err != nil {
				t.Fatal(err)
			}
			w.pass(14 * 24 * time.Hour)
		}
		plan, err := w.db.Setup().Plan("primary")
		if err != nil {
			t.Fatal(err)
		}
		for after, want := range map[time.Duration]int{-3 * 24 * time.Hour: 1, 7 * 24 * time.Hour: 0, 21 * 24 * time.Hour: 1, 35 * 24 * time.Hour: 0} {
			if got := plan.OnCall(now.Add(after)).People; len(got) != want {
				t.Errorf("%s after it was first disabled: %v on call", after, got)
			}
		}
	})
}

func TestOwnDataIsAllOfIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.evening()
		by := team.Actor{Person: "cy", Role: team.Observer, Scopes: []team.Scope{team.ScopeRead}}
		mine, err := w.act.OwnData(t.Context(), by, "cy")
		if err != nil {
			t.Fatal(err)
		}
		if mine.Profile.Email != "cyra@example.com" || len(mine.Tokens) != 1 || len(mine.Pages) != 2 || len(mine.Pages[0].Sends) != 1 ||
			mine.Pages[0].Summary != "disk full" || mine.Pages[0].Sends[0].Words != "said the provider" || len(mine.Overrides) != 1 || len(mine.Shifts) == 0 || len(mine.Audit) == 0 ||
			len(mine.Applied) == 0 || len(mine.Proofs) != 1 || mine.Proofs[0].Contact != "hook" {
			t.Errorf("it is %+v", mine)
		}
		var did []string
		for _, e := range mine.Actions {
			if e.By == "cy" {
				did = append(did, string(e.Kind))
			}
		}
		if got := strings.Join(did, " "); got != "acked noted resolved" {
			t.Errorf("they did %s", got)
		}
		if _, err := w.act.OwnData(t.Context(), by, "ana"); !fault.Is(err, fault.Denied) {
			t.Errorf("another's data: %v", err)
		}
	})
}
