package secret

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"firehall/internal/fault"
)

// box returns a Box whose key is n, 32 times.
func box(t *testing.T, n byte) *Box {
	t.Helper()
	b, err := New(bytes.Repeat([]byte{n}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNewRefusesAKeyOfAnotherLength(t *testing.T) {
	for _, n := range []int{0, 16, 31, 33, 64} {
		if _, err := New(make([]byte, n)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%d bytes: got %v, want a fault", n, err)
		}
	}
}

func TestOpen(t *testing.T) {
	b := box(t, 1)
	sealed := b.Seal("contact", []byte("hunter2"))
	changed := func(at int) string {
		other := byte('A')
		if sealed[at] == other {
			other = 'B'
		}
		return sealed[:at] + string(other) + sealed[at+1:]
	}
	tests := map[string]struct {
		box             *Box
		purpose, sealed string
		plain           string
		ok              bool
	}{
		"same key and purpose":       {b, "contact", sealed, "hunter2", true},
		"an empty secret":            {b, "contact", b.Seal("contact", nil), "", true},
		"another purpose":            {b, "source", sealed, "", false},
		"another key":                {box(t, 2), "contact", sealed, "", false},
		"the nonce changed":          {b, "contact", changed(len(version)), "", false},
		"the middle changed":         {b, "contact", changed(len(sealed) / 2), "", false},
		"the tag changed":            {b, "contact", changed(len(sealed) - 2), "", false},
		"cut short":                  {b, "contact", sealed[:len(sealed)-4], "", false},
		"only the version":           {b, "contact", version, "", false},
		"nothing":                    {b, "contact", "", "", false},
		"no version":                 {b, "contact", strings.TrimPrefix(sealed, version), "", false},
		"a version we do not know":   {b, "contact", "v2." + strings.TrimPrefix(sealed, version), "", false},
		"a character that is not in": {b, "contact", sealed + "!", "", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			plain, err := test.box.Open(test.purpose, test.sealed)
			if (err == nil) != test.ok || string(plain) != test.plain {
				t.Fatalf("got %q, %v; want %q, ok %v", plain, err, test.plain, test.ok)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error tells the secret: %v", err)
			}
		})
	}
}

func TestSealNeverGivesTheSameTextTwiceNorShowsThePlainOne(t *testing.T) {
	b := box(t, 1)
	first, second := b.Seal("p", []byte("hunter2hunter2")), b.Seal("p", []byte("hunter2hunter2"))
	if first == second {
		t.Error("two seals are the same: a reader of the database sees which secrets are equal")
	}
	if strings.Contains(first, "hunter2") || !strings.HasPrefix(first, "v1.") {
		t.Errorf("sealed: %s", first)
	}
}

func TestCheckTellsKeysApart(t *testing.T) {
	b := box(t, 1)
	if !b.Matches(b.Check()) || !box(t, 1).Matches(b.Check()) {
		t.Error("a key does not match its own check")
	}
	if box(t, 2).Matches(b.Check()) || b.Matches("") || b.Matches(b.Check()+"0") {
		t.Error("another key's check matches")
	}
	if b.Check() == box(t, 2).Check() {
		t.Error("two keys have one check")
	}
}

// TestHashesAndSignaturesStay fails when a change would make every stored key
// unknown and every link in somebody's inbox dead.
func TestHashesAndSignaturesStay(t *testing.T) {
	b := box(t, 1)
	got := strings.Join([]string{
		b.Check(),
		b.HashKey("0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
		b.Sign("feed", "ana"),
		b.PageToken("page_00k3f9tq6v8s0abcdefghijklm"),
	}, "\n")
	const want = `v1.8c00c34e4380db9e645d244abd9f7371cf69210f2cddc44e7267eb48afaba0fa
2e5a0068d2054803f4eabcad0252a5cd05b5414293b15c0059502fd39f1661fb
F2E9Iu63DMC_cv7n-Vx88g
00k3f9tq6v8s0abcdefghijklm.KP5KEZJ1HxlwBiISe5037A`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestHashKeyDependsOnTheInstallation(t *testing.T) {
	b := box(t, 1)
	if got := b.HashKey("k"); !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(got) {
		t.Errorf("got %q, want 64 hex digits", got)
	}
	if b.HashKey("k") != box(t, 1).HashKey("k") || b.HashKey("k") == b.HashKey("l") || b.HashKey("k") == box(t, 2).HashKey("k") {
		t.Error("a hash must be the same for one key and one installation, and for nothing else")
	}
}

func TestNewKeyAndNewToken(t *testing.T) {
	shapes := map[string]struct {
		make  func() string
		shape string
	}{
		"key":   {NewKey, `^[0-9a-f]{32}$`},
		"token": {NewToken, `^fh_[A-Za-z0-9_-]{43}$`},
	}
	for name, test := range shapes {
		seen := map[string]bool{}
		for range 200 {
			got := test.make()
			if !regexp.MustCompile(test.shape).MatchString(got) || seen[got] {
				t.Fatalf("%s: %q has the wrong shape or came twice", name, got)
			}
			seen[got] = true
		}
	}
}

func TestNoVerbPrintsTheKey(t *testing.T) {
	b := box(t, 0x41)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		for _, value := range []any{b, *b, struct{ Box *Box }{b}, struct{ Box Box }{*b}} {
			if got := fmt.Sprintf(verb, value); strings.Contains(got, "AAAA") || strings.Contains(got, "4141") || strings.Contains(got, "65 65") {
				t.Errorf("%s prints the key: %s", verb, got)
			}
		}
	}
}

func TestManyGoroutinesUseOneBox(t *testing.T) {
	b := box(t, 1)
	wrong := make(chan string, 8)
	for n := range cap(wrong) {
		go func() {
			plain := fmt.Sprint("secret ", n)
			for range 50 {
				got, err := b.Open("p", b.Seal("p", []byte(plain)))
				if err != nil || string(got) != plain || !b.Verify("p", b.Sign("p", plain), plain) {
					wrong <- fmt.Sprintf("got %q, %v; want %q", got, err, plain)
					return
				}
			}
			wrong <- ""
		}()
	}
	for range cap(wrong) {
		if sentence := <-wrong; sentence != "" {
			t.Error(sentence)
		}
	}
}
