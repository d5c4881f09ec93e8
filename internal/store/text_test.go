package store

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"firehall/internal/alert"
	"firehall/internal/escalation"
	"firehall/internal/fault"
	"firehall/internal/id"
	"firehall/internal/notify"
	"firehall/internal/schedule"
	"firehall/internal/team"
	"firehall/internal/timeline"
)

// writes keep one text each, somewhere.
var writes = map[string]func(ctx context.Context, tx *Tx, text string) error{
	"the key of an alert": func(ctx context.Context, tx *Tx, text string) error {
		return tx.AddAlerts(ctx, []alert.Alert{problem("alert_1", "s", "fine"), problem("alert_2", "s", text)})
	},
	"the summary of an alert that is saved": func(ctx context.Context, tx *Tx, text string) error {
		return tx.SaveAlert(ctx, alert.Alert{ID: "alert_1", Summary: text})
	},
	"the key of a member": func(ctx context.Context, tx *Tx, text string) error {
		return tx.SaveMembers(ctx, "alert_1", []alert.Member{{Key: text}})
	},
	"the source of a message": func(ctx context.Context, tx *Tx, text string) error {
		return tx.AddMessages(ctx, []Message{{ID: "message_1", Source: id.Source(text)}})
	},
	"the words of a send": func(ctx context.Context, tx *Tx, text string) error {
		return tx.AddSends(ctx, []notify.Send{{ID: "send_1", Words: text}})
	},
	"the words of a send that is saved": func(ctx context.Context, tx *Tx, text string) error {
		return tx.SaveSend(ctx, notify.Send{ID: "send_1", Words: text})
	},
	"the reason of a page": func(ctx context.Context, tx *Tx, text string) error {
		return tx.AddPages(ctx, []notify.Page{{ID: "page_1", Reason: text}})
	},
	"what a timer is for": func(ctx context.Context, tx *Tx, text string) error {
		return tx.SetTimers(ctx, Timer{Kind: "k", Ref: text})
	},
	"the key of a hush": func(ctx context.Context, tx *Tx, text string) error {
		return tx.SaveHush(ctx, alert.Hush{Key: text})
	},
	"the name of a token": func(ctx context.Context, tx *Tx, text string) error {
		return tx.AddToken(ctx, Token{ID: "token_1", Name: text})
	},
	"a fact": func(ctx context.Context, tx *Tx, text string) error { return put(ctx, tx, "b", text) },
}

// documents keep one text each inside a document.
var documents = map[string]func(ctx context.Context, tx *Tx, text string) error{
	"the detail of an alert": func(ctx context.Context, tx *Tx, text string) error {
		a := problem("alert_1", "s", "k")
		a.Details = map[string]string{"a": "fine", "b": "not " + text}
		return tx.AddAlerts(ctx, []alert.Alert{a})
	},
	"the detail of an alert that is saved": func(ctx context.Context, tx *Tx, text string) error {
		return tx.SaveAlert(ctx, alert.Alert{ID: "alert_1", Details: map[string]string{text: "x"}})
	},
	"the summary of a member": func(ctx context.Context, tx *Tx, text string) error {
		return tx.SaveMembers(ctx, "alert_1", []alert.Member{{Key: "k", Summary: text}})
	},
	"a note": func(ctx context.Context, tx *Tx, text string) error {
		return tx.Record(ctx, timeline.Entry{Alert: "alert_1", Kind: timeline.Noted, Text: text})
	},
	"a person's name": func(ctx context.Context, tx *Tx, text string) error {
		return tx.SaveDoc(ctx, KindPerson, "ana", Person{Person: team.Person{FullName: text}})
	},
	"a policy's target": func(ctx context.Context, tx *Tx, text string) error {
		_, err := tx.AddPolicyVersion(ctx, escalation.Policy{Fallback: []escalation.Target{escalation.Target(text)}})
		return err
	},
	"an override's person": func(ctx context.Context, tx *Tx, text string) error {
		return tx.AddOverride(ctx, schedule.Override{ID: "override_1", Add: id.Person(text)})
	},
	"a line of the audit log": func(ctx context.Context, tx *Tx, text string) error {
		return tx.Audit(ctx, Deed{Doc: map[string]any{"x": text}})
	},
}

// What PostgreSQL cannot hold is refused on both, with a sentence, and nothing
// of its transaction is kept.
func TestTextThatCannotBeKeptIsRefusedWhole(t *testing.T) {
	onBoth(t, func(w *world) {
		refused := func(what, text string, write func(context.Context, *Tx, string) error) {
			w.Helper()
			err := w.db.Do(w.Context(), func(tx *Tx) error {
				if err := put(w.Context(), tx, "a", "fine"); err != nil {
					return err
				}
				return write(w.Context(), tx, text)
			})
			if err == nil || !strings.HasSuffix(err.Error(), "text is UTF-8 without NUL characters: take them out") || !fault.Is(err, fault.Invalid) {
				w.Errorf("%s as %q: it says %v", what, text, err)
			}
		}
		for what, write := range writes {
			for _, text := range []string{"a\x00b", "\x00", "a\xffb", "cut\xe2\x82", "\xed\xa0\x80"} {
				refused(what, text, write)
			}
		}
		for what, write := range documents {
			refused(what, "a\x00b", write)
		}
		w.facts()
	})
}

