package channel

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"firehall/internal/fault"
)

func TestEveryKindIsListedAndOnlyAPushRings(t *testing.T) {
	s := newSet(t, Options{})
	if got, want := s.Kinds(), []string{"email", "ntfy", "slack", "webhook"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, kind := range s.Kinds() {
		if s.Rings(kind) != (kind == "ntfy") {
			t.Errorf("%s rings: %v", kind, s.Rings(kind))
		}
	}
}

func TestAKindThatDoesNotExist(t *testing.T) {
	s := newSet(t, Options{})
	err := s.Validate(Contact{Kind: "pigeon", To: "roof"})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "email ntfy slack webhook") {
		t.Errorf("got %v, want a fault that lists the kinds", err)
	}
	if o := s.Send(t.Context(), Contact{Kind: "pigeon"}, pageNotice()); o.Status != Refused || o.Words == "" {
		t.Errorf("got %+v, want it refused with words", o)
	}
}

// slow is a channel that takes its time and talks too much.
type slow struct{ deadline bool }

func (*slow) Validate(Contact) error { return nil }

func (s *slow) Send(ctx context.Context, _ Contact, _ Notice) Outcome {
	_, s.deadline = ctx.Deadline()
	return Outcome{Status: Accepted, Words: "line one\r\nline two " + strings.Repeat("é", MaxWords)}
}

func TestSendBoundsTheCallAndItsWords(t *testing.T) {
	fake := &slow{}
	s := &Set{kinds: map[string]kind{"slow": {channel: fake, rings: true}}}
	o := s.Send(t.Context(), Contact{Kind: "slow"}, pageNotice())
	if !fake.deadline {
		t.Error("the call has no deadline")
	}
	if len(o.Words) > MaxWords || !strings.HasPrefix(o.Words, "line one line two é") || !strings.HasSuffix(o.Words, "é…") {
		t.Errorf("%d bytes: %q", len(o.Words), o.Words)
	}
	if o.Took <= 0 {
		t.Error("nobody measured how long it took")
	}
	if !s.Rings("slow") {
		t.Error("a kind that rings does not")
	}
}

func TestNoVerbPrintsAContactsAddressOrSecret(t *testing.T) {
	c := hook("https://hooks.example")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		got := fmt.Sprintf(verb, c) + fmt.Sprintf(verb, []Contact{c})
		if strings.Contains(got, "hooks.example") || strings.Contains(got, "whsec") || !strings.Contains(got, "hook") {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}
