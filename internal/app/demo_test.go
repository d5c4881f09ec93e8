package app

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

// shown is a running demo whose words a test reads.
type shown struct {
	t     *testing.T
	words *bufio.Scanner
	stop  context.CancelFunc
	ended chan error
}

func startDemoOn(t *testing.T, listen string) *shown {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	read, write := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	d := &shown{t: t, words: bufio.NewScanner(read), stop: stop, ended: make(chan error, 1)}
	go func() {
		d.ended <- Demo(ctx, DemoOptions{Listen: listen, Out: write, Version: "1.2.3", Zone: "Europe/Lisbon", Command: "firehall"})
		_ = write.Close()
	}()
	t.Cleanup(stop)
	return d
}

// until reads words up to a line that matches, and returns its groups.
func (d *shown) until(pattern string) []string {
	d.t.Helper()
	want, said := regexp.MustCompile(pattern), ""
	for d.words.Scan() {
		if found := want.FindStringSubmatch(d.words.Text()); found != nil {
			return found
		}
		said += d.words.Text() + "\n"
	}
	d.t.Fatalf("it ended without saying %s:\n%s", pattern, said)
	return nil
}

func TestTheDemoPagesByItsOwnCurlLine(t *testing.T) {
	d := startDemoOn(t, "127.0.0.1:0")
	line := d.until(`^  curl -d '(.*)' (http://\S+)$`)
	token := d.until(`FIREHALL_TOKEN=(\S+)`)[1]
	response, err := http.Post(line[2], "application/x-www-form-urlencoded", strings.NewReader(line[1])) // as curl -d does
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		t.Fatalf("the line is answered %s", response.Status)
	}
	d.until(`page to Ana Reis by webhook: https://push\.example\.com/ana$`)
	d.until(`\[critical\] checkout: Nobody can pay`)
	d.until(`why +step 1 of payments: schedule payments-primary`)
	link := d.until(`open +(http://\S+/p/\S+)$`)[1]
	if status, body := fetch(t, http.DefaultClient, link); status != 200 || !strings.Contains(body, "Nobody can pay") {
		t.Errorf("the link: %d %.300s", status, body)
	}
	if !strings.HasPrefix(token, "fh_") {
		t.Errorf("the token is %q", token)
	}
	d.stop()
	go func() { _, _ = io.Copy(io.Discard, neverEnding{d.words}) }()
	if err := <-d.ended; err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) != 0 {
		t.Errorf("it leaves %v behind, %v", left, err)
	}
}

// neverEnding reads on so that the demo can write.
type neverEnding struct{ words *bufio.Scanner }

func (n neverEnding) Read([]byte) (int, error) {
	if !n.words.Scan() {
		return 0, io.EOF
	}
	return 0, nil
}

// Whatever somebody looks at in the demo, something is there; and nobody has
// been told anything of its history.
func TestEveryListOfTheDemoIsFilled(t *testing.T) {
	d := startDemoOn(t, "127.0.0.1:0")
	url := d.until(`Firehall's demo runs at (\S+)`)[1]
	token := d.until(`FIREHALL_TOKEN=(\S+)`)[1]
	d.until(`^The API is described at`)
	list := func(path string) []map[string]any {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/v1/"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		var out struct {
			Items []map[string]any `json:"items"`
		}
		if err := json.NewDecoder(response.Body).Decode(&out); err != nil || len(out.Items) == 0 {
			t.Fatalf("%s: %s, %v, %d items", path, response.Status, err, len(out.Items))
		}
		return out.Items
	}
	for _, path := range []string{
		"alerts?status=triggered", "alerts?status=acknowledged", "alerts?status=suppressed", "alerts?status=resolved",
		"oncall", "schedules", "schedules/data-secondary/shifts", "schedules/payments-secondary/overrides", "schedules/data-primary/overrides?past=true",
		"people", "people/ana/contacts", "teams", "services", "policies", "sources", "tokens", "audit", "lint",
	} {
		list(path)
	}
	for _, one := range list("alerts?status=acknowledged&service=orders-db") {
		for _, part := range []string{"timeline", "pages", "sends", "members"} {
			list("alerts/" + one["id"].(string) + "/" + part)
		}
	}
	for _, one := range list("readiness") {
		if person := one["person"]; one["arrives"] != true && person != "diego" {
			t.Errorf("a page of %s urgency would not arrive at %s: %v", one["urgency"], person, one["missing"])
		}
	}
	d.stop()
	said := ""
	for d.words.Scan() {
		said += d.words.Text()
	}
	if err := <-d.ended; err != nil || strings.Contains(said, "──") {
		t.Errorf("it ended with %v, and sent by itself: %s", err, said)
	}
}

func TestTheDemoTakesAFreePort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	d := startDemoOn(t, taken.Addr().String())
	d.until("Another program listens on " + regexp.QuoteMeta(taken.Addr().String()) + ", so this is on a free port")
	url := d.until(`Firehall's demo runs at (\S+)`)[1]
	if strings.HasSuffix(url, taken.Addr().String()) {
		t.Errorf("it says %s", url)
	}
	go func() { _, _ = io.Copy(io.Discard, neverEnding{d.words}) }()
	if status, _ := fetch(t, http.DefaultClient, url+"/healthz"); status != 200 {
		t.Errorf("/healthz: %d", status)
	}
	d.stop()
	if err := <-d.ended; err != nil {
		t.Error(err)
	}
}
