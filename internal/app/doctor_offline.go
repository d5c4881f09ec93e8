package app

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"firehall/internal/action"
	"firehall/internal/channel"
	"firehall/internal/config"
	"firehall/internal/doctor"
	"firehall/internal/store"
)

// Doctor looks at what an installation is on this machine, whether a node runs
// or not. It changes nothing.
func Doctor(ctx context.Context, c config.Config) []doctor.Diagnosis {
	p := newPatient(c, time.Now)
	channels, err := channel.New(channel.Options{SMTPURL: c.SMTPURL, PublicURL: c.PublicURL, Now: time.Now})
	if err == nil {
		defer channels.Close()
		p.mail = channels.CheckMail
	}
	checks := []doctor.Check{
		{Name: "node", Look: p.node},
		{Name: "database", Look: p.database},
		{Name: "clock", Look: p.clocks},
		{Name: "keys", Look: p.keys},
		{Name: "disk", Look: p.disk},
		{Name: "backups", Look: p.backups},
		{Name: "certificate", Look: p.certificate},
		{Name: "restore", Look: p.held},
	}
	if err != nil {
		checks = append(checks, doctor.Check{Name: "mail", Look: func(context.Context) []doctor.Diagnosis {
			return []doctor.Diagnosis{doctor.Bad(err.Error(), "no node starts until that is mended")}
		}})
	} else if c.SMTPURL != "" {
		checks = append(checks, doctor.Check{Name: "mail", Look: p.mailServer})
	}
	return doctor.Run(ctx, doctorWithin, checks)
}

// node says whether a node works with the data folder though it does not
// answer.
func (p *patient) node(context.Context) []doctor.Diagnosis {
	switch {
	case p.config.DatabaseURL != "":
		return nil
	case store.InUse(p.config.Data):
		return []doctor.Diagnosis{doctor.Warn("a node works with "+p.config.Data+" on this machine", "when it was not reached, look at which address it listens (FIREHALL_LISTEN), and into its log; ask it with --url")}
	}
	return []doctor.Diagnosis{doctor.Warn("no node works with "+p.config.Data, "start it: firehall serve --data "+p.config.Data+", or systemctl start firehall")}
}

// backups judges what the database knows of them, by the default plan: that of
// the setup is a node's to know.
func (p *patient) backups(ctx context.Context) []doctor.Diagnosis {
	i, err := p.inspect(ctx)
	if err != nil {
		return lookFailed()
	}
	var b action.Backups
	if text := i.Facts[store.FactBackup]; text != "" {
		if err := json.Unmarshal([]byte(text), &b); err != nil {
			return lookFailed()
		}
	}
	host, _ := os.Hostname()
	return backupsAre(b, store.DefaultBackupPlan, p.now(), host)
}