func TestOddTextIsKept(t *testing.T) {
	odd := []string{
		"'; DROP TABLE alerts; --", "<script>", "“é” 🔥 \u202e\u200f", "\u2028\ufeff\ufffd", "a\nb\tc\r", `\u0000`, `\\u0000`, `\`, "\x01\x1f\x7f", strings.Repeat("x", 10_000),
	}
	onBoth(t, func(w *world) {
		for _, text := range odd {
			for _, set := range []map[string]func(context.Context, *Tx, string) error{writes, documents} {
				for what, write := range set {
					err := w.db.Do(w.Context(), func(tx *Tx) error {
						if err := tx.Savepoint(w.Context(), func() error { return write(w.Context(), tx, text) }); err != nil {
							return err
						}
						return errUndo
					})
					if err != errUndo { //nolint:errorlint // nothing else may come
						w.Errorf("%s as %.50q: %v", what, text, err)
					}
				}
			}
			a := problem("alert_1", "s", text)
			a.Summary, a.Details = text, map[string]string{text: text}
			w.undone(func(ctx context.Context, tx *Tx) error {
				if err := tx.AddAlerts(ctx, []alert.Alert{a}); err != nil {
					return err
				}
				w.same(a, must(tx.LockAlert(ctx, "alert_1"))(w))
				return nil
			})
		}
	})
}

// Broken UTF-8 in a document is replaced, as encoding/json does it.
func TestBrokenTextInADocumentIsMended(t *testing.T) {
	onBoth(t, func(w *world) {
		w.do(func(ctx context.Context, tx *Tx) error {
			return tx.Record(ctx, timeline.Entry{Alert: "alert_1", Kind: timeline.Noted, Text: "a\xffb"})
		})
		if got := must(w.db.Timeline(w.Context(), "alert_1", "", 1))(w)[0].Text; got != "a\ufffdb" {
			w.Errorf("it is %q", got)
		}
	})
}

func TestADocumentIsRefusedForARealNULOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{`\`, "u0000", "\x00", "\x01", "a", `"`, "/"}), 0, 9).Draw(t, "text"), "")
		got, err := encode(map[string]string{"x": text, text: "x"})
		if (err != nil) != strings.Contains(text, "\x00") {
			t.Fatalf("%q: %s, %v", text, got, err)
		}
		var back map[string]string
		if err == nil && (json.Unmarshal(got, &back) != nil || back["x"] != text && text != "x") {
			t.Fatalf("%q came back as %q", text, back["x"])
		}
	})
}

// Whoever asks for what cannot be there is told so, and nothing breaks.
func TestAskingForTextThatCannotBeThere(t *testing.T) {
	onBoth(t, func(w *world) {
		ctx, bad := w.Context(), "x\x00\xff"
		notThere := map[string]func() error{
			"an alert":   func() error { _, err := w.db.Alert(ctx, id.Alert(bad)); return err },
			"a page":     func() error { _, err := w.db.Page(ctx, id.Page(bad)); return err },
			"a message":  func() error { _, err := w.db.Message(ctx, id.Message(bad)); return err },
			"a token":    func() error { _, err := w.db.TokenByHash(ctx, bad); return err },
			"a standing": func() error { _, err := w.db.Standing(ctx, id.Alert(bad)); return err },
			"a locked alert": func() error {
				return w.db.Do(ctx, func(tx *Tx) error { _, err := tx.LockAlert(ctx, id.Alert(bad)); return err })
			},
		}
		for what, ask := range notThere {
			if err := ask(); !fault.Is(err, fault.NotFound) {
				w.Errorf("%s: it says %v", what, err)
			}
		}
		lists := map[string]func() error{
			"alerts of a service": func() error { _, _, err := w.db.Alerts(ctx, AlertFilter{Service: id.Service(bad)}); return err },
			"alerts before one":   func() error { _, _, err := w.db.Alerts(ctx, AlertFilter{Before: id.Alert(bad)}); return err },
			"a timeline":          func() error { _, err := w.db.Timeline(ctx, id.Alert(bad), "", 9); return err },
		}
		for what, ask := range lists {
			if err := ask(); !fault.Is(err, fault.Invalid) {
				w.Errorf("%s: it says %v", what, err)
			}
		}
		if list, _, err := w.db.Alerts(ctx, AlertFilter{Text: bad}); err != nil || len(list) > 0 {
			w.Errorf("alerts with a text: %v, %v", list, err)
		}
	})
}
