package timeline

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firehall/internal/id"
)

var night = time.Date(2026, 11, 20, 3, 7, 9, 0, time.UTC)

// says returns the sentence of an entry, told in Lisbon, where names are
// capitalised.
func says(e Entry) string {
	name := func(p id.Person) string { return strings.ToUpper(string(p[:1])) + string(p[1:]) }
	return Sentence(e, name, time.FixedZone("WET", 0))
}

// examples hold an entry of each kind, without its reason, and what it says.
var examples = []struct {
	entry Entry
	want  string
}{
	{Entry{Kind: Opened, Source: "prometheus"}, "Opened by source prometheus"},
	{Entry{Kind: Opened, By: "ana"}, "Opened by Ana"},
	{Entry{Kind: Opened}, "Opened by a program"},
	{Entry{Kind: Folded, Source: "prometheus"}, "Changed by source prometheus"},
	{Entry{Kind: Worse, Person: "ana"}, "Worse than when Ana acknowledged it"},
	{Entry{Kind: Worse}, "Worse than when nobody acknowledged it"},
	{Entry{Kind: Nobody}, "Found nobody"},
	{Entry{Kind: Paged, Person: "ana"}, "Paged Ana"},
	{Entry{Kind: Paged}, "Paged nobody"},
	{Entry{Kind: Held, Until: night}, "Waits until 03:07:09 WET on 20 Nov"},
	{Entry{Kind: Queued, Person: "ana", Contact: "hook", Channel: "webhook", Until: night}, "Will tell Ana by hook (webhook) at 03:07:09 WET on 20 Nov"},
	{
		Entry{Kind: Attempt, Person: "ana", Contact: "hook", Channel: "webhook", Try: 2, Until: night},
		"Attempt 2 to tell Ana by hook (webhook) did not succeed, next at 03:07:09 WET on 20 Nov",
	},
	{Entry{Kind: Accepted, Person: "ana", Contact: "mail", Channel: "email", Try: 3}, "Told Ana by mail (email), accepted on attempt 3"},
	{Entry{Kind: Delivered, Person: "ana", Contact: "mail", Channel: "email"}, "Told Ana by mail (email), delivered"},
	{Entry{Kind: Failed, Person: "ana", Contact: "mail", Channel: "email"}, "Could not tell Ana by mail (email)"},
	{Entry{Kind: Skipped, Person: "ana", Contact: "mail", Channel: "email"}, "Did not tell Ana by mail (email)"},
	{Entry{Kind: Acked, By: "ana", Until: night}, "Ana has it until 03:07:09 WET on 20 Nov"},
	{Entry{Kind: Acked, By: "ana"}, "Ana has it"},
	{Entry{Kind: Acked, Source: "pager"}, "Source pager has it"},
	{Entry{Kind: Unacked, By: "ana"}, "Ana gave it back"},
	{Entry{Kind: Lapsed, Person: "ana"}, "Ana does not have it any more"},
	{Entry{Kind: Lapsed}, "nobody does not have it any more"},
	{Entry{Kind: Nudged, Person: "ana"}, "Asked Ana"},
	{Entry{Kind: Snoozed, By: "ana", Until: night}, "Ana snoozed it until 03:07:09 WET on 20 Nov"},
	{Entry{Kind: Escalated, By: "ana"}, "Ana asked for help: the next step now"},
	{Entry{Kind: Declined, By: "ana"}, "Ana cannot take it: the next step now"},
	{Entry{Kind: Reassigned, By: "ana"}, "Ana reassigned it"},
	{Entry{Kind: Noted, By: "ana"}, "Ana wrote a note"},
	{Entry{Kind: Merged}, "Merged"},
	{Entry{Kind: Resolved, By: "ana"}, "Resolved by Ana"},
	{Entry{Kind: Resolved, Source: "prometheus"}, "Resolved by source prometheus"},
	{Entry{Kind: Restored, Reason: "it is from before a backup was restored"}, "Held: it is from before a backup was restored"},
	{Entry{Kind: Released, By: "ana", Reason: "ana acts on it"}, "Held no longer: ana acts on it"},
	{Entry{Kind: Hushed, Until: night}, "Pages nobody until 03:07:09 WET on 20 Nov"},
	{Entry{Kind: Audited}, "Found lying by the auditor and run"},
}

