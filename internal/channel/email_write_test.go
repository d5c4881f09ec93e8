package channel

import (
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"

	"firehall/internal/alert"
)

// written returns the mail that says n.
func written(t *testing.T, n Notice) string {
	t.Helper()
	w := newMailWriter(&netmail.Address{Address: "firehall@example.com"}, "firehall.example", fixedNow)
	mail, err := w.write("ana@example.com", n)
	if err != nil {
		t.Fatal(err)
	}
	return string(mail)
}

// parts returns a mail's headers and its two forms, decoded.
func parts(t *testing.T, mail string) (h netmail.Header, text, html string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(mail))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("Content-Type %q: %v", kind, err)
	}
	r := multipart.NewReader(m.Body, params["boundary"])
	var bodies []string
	for {
		part, err := r.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, part.Header.Get("Content-Type")+"\n"+strings.ReplaceAll(string(body), "\r\n", "\n"))
	}
	if len(bodies) != 2 || !strings.HasPrefix(bodies[0], "text/plain; charset=UTF-8\n") || !strings.HasPrefix(bodies[1], "text/html; charset=UTF-8\n") {
		t.Fatalf("want a text and an HTML part, got %d: %.80q", len(bodies), bodies)
	}
	_, text, _ = strings.Cut(bodies[0], "\n")
	_, html, _ = strings.Cut(bodies[1], "\n")
	return m.Header, text, html
}

func TestMails(t *testing.T) {
	for _, kind := range allTypes {
		mail := written(t, noticeOf(kind))
		head, _, _ := strings.Cut(mail, "\r\n\r\n")
		_, text, html := parts(t, mail)
		golden(t, "email_"+string(kind)+".txt", []byte(strings.ReplaceAll(head, "\r\n", "\n")+"\n\n"+text))
		golden(t, "email_"+string(kind)+".html", []byte(html))
	}
}

func TestAllMailsAboutOneAlertAreOneThread(t *testing.T) {
	first, _, _ := parts(t, written(t, noticeOf(Page)))
	subject := first.Get("Subject")
	root := "<alert_00k3f9tq6v8s2abcdefghijklm@firehall.example>"
	for _, kind := range []Type{Update, Resolved} {
		n := noticeOf(kind)
		n.SendID = "send_another"
		h, _, _ := parts(t, written(t, n))
		if h.Get("References") != root || h.Get("In-Reply-To") != root || first.Get("References") != root {
			t.Errorf("%s: refers to %q", kind, h.Get("References"))
		}
		if h.Get("Subject") != "Re: "+subject {
			t.Errorf("%s: subject %q, want Re: %q", kind, h.Get("Subject"), subject)
		}
		if h.Get("Message-Id") != "<send_another@firehall.example>" {
			t.Errorf("%s: Message-ID %q", kind, h.Get("Message-Id"))
		}
	}
	again := noticeOf(Page)
	again.Attempt = 2
	h, _, _ := parts(t, written(t, again))
	if h.Get("Firehall-Attempt") != "2" || h.Get("Message-Id") != first.Get("Message-Id") {
		t.Errorf("the second attempt: %v", h)
	}
	if h, _, _ := parts(t, written(t, noticeOf(Digest))); h.Get("References") != "" {
		t.Error("a digest is part of a thread")
	}
}

func TestTheFirstLinesSayWhatBrokeAndWhatToDo(t *testing.T) {
	_, text, _ := parts(t, written(t, pageNotice()))
	want := `Checkout is failing for 1 in 5 shoppers

Critical · Checkout · triggered · since Fri 20 Nov 2026, 03:07 WET
Why you: step 1 of payments.

I’m on it: https://firehall.example/p/` + token + `
Opening the link changes nothing; you choose there.

Next: Pages Ben at 03:12 WET.
Also paged: Cy
`
	if !strings.HasPrefix(text, want) {
		t.Errorf("got\n%s\nwant it to begin\n%s", text, want)
	}
}

