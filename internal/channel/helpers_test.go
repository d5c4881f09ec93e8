package channel

import (
	"bytes"
	"crypto/x509"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"firehall/internal/alert"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got\n%s\nwant\n%s", path, got, want)
	}
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// sentAt is when the tests' notices are sent.
var sentAt = time.Date(2026, 11, 20, 3, 7, 1, 0, time.UTC)

func fixedNow() time.Time { return sentAt }

// newSet returns channels that may call loopback addresses.
func newSet(t *testing.T, o Options) *Set {
	t.Helper()
	o.Now, o.Version, o.PublicURL = fixedNow, "0.1.0", "https://firehall.example"
	if o.AllowPrivate == nil {
		o.AllowPrivate = loopback
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// poolOf returns a pool with one certificate.
func poolOf(c *x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(c)
	return pool
}

const token = "00k3f9tq6v8s0abcdefghijklm.KP5KEZJ1HxlwBiISe5037A"

// pageNotice is a page as the program sends it.
func pageNotice() Notice {
	page := "https://firehall.example/p/" + token
	lisbon, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		panic(err)
	}
	return Notice{
		Type: Page, SendID: "send_00k3f9tq6v8s1abcdefghijklm", Person: "ana", PersonName: "Ana Reis", Zone: lisbon,
		Urgency: alert.High, Reason: "step 1 of payments", Alert: checkoutAlert(),
		Actions: Actions{
			Ack: page + "/ack", Resolve: page + "/resolve", Escalate: page + "/escalate",
			Decline: page + "/decline", Note: page + "/note", Page: page,
		},
		Next: "Pages Ben at 03:12 WET", Others: []string{"Cy"}, Attempt: 1,
		Installation: "Example Pay", PublicURL: "https://firehall.example",
	}
}

func checkoutAlert() Alert {
	return Alert{
		ID: "alert_00k3f9tq6v8s2abcdefghijklm", Key: "checkout/5xx", Service: "checkout", ServiceName: "Checkout",
		Summary: "Checkout is failing for 1 in 5 shoppers", Severity: alert.Critical, Status: alert.Triggered,
		OpenedAt: time.Date(2026, 11, 20, 3, 7, 0, 123456000, time.UTC),
		URL:      "https://firehall.example/alerts/alert_00k3f9tq6v8s2abcdefghijklm",
		Details:  map[string]string{"region": "eu-west-1", "job": "payments-gateway"},
		Links:    []alert.Link{{Href: "https://runbooks.example/checkout", Text: "Runbook", Kind: "runbook"}},
		Members:  3, Team: "payments",
	}
}

// noticeOf returns a notice of each type.
func noticeOf(kind Type) Notice {
	n := pageNotice()
	n.Type = kind
	page := n.Actions.Page
	switch kind {
	case Update:
		n.Headline, n.Reason, n.Next, n.Others = "Ana has it", "you were paged for it", "", nil
		n.Alert.Status = alert.Acknowledged
		n.Actions = Actions{Note: page + "/note", Page: page}
	case Resolved:
		n.Reason, n.Next, n.Others = "you were paged for it", "", nil
		n.Alert.Status = alert.Resolved
		n.Actions = Actions{Page: page}
	case Digest:
		second := checkoutAlert()
		second.ID, second.Key, second.Service, second.ServiceName = "alert_00k3f9tq6v8s3abcdefghijklm", "disk", "warehouse", ""
		second.Summary, second.Severity, second.URL = "Disk 91 % full", alert.Warning, ""
		n.Urgency, n.Reason, n.Next, n.Others = alert.Low, "your working hours have begun", "", nil
		n.Alerts, n.Alert, n.Actions = []Alert{n.Alert, second}, Alert{}, Actions{}
	case Test:
		n = Notice{Type: Test, SendID: n.SendID, Person: "ana", PersonName: "Ana Reis", Reason: "you asked for a test", Attempt: 1}
	case Handoff:
		n.Headline, n.Reason = "You have the pager for Payments, primary, until Mon 23 Nov 2026, 12:00 WET", "your shift begins"
		n.Alert, n.Actions, n.Next, n.Others = Alert{}, Actions{}, "", nil
	}
	return n
}

var allTypes = []Type{Page, Digest, Test, Handoff, Update, Resolved}
