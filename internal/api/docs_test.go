package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"firehall/internal/store"
)

var update = flag.Bool("update", false, "rewrite the answers in docs/api.md")

// docsPage is the page whose examples are run.
const docsPage = "../../docs/api.md"

// TestTheExamplesInTheDocsAreTrue sends every request of docs/api.md, in its
// order, and compares the answers with those that stand there.
//
// A block ```http is a request to the API, a block ```sh a curl command; the
// line "Answers 201:" and a block ```json behind it are the answer. Comments
// steer it: <!-- as ben --> says who asks, <!-- pass 5m --> lets time pass,
// <!-- first 2 --> shows so many items of a list.
func TestTheExamplesInTheDocsAreTrue(t *testing.T) {
	page, err := os.ReadFile(docsPage)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.NewChaCha8([32]byte{1})
	run := docsRun{w: newWorld(t, store.Config{Dir: t.TempDir(), Random: random}), who: "owner", fake: map[string]string{}, real: map[string]string{}}
	got := run.page(string(page))
	if got == string(page) {
		return
	}
	if *update {
		if err := os.WriteFile(docsPage, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for i, line := range strings.Split(got, "\n") {
		if was := strings.Split(string(page), "\n"); i >= len(was) || was[i] != line {
			t.Fatalf("docs/api.md is not true any more from line %d on; run go test ./internal/api -run Docs -update\ngot  %s", i+1, line)
		}
	}
	t.Fatal("docs/api.md says more than what is answered")
}

// docsRun runs the examples of a page.
type docsRun struct {
	w          *world
	who        string
	first      int               // items to show; 0 is all
	fake, real map[string]string // ids as the page has them, and as they are
}

var (
	docsComment = regexp.MustCompile(`<!-- (as|pass|first) (\S+) -->`)
	docsAnswer  = regexp.MustCompile("(?s)^\n\nAnswers [0-9]{3}(:\n\n```json\n.*?```|\\.)")
	docsID      = regexp.MustCompile(`\b(alert|page|send|message|override|policy|token|entry|audit)_[0-9a-v]{26}\b`)
	docsSecret  = regexp.MustCompile(`fh_[A-Za-z0-9_-]{43}`)
	docsBlock   = regexp.MustCompile("(?s)<!-- (?:as|pass|first) \\S+ -->|```(http|sh)\n(.*?)```")
)

// page returns the page with the answers that were given.
func (d *docsRun) page(text string) string {
	var out strings.Builder
	for {
		at := docsBlock.FindStringSubmatchIndex(text)
		if at == nil {
			return out.String() + text
		}
		out.WriteString(text[:at[1]])
		found, rest := text[at[0]:at[1]], text[at[1]:]
		if m := docsComment.FindStringSubmatch(found); m != nil {
			d.steer(m[1], m[2])
		} else if old := docsAnswer.FindString(rest); old != "" {
			out.WriteString(d.answer(text[at[2]:at[3]], text[at[4]:at[5]]))
			rest = rest[len(old):]
		}
		text = rest
	}
}

func (d *docsRun) steer(verb, word string) {
	switch verb {
	case "as":
		d.who = word
	case "pass":
		wait, err := time.ParseDuration(word)
		if err != nil {
			d.w.t.Fatal(err)
		}
		d.w.pass(wait)
	case "first":
		if _, err := fmt.Sscan(word, &d.first); err != nil {
			d.w.t.Fatal(err)
		}
	}
}

// answer sends one request and returns what the page says about its answer.
func (d *docsRun) answer(kind, request string) string {
	request = docsID.ReplaceAllStringFunc(request, func(n string) string { return d.real[n] })
	method, path, body := parseRequest(kind, request)
	var content any
	if body != "" {
		content = body
	}
	who := d.who
	if kind == "sh" {
		who = ""
	}
	r := d.w.call(who, method, path, content)
	if r.Body.Len() == 0 {
		return fmt.Sprintf("\n\nAnswers %d.", r.Code)
	}
	return fmt.Sprintf("\n\nAnswers %d:\n\n```json\n%s\n```", r.Code, d.shown(r.ResponseRecorder))
}

// parseRequest reads a request as the page has it.
func parseRequest(kind, text string) (method, path, body string) {
	if kind == "http" {
		head, body, _ := strings.Cut(text, "\n")
		method, path, _ = strings.Cut(head, " ")
		return method, path, strings.TrimSpace(body)
	}
	method = "GET"
	if _, rest, ok := strings.Cut(text, "-d '"); ok {
		method = "POST"
		body, _, _ = strings.Cut(rest, "'")
	}
	_, path, _ = strings.Cut(text, "https://firehall.example")
	path, _, _ = strings.Cut(path, "\n")
	return method, strings.TrimSpace(path), body
}

// shown returns an answer as the page shows it: short things on one line, the
// same ids each time, and no secrets.
func (d *docsRun) shown(r *httptest.ResponseRecorder) string {
	raw := docsID.ReplaceAllFunc(r.Body.Bytes(), func(n []byte) []byte { return []byte(d.name(string(n))) })
	raw = docsSecret.ReplaceAll(raw, []byte("fh_…"))
	var list struct {
		Items []json.RawMessage `json:"items"`
		Next  string            `json:"next_cursor,omitempty"`
	}
	if d.first > 0 && json.Unmarshal(raw, &list) == nil && len(list.Items) > d.first {
		list.Items = list.Items[:d.first]
		raw, _ = json.Marshal(list)
	}
	d.first = 0
	var out bytes.Buffer
	tidyJSON(&out, raw, "")
	return out.String()
}

// name returns the id that the page has for one.
func (d *docsRun) name(n string) string {
	if _, ok := d.fake[n]; !ok {
		prefix, _, _ := strings.Cut(n, "_")
		count := 1
		for other := range d.real {
			if strings.HasPrefix(other, prefix+"_") {
				count++
			}
		}
		d.fake[n] = fmt.Sprintf("%s_00361b3gj5600000000000%04d", prefix, count)
		d.real[d.fake[n]] = n
	}
	return d.fake[n]
}

// width is how long a line of an answer may be.
const width = 110

// tidyJSON writes a value on one line when it fits, else its parts on lines of
// their own.
func tidyJSON(out *bytes.Buffer, raw []byte, indent string) {
	raw = bytes.TrimSpace(raw)
	if len(raw)+len(indent) <= width || (raw[0] != '{' && raw[0] != '[') {
		out.Write(spaced(raw))
		return
	}
	end := map[byte]string{'{': "}", '[': "]"}[raw[0]]
	out.WriteByte(raw[0])
	decoder := json.NewDecoder(bytes.NewReader(raw))
	_, _ = decoder.Token()
	for n := 0; decoder.More(); n++ {
		if n > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n" + indent + "  ")
		if end == "}" {
			name, _ := decoder.Token()
			fmt.Fprintf(out, "%q: ", name)
		}
		var part json.RawMessage
		if decoder.Decode(&part) != nil {
			return
		}
		tidyJSON(out, part, indent+"  ")
	}
	out.WriteString("\n" + indent + end)
}

// spaced returns compact JSON with a space behind each colon and comma.
func spaced(raw []byte) []byte {
	var out bytes.Buffer
	inText := false
	for i, b := range raw {
		if b == '"' && (i == 0 || raw[i-1] != '\\') {
			inText = !inText
		}
		out.WriteByte(b)
		if !inText && (b == ',' || b == ':') {
			out.WriteByte(' ')
		}
	}
	return out.Bytes()
}