func TestWhatEachKindSays(t *testing.T) {
	for _, e := range examples {
		if got := says(e.entry); got != e.want {
			t.Errorf("%s:\n %s\nnot\n %s", e.entry.Kind, got, e.want)
		}
	}
}

func TestNoKindFallsThroughToItsWord(t *testing.T) {
	shown := map[Kind]bool{}
	for _, e := range examples {
		shown[e.entry.Kind] = true
	}
	kinds := kindsInSource(t)
	if len(kinds) < 25 {
		t.Fatalf("only %d kinds are found: %v", len(kinds), kinds)
	}
	for _, kind := range kinds {
		if !shown[kind] {
			t.Errorf("%s has no example here", kind)
		}
		if got := says(Entry{Kind: kind, Person: "ana"}); got == string(kind) {
			t.Errorf("%s has no sentence", kind)
		}
	}
}

// kindsInSource returns the kinds that timeline.go declares.
func kindsInSource(t *testing.T) []Kind {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "timeline.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []Kind
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if of, ok := spec.Type.(*ast.Ident); !ok || of.Name != "Kind" {
			return true
		}
		word, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, Kind(word))
		return true
	})
	return kinds
}

func TestAKindOfANewerVersionIsShownByItsWord(t *testing.T) {
	if got := says(Entry{Kind: "teleported", Reason: "a newer node wrote it"}); got != "teleported: a newer node wrote it" {
		t.Errorf("it says %q", got)
	}
}

func TestReasonAndTextFollowWhatHappened(t *testing.T) {
	tests := map[string]struct {
		entry Entry
		want  string
	}{
		"a reason":           {Entry{Kind: Paged, Person: "ana", Reason: "step 1 of payments"}, "Paged Ana: step 1 of payments"},
		"words":              {Entry{Kind: Noted, By: "ana", Text: "the disk"}, "Ana wrote a note (“the disk”)"},
		"a reason and words": {Entry{Kind: Declined, By: "ana", Reason: "by the API", Text: "on a train"}, "Ana cannot take it: the next step now: by the API (“on a train”)"},
		"words in one line":  {Entry{Kind: Noted, By: "ana", Text: " a\n\tb\r\n  c "}, "Ana wrote a note (“a b c”)"},
		"300 runes":          {Entry{Kind: Noted, By: "ana", Text: strings.Repeat("é", 300)}, "Ana wrote a note (“" + strings.Repeat("é", 300) + "”)"},
		"301 runes are cut":  {Entry{Kind: Noted, By: "ana", Text: strings.Repeat("é", 301)}, "Ana wrote a note (“" + strings.Repeat("é", 300) + "…”)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := says(test.entry); got != test.want {
				t.Errorf("it says %q", got)
			}
		})
	}
}

func TestTimesAreToldWhereTheReaderIs(t *testing.T) {
	e := Entry{Kind: Held, Until: night}
	name := func(p id.Person) string { return string(p) }
	if got := Sentence(e, name, time.FixedZone("JST", 9*3600)); got != "Waits until 12:07:09 JST on 20 Nov" {
		t.Errorf("it says %q", got)
	}
}

func TestAnEntryInJSONIsReadBackWithoutWhatItsRowHolds(t *testing.T) {
	e := Entry{
		ID: "entry_1", Alert: "alert_1", At: night, Kind: Attempt, By: "ana", Source: "s", Person: "ben", Contact: "hook", Channel: "webhook",
		Page: "page_1", Send: "send_1", Message: "message_1", Step: 2, Try: 3, Until: night, Reason: "r", Text: "t",
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back Entry
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	e.ID, e.Alert, e.At, e.Kind = "", "", time.Time{}, ""
	if diff := cmp.Diff(e, back); diff != "" {
		t.Error(diff)
	}
	if text, err := json.Marshal(Entry{}); err != nil || string(text) != "{}" {
		t.Errorf("an empty entry is written %s, %v", text, err)
	}
}
