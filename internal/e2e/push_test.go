package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// pushes is an ntfy server, and the telephones that show what it is sent: of a
// sequence they show the last message.
type pushes struct {
	*httptest.Server
	mu    sync.Mutex
	all   []push
	limit int // how many requests are answered "too many" at first
}

type push struct {
	Topic      string `json:"topic"`
	Title      string `json:"title"`
	Message    string `json:"message"`
	Priority   int    `json:"priority"`
	SequenceID string `json:"sequence_id"`
	Actions    []struct {
		Label  string            `json:"label"`
		Method string            `json:"method"`
		URL    string            `json:"url"`
		Header map[string]string `json:"headers"`
	} `json:"actions"`
	Token string `json:"-"`
}

func newPushes(t *testing.T, limit int) *pushes {
	p := &pushes{limit: limit}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

func (p *pushes) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	one := push{Token: r.Header.Get("Authorization")}
	if err := json.NewDecoder(r.Body).Decode(&one); err != nil || r.URL.Path != "/" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"code":40017,"http":400,"error":"invalid request: request body must be message JSON"}`)
		return
	}
	if p.limit > 0 {
		p.limit--
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"code":42901,"http":429,"error":"limit reached: too many requests, please be nice"}`)
		return
	}
	p.all = append(p.all, one)
	fmt.Fprintf(w, `{"id":"m%09d","time":1795144021,"event":"message","topic":%q}`, len(p.all), one.Topic)
}

// shown returns what stands on the telephone of a topic, by sequence.
func (p *pushes) shown(topic string) map[string]push {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]push{}
	for _, one := range p.all {
		if one.Topic == topic {
			out[one.SequenceID] = one
		}
	}
	return out
}

// find returns the notification of a topic whose title holds a text.
func (p *pushes) find(topic, title string) (push, bool) {
	for _, one := range p.shown(topic) {
		if strings.Contains(one.Title, title) {
			return one, true
		}
	}
	return push{}, false
}

// byPush returns a setup in which ana and ben have a telephone each.
func byPush(url string) object {
	setup := twoSteps("http://127.0.0.1:1", "1s", "generic")
	people := object{}
	for _, name := range []string{"ana", "ben"} {
		people[name] = object{"name": strings.ToUpper(name[:1]) + name[1:], "contacts": object{
			"push": object{"kind": "ntfy", "to": url + "/" + name + "-7f3a", "secret": "tk_" + name},
		}}
	}
	setup["people"] = people
	return setup
}

// TestAPushIsAnsweredByItsButton pages two people by push; the second takes it
// on by the button, and the first one's notification becomes the news of it.
func TestAPushIsAnsweredByItsButton(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		p := newPushes(t, 1)
		n := newNode(t, t.TempDir(), database)
		n.apply(byPush(p.URL))
		post(t, n, `{"summary":"disk full on web-01","key":"d1","severity":"critical"}`)
		n.until(20*time.Second, "both are paged", func() bool {
			_, one := p.find("ana-7f3a", "disk full")
			_, two := p.find("ben-7f3a", "disk full")
			return one && two
		})
		first, _ := p.find("ana-7f3a", "disk full")
		second, _ := p.find("ben-7f3a", "disk full")
		if first.Priority != 5 || first.Token != "Bearer tk_ana" || second.Token != "Bearer tk_ben" {
			t.Errorf("got %+v and %+v", first, second)
		}

		button := second.Actions[0]
		req, err := http.NewRequest(button.Method, button.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range button.Header {
			req.Header.Set(name, value)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%q was answered %s", button.Label, resp.Status)
		}
		n.until(10*time.Second, "ana is told who has it", func() bool { _, ok := p.find("ana-7f3a", "Ben has it"); return ok })
		if got := p.shown("ana-7f3a")[first.SequenceID]; got.Title != "Ben has it" || got.Priority > 2 {
			t.Errorf("in the place of the page stands %+v", got)
		}
		post(t, n, `{"key":"d1","summary":"disk full on web-01","status":"resolved"}`)
		n.until(10*time.Second, "ana is told that it is over", func() bool {
			return strings.Contains(p.shown("ana-7f3a")[first.SequenceID].Title+p.shown("ana-7f3a")[first.SequenceID].Message, "esolved")
		})
		if shown := p.shown("ana-7f3a"); len(shown) != 1 {
			t.Errorf("%d notifications stand on ana's telephone: %+v", len(shown), shown)
		}
	})
}

// TestAContactIsTested has the program call a telephone and say what answered.
func TestAContactIsTested(t *testing.T) {
	t.Parallel()
	p := newPushes(t, 1)
	n := newNode(t, t.TempDir(), "")
	n.apply(byPush(p.URL))
	out, code := n.run("contacts", "ana", "--test", "push")
	if code != 1 || !strings.Contains(out, "429") {
		t.Errorf("exit %d: %s", code, out)
	}
	out, code = n.run("contacts", "ana", "--test", "push")
	if _, shown := p.find("ana-7f3a", "This is a test"); code != 0 || !shown || !strings.Contains(out, "accepted") {
		t.Errorf("exit %d: %s", code, out)
	}
	out, code = n.run("contacts", "ana")
	if code != 0 || !strings.Contains(out, "429") || strings.Contains(out, "tk_ana") {
		t.Errorf("exit %d: %s", code, out)
	}
}