// hostile is what somebody who may send signals would try.
const hostile = "x\r\nBcc: thief@example.com\r\n\r\n<script>alert(1)</script>\x00\u202e {{.Page}} \"><img src=//evil.example>"

func TestNothingFromOutsideBecomesAHeaderOrHTML(t *testing.T) {
	n := pageNotice()
	n.Headline, n.Reason, n.Next, n.Others = hostile, hostile, hostile, []string{hostile}
	n.PersonName, n.Installation = hostile, hostile
	n.Alert.Summary, n.Alert.ServiceName = hostile, hostile
	n.Alert.Details = map[string]string{hostile: hostile}
	n.Alert.Links = []alert.Link{
		{Href: "javascript:alert(1)", Text: "evil"},
		{Href: "data:text/html,<script>alert(1)</script>", Text: "evil"},
		{Href: "https://ok.example/\"><script>", Text: hostile},
		{Href: "https://ok.example/\r\nBcc: y", Text: "evil"},
	}
	n.Alert.URL = "javascript:alert(1)"
	h, text, html := parts(t, written(t, n))
	if h.Get("Bcc") != "" || len(h["To"]) != 1 || len(h["Subject"]) != 1 {
		t.Errorf("a header was added: %v", h)
	}
	for _, bad := range []string{"<script", "<img", "javascript:", "data:", "\u202e", "\x00"} {
		if strings.Contains(html, bad) {
			t.Errorf("the HTML holds %q:\n%s", bad, html)
		}
	}
	for _, bad := range []string{"\nBcc:", "javascript:", "\u202e", "\x00"} {
		if strings.Contains(text, bad) {
			t.Errorf("the text holds %q:\n%s", bad, text)
		}
	}
	if !strings.Contains(text, "{{.Page}}") {
		t.Error("a template in a summary was executed")
	}
}

func TestAMailLoadsNothingFromOutside(t *testing.T) {
	for _, kind := range allTypes {
		_, _, html := parts(t, written(t, noticeOf(kind)))
		for _, bad := range []string{"<img", "src=", "url(", "@import", "<link", "<style", "<script", "<form"} {
			if strings.Contains(html, bad) {
				t.Errorf("%s holds %s", kind, bad)
			}
		}
	}
}

func TestNoLinkOfAMailActs(t *testing.T) {
	n := pageNotice()
	_, text, html := parts(t, written(t, n))
	for _, action := range []string{n.Actions.Ack, n.Actions.Resolve, n.Actions.Escalate, n.Actions.Decline, n.Actions.Note} {
		if strings.Contains(text+html, action) {
			t.Errorf("a scanner that follows links would reach %s", action)
		}
	}
	if !strings.Contains(html, `href="`+n.Actions.Page+`"`) {
		t.Error("the page's link is missing")
	}
}

func TestLongListsAreCut(t *testing.T) {
	n := pageNotice()
	n.Alert.Details = map[string]string{}
	for _, c := range strings.Split(strings.Repeat("a", 30), "") {
		n.Alert.Details[strings.Repeat(c, len(n.Alert.Details)+1)] = strings.Repeat("v", 5000)
	}
	for range 30 {
		n.Alert.Links = append(n.Alert.Links, alert.Link{Href: "https://a.example/"})
	}
	v := viewOf(n)
	if len(v.Details) != mailDetails || len(v.Links) != mailLinks || v.More == "" || len(v.Details[0].Value) > mailValue {
		t.Errorf("%d details, %d links, more %q", len(v.Details), len(v.Links), v.More)
	}
	n = noticeOf(Digest)
	for range 60 {
		n.Alerts = append(n.Alerts, n.Alerts[0])
	}
	if v := viewOf(n); len(v.Alerts) != mailAlerts || v.More != "12 more alerts wait" {
		t.Errorf("%d alerts, more %q", len(v.Alerts), v.More)
	}
}
