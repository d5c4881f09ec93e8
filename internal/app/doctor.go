package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/url"
	"sync"
	"time"

	"firehall/internal/channel"
	"firehall/internal/config"
	"firehall/internal/doctor"
	"firehall/internal/store"
)

// doctorWithin bounds how long a node looks at itself.
const doctorWithin = 6 * time.Second

// patient is what can be looked at of an installation whether a node runs or
// not.
type patient struct {
	config  config.Config
	now     func() time.Time
	inspect func(context.Context) (store.Inspection, error)
	space   func(folder string) (space, error)
	mail    func(context.Context) (channel.MailCheck, error)
	mails   int          // contacts that are mail addresses
	outside *http.Client // to ask other clocks
	clock   string       // an outside address that tells the time; "" is none
}

// Doctor looks at everything that this node knows and returns what it found.
func (a *App) Doctor(ctx context.Context) doctor.Report {
	began := a.opts.Now().UTC()
	setup, err := a.db.FreshSetup(ctx)
	if err != nil {
		setup = a.db.Setup() // that the database fails is found below
	}
	p := a.patient(setup)
	out := doctor.Report{BeganAt: began, Version: a.opts.Version, PublicURL: a.opts.Config.PublicURL, Nonce: nonce()}
	out.Proof = a.proof(out.Nonce)
	out.Items = doctor.Run(ctx, doctorWithin, []doctor.Check{
		{Name: "database", Look: p.database},
		{Name: "clock", Look: p.clocks},
		{Name: "keys", Look: func(ctx context.Context) []doctor.Diagnosis { return append(p.keys(ctx), a.bootstrap(ctx, setup)...) }},
		{Name: "disk", Look: func(ctx context.Context) []doctor.Diagnosis { return append(p.disk(ctx), a.messages(ctx)...) }},
		{Name: "backups", Look: func(ctx context.Context) []doctor.Diagnosis { return a.backupsFound(ctx, setup) }},
		{Name: "certificate", Look: p.certificate},
		{Name: "public address", Look: a.visitor(out).Look},
		{Name: "mail", Look: p.mailServer},
		{Name: "heartbeat", Look: func(context.Context) []doctor.Diagnosis { return a.beatFound(setup) }},
		{Name: "queues", Look: a.queues},
		{Name: "restore", Look: p.held},
		{Name: "setup", Look: a.setupFound},
	})
	out.EndedAt = a.opts.Now().UTC()
	return out
}

func (a *App) patient(setup *store.Setup) *patient {
	c := a.opts.Config
	p := newPatient(c, a.opts.Now)
	p.mail, p.mails = a.channels.CheckMail, mailContacts(setup)
	outside := *a.channels.Guard().Client(doctorWithin)
	outside.CheckRedirect = stay
	p.outside, p.clock = &outside, origin(setup.Installation.HeartbeatURL)
	return p
}

func newPatient(c config.Config, now func() time.Time) *patient {
	p := &patient{config: c, now: now, space: spaceOf, clock: ""}
	look := store.Config{Dir: c.Data, URL: c.DatabaseURL, Now: now}
	var once sync.Once
	var found store.Inspection
	var failed error
	p.inspect = func(ctx context.Context) (store.Inspection, error) {
		once.Do(func() { found, failed = store.Inspect(ctx, look) })
		return found, failed
	}
	return p
}

// stay follows no redirect.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// origin returns the address of a URL's server alone: its path may be a secret,
// and calling it may mean something.
func origin(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/"
}

// visitor asks the public address from here. The operator chose it, so no
// guard stands before it.
func (a *App) visitor(r doctor.Report) doctor.Visitor {
	transport := &http.Transport{Proxy: nil, DisableKeepAlives: true}
	if a.opts.Roots != nil {
		transport.TLSClientConfig = tlsWith(a.opts.Roots)
	}
	return doctor.Visitor{
		Client: &http.Client{Transport: transport, CheckRedirect: stay}, URL: r.PublicURL, Nonce: r.Nonce, Proof: r.Proof,
		From: "the server itself", Unreached: doctor.Warning, Now: a.opts.Now,
	}
}

// proof answers a nonce as only this installation can.
func (a *App) proof(nonce string) string { return nonce + "." + a.box.Sign("healthz", nonce) }

func nonce() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}

// lookFailed says that the database could not be asked, where another check
// says why.
func lookFailed() []doctor.Diagnosis {
	return []doctor.Diagnosis{doctor.Warn("this is not known: the database does not answer", "mend the database first")}
}
