package web

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"firehall/internal/alert"
	"firehall/internal/store"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// unsteady finds what differs from run to run or is tested elsewhere: ids,
// tokens, the style and the drawings.
var unsteady = []struct {
	find *regexp.Regexp
	put  string
}{
	{regexp.MustCompile(`(?s)<style>.*?</style>`), "<style>…</style>"},
	{regexp.MustCompile(`(?s)<defs>.*?</defs>`), "<defs>…</defs>"},
	{regexp.MustCompile(`entry_[0-9a-v]{26}`), "entry_…"},
	{regexp.MustCompile(`/p/[0-9a-v]{26}\.[\w-]{22}`), "/p/TOKEN"},
	{regexp.MustCompile(`><`), ">\n<"},
}

// golden compares a page with a file in testdata.
func golden(t *testing.T, name, page string) {
	t.Helper()
	for _, u := range unsteady {
		page = u.find.ReplaceAllString(page, u.put)
	}
	page = sorted(page) + "\n"
	path := filepath.Join("testdata", name+".html")
	if *update {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if page != string(want) {
		t.Errorf("%s differs; got\n%s\nwant\n%s", path, page, want)
	}
}

// sorted puts lines of the timeline that have the same time in the order of
// their words: what falls due together runs in any order.
func sorted(page string) string {
	before, rest, ok := strings.Cut(page, "<ol>\n")
	lines, after, ok2 := strings.Cut(rest, "</ol>")
	if !ok || !ok2 {
		return page
	}
	rows := strings.SplitAfter(lines, "</li>\n")
	at := regexp.MustCompile(`<time>.*</time>`)
	for from := 0; from < len(rows); {
		to := from + 1
		for to < len(rows) && at.FindString(rows[to]) == at.FindString(rows[from]) {
			to++
		}
		slices.Sort(rows[from:to])
		from = to
	}
	return before + "<ol>\n" + strings.Join(rows, "") + "</ol>" + after
}

// checkout is the alert of the design.
func checkout() alert.Signal {
	return alert.Signal{
		Key: "checkout", Status: alert.Firing, Summary: "Checkout is failing for 1 in 5 shoppers", Severity: "critical",
		Details: map[string]string{
			"description": "Card payments in the EU. Other regions and wallets work.", "region": "eu-west-1", "job": "checkout-api",
		},
		Links: []alert.Link{
			{Href: "https://grafana.example.com/d/1?orgId=1&var=x", Text: "Dashboard", Kind: "dashboard"},
			{Href: "https://wiki.example.com/runbooks/checkout", Text: "Runbook", Kind: "runbook"},
		},
	}
}

// targets is a group with members of which the first few are over.
func targets(members, over int) alert.Signal {
	s := checkout()
	s.Key, s.Summary, s.Resends = "targets", fmt.Sprintf("%d targets of payments are down", members), true
	for i := range members {
		s.Members = append(s.Members, alert.Member{
			Key: fmt.Sprintf("%04d", i), Firing: i >= over, Severity: "critical",
			Summary: fmt.Sprintf("checkout-%d.eu-west-1:9100 is down", i), StartsAt: start.Add(-time.Duration(i) * time.Minute),
		})
	}
	return s
}

func TestScreens(t *testing.T) {
	tests := map[string]func(w *world) answer{
		"triggered": func(w *world) answer {
			n := w.signal("ours", checkout())
			w.set(w.now.Add(54 * time.Second))
			return w.open(w.token(n, "ana"))
		},
		"triggered_group": func(w *world) answer {
			return w.open(w.token(w.signal("prometheus", targets(41, 3)), "ana"))
		},
		"triggered_second_step": func(w *world) answer {
			w.fail["cy hook"] = true
			n := w.signal("ours", checkout())
			w.pass(6 * time.Minute)
			return w.open(w.token(n, "ben"))
		},
		"mine": func(w *world) answer {
			n := w.signal("ours", checkout())
			w.post("/p/"+w.token(n, "ana"), "do=ack&note=Looking+at+acquirer+b")
			return w.open(w.token(n, "ana"))
		},
		"theirs": func(w *world) answer {
			n := w.signal("ours", checkout())
			w.pass(6 * time.Minute)
			w.post("/p/"+w.token(n, "ben"), "do=ack")
			return w.open(w.token(n, "ana"))
		},
		"taken_over": func(w *world) answer {
			n := w.signal("ours", checkout())
			w.pass(6 * time.Minute)
			w.post("/p/"+w.token(n, "ben"), "do=ack")
			w.post("/p/"+w.token(n, "ana"), "do=ack")
			return w.open(w.token(n, "ana"))
		},
		"declined": func(w *world) answer {
			n := w.signal("ours", checkout())
			w.post("/p/"+w.token(n, "ana"), "do=decline&note=On+a+train")
			return w.open(w.token(n, "ana"))
		},
		"nudged_and_lapsed": func(w *world) answer {
			n := w.signal("ours", checkout())
			w.post("/p/"+w.token(n, "ana"), "do=ack")
			w.pass(31 * time.Minute)
			return w.open(w.token(n, "ana"))
		},
		"merged": func(w *world) answer {
			n, into := w.signal("ours", checkout()), w.fire("The database is gone")
			if _, err := w.act.Merge(w.Context(), link{page: pageOf("ana")}.actor(), n, into); err != nil {
				w.Fatal(err)
			}
			return w.open(w.token(n, "ana"))
		},
		"resolved": func(w *world) answer {
			n := w.signal("ours", checkout())
			over := checkout()
			over.Status = alert.SignalClosed
			w.pass(time.Minute)
			w.signal("ours", over)
			w.pass(12 * time.Minute)
			return w.open(w.token(n, "ana"))
		},
		"acked_when_resolved": func(w *world) answer {
			n := w.signal("ours", checkout())
			w.pass(6 * time.Minute)
			w.post("/p/"+w.token(n, "ben"), "do=resolve")
			return w.post("/p/"+w.token(n, "ana"), "do=ack")
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(w *world) { golden(w.T, name, test(w).body) })
		})
	}
}

func TestShortPages(t *testing.T) {
	onBoth(t, func(w *world) {
		n := w.fire("disk full")
		token := w.token(n, "ana")
		golden(w.T, "home", w.send("GET", "/", "").body)
		golden(w.T, "alert", w.send("GET", "/alerts/"+string(n), "").body)
		golden(w.T, "nothing", w.send("GET", "/wp-login.php", "").body)
		golden(w.T, "forged", w.open(token[:len(token)-1]).body)
		w.person("ana", func(p *store.Person) { p.Disabled = true })
		golden(w.T, "disabled", w.open(token).body)
		w.person("ana", func(p *store.Person) { p.Disabled = false })
		w.post("/p/"+token, "do=resolve")
		w.pass(8 * 24 * time.Hour)
		golden(w.T, "ended", w.open(token).body)
	})
}

// maxPage is how large the screen may be, whatever the alert.
const maxPage = 30_000

func TestTheScreenStaysSmall(t *testing.T) {
	huge := targets(2000, 10)
	huge.Summary = strings.Repeat(`"`, alert.MaxSummary)
	for i := range huge.Members {
		huge.Members[i].Summary = strings.Repeat(`'<`, 100)
		huge.Members[i].Details = map[string]string{"labels": strings.Repeat("x", 500)}
	}
	huge.Details = map[string]string{"description": strings.Repeat(`"& `, 5000)}
	for i := range 30 {
		huge.Details[fmt.Sprintf("%s%d", strings.Repeat("<", 150), i)] = strings.Repeat("磁&", 3000)
	}
	huge.Links = nil
	for i := range alert.MaxLinks {
		huge.Links = append(huge.Links, alert.Link{Href: fmt.Sprintf("https://wiki.example/%d?%s", i, strings.Repeat("&", 1900)), Text: strings.Repeat(`"`, 200)})
	}
	onBoth(t, func(w *world) {
		w.person("ana", func(p *store.Person) { p.FullName = strings.Repeat("&", 200) })
		w.save(store.KindService, "checkout", w.longService())
		n := w.signal("prometheus", huge)
		for i := range 10 {
			w.post("/p/"+w.token(n, "ana"), fmt.Sprintf("do=note&note=%d%s", i, strings.Repeat("%22", 1000)))
		}
		w.pass(time.Hour) // everybody is paged, again and again
		page := w.open(w.token(n, "ana"))
		if size := len(page.body); page.status != 200 || size >= maxPage {
			w.Errorf("the screen is %d bytes large with status %d", size, page.status)
		}
		for _, kept := range []string{"I’m on it", "and 19", "Timeline", "Who is paged"} {
			if !strings.Contains(page.body, kept) {
				w.Errorf("the screen does not say %q", kept)
			}
		}
	})
}

func TestHostileTextStaysText(t *testing.T) {
	const bad = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{.}}${x}\u202egnp"
	s := targets(3, 0)
	s.Summary, s.Severity = bad, "critical"
	s.Details = map[string]string{"description": bad, bad: bad, "x": bad + "\x00"}
	s.Links = []alert.Link{{Href: "javascript:alert(1)", Text: bad}, {Href: "https://wiki.example/\"><script>", Text: bad}}
	s.Members[0].Summary = bad
	onBoth(t, func(w *world) {
		w.person("ana", func(p *store.Person) { p.FullName = bad })
		delete(s.Details, "x") // NUL never gets this far
		n := w.signal("prometheus", s)
		w.post("/p/"+w.token(n, "ana"), "do=note&note="+urlEscaped(bad))
		page := w.open(w.token(n, "ana")).body
		for _, wrong := range []string{"<script", "<img", "\u202e", `href="javascript`, "onerror=alert(1)>"} {
			if strings.Contains(page, wrong) {
				w.Errorf("the screen holds %q", wrong)
			}
		}
		if !strings.Contains(page, "&lt;script&gt;alert(1)") {
			w.Error("the hostile text is not there, so nothing was shown of it")
		}
	})
}

func (w *world) longService() any {
	v := w.db.Setup().Services["checkout"]
	v.Description = strings.Repeat(`<"`, 1000)
	return v
}

func urlEscaped(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02X", s[i])
	}
	return b.String()
}
