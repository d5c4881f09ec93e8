package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"firehall/internal/client"
	"firehall/internal/config"
	"firehall/internal/doctor"
)

type doctorCommand struct {
	remote
	Offline     bool   `name:"offline" help:"Ask no server; look only at what is on this machine."`
	DatabaseURL string `name:"database-url" env:"FIREHALL_DATABASE_URL" placeholder:"URL" help:"The PostgreSQL to look at when no server answers; empty is SQLite in the data folder."`
	place
}

// Help implements kong.HelpProvider.
func (doctorCommand) Help() string {
	return `It asks the server what ails it, and looks from here whether the public address leads to it. When no server answers, it looks at the data folder and the database themselves, with the variables of firehall serve. It changes nothing and sends nobody anything. The exit code is 1 when there is a problem, else 0; it takes 15 s at most.

Example:

    firehall doctor`
}

// How long the parts of it may take.
const (
	serverWithin  = 8 * time.Second
	outsideWithin = 6 * time.Second
)

// examination is what was found in all.
type examination struct {
	Server   string             `json:"server"` // its address
	Items    []doctor.Diagnosis `json:"items"`
	Problems int                `json:"problems"`
	Warnings int                `json:"warnings"`
}

// Run looks.
func (c doctorCommand) Run(ctx context.Context, w *World) error {
	var out examination
	reached := false
	if !c.Offline {
		server, err := c.client(w)
		if err != nil {
			return err
		}
		out.Server = server.Base()
		out.Items, reached = c.askServer(ctx, w, server)
	}
	if !reached {
		out.Items = append(out.Items, c.lookHere(ctx, w)...)
	}
	counted := doctor.Report{Items: distinct(out.Items)}.Counted()
	out.Items, out.Problems, out.Warnings = counted.Items, counted.Problems, counted.Warnings
	raw, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("write what was found: %w", err)
	}
	if err := c.show(w, raw, func(to io.Writer) { printExamination(to, out) }); err != nil {
		return err
	}
	if out.Problems > 0 {
		return errFindings
	}
	return nil
}

// distinct drops what was found twice, from here and by the server.
func distinct(list []doctor.Diagnosis) []doctor.Diagnosis {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(f doctor.Diagnosis) bool {
		was := seen[f.Sentence]
		seen[f.Sentence] = true
		return was
	})
}

// askServer returns what the server says of itself, and how it looks from
// here; reached is false when no server answers at all.
func (c doctorCommand) askServer(ctx context.Context, w *World, server *client.Client) (found []doctor.Diagnosis, reached bool) {
	asking, cancel := context.WithTimeout(ctx, serverWithin)
	defer cancel()
	before := w.Now()
	answer, err := server.Doctor(asking)
	after := w.Now()
	if err != nil {
		var p *client.Problem
		return []doctor.Diagnosis{refusedBy(server.Base(), err)}, errors.As(err, &p)
	}
	r := answer.Value
	out := []doctor.Diagnosis{versions(server.Base(), w.Version, r.Version)}
	ahead, doubt := doctor.Ahead(before, r.BeganAt, r.EndedAt, after)
	clock := doctor.Clock("this machine", "the server", ahead, doubt)
	clock.Check = "clock"
	return slices.Concat(out, []doctor.Diagnosis{clock}, c.fromHere(ctx, w, r), r.Items), true
}

func versions(address, here, there string) doctor.Diagnosis {
	f := doctor.Good(fmt.Sprintf("%s answers: Firehall %s", address, there))
	if here != there {
		f = doctor.Warn(fmt.Sprintf("%s answers: Firehall %s, and this program is %s", address, there, here), "use the same version on both sides")
	}
	f.Check = "server"
	return f
}

// refusedBy says why the server gave no answer, and what to look at.
func refusedBy(address string, err error) doctor.Diagnosis {
	f := doctor.Bad(strings.SplitN(err.Error(), ";", 2)[0], "look whether Firehall runs there (systemctl status firehall; its log), and whether --url or FIREHALL_URL is its address")
	if errors.Is(err, context.DeadlineExceeded) {
		f.Sentence = fmt.Sprintf("%s gives no answer within %s", address, serverWithin)
	}
	var p *client.Problem
	if errors.As(err, &p) {
		switch p.Status {
		case http.StatusUnauthorized, http.StatusForbidden:
			f = doctor.Bad(fmt.Sprintf("%s answers, and does not let you ask: %s", address, p.Error()), "put an owner's or admin's API token into FIREHALL_TOKEN")
		case http.StatusNotFound:
			f = doctor.Bad(address+" answers, and knows no doctor: it is an older Firehall, or something else", "look at --url or FIREHALL_URL, and upgrade the server")
		default:
			f = doctor.Bad(fmt.Sprintf("%s answers %d: %s", address, p.Status, p.Error()), "look into the server's log, and at what stands in front of it")
		}
	}
	f.Check = "server"
	return f
}

// fromHere asks the public address from this machine.
func (c doctorCommand) fromHere(ctx context.Context, w *World, r doctor.Report) []doctor.Diagnosis {
	if r.PublicURL == "" {
		return nil // the server says so
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, ExpectContinueTimeout: time.Second, Protocols: new(http.Protocols)}
	transport.Protocols.SetHTTP1(true) // which asks before it sends a large body
	v := doctor.Visitor{
		Client: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		URL:    r.PublicURL, Nonce: r.Nonce, Proof: r.Proof, From: "this machine", Unreached: doctor.Problem, Token: c.Token, Now: w.Now,
	}
	return doctor.Run(ctx, outsideWithin, []doctor.Check{{Name: "public address", Look: v.Look}})
}

// lookHere looks at the data folder or the database without a server.
func (c doctorCommand) lookHere(ctx context.Context, w *World) []doctor.Diagnosis {
	if _, err := os.Stat(filepath.Join(c.Data, "firehall.db")); err != nil && c.DatabaseURL == "" {
		return []doctor.Diagnosis{{
			Check: "database", Level: doctor.Problem, Sentence: "there is no database in " + c.Data + " on this machine to look at without a server",
			Mend: "run this on the server's machine, as the user that runs Firehall, with --data or --database-url",
		}}
	}
	setting := func(name string) string { value, _ := w.Env(name); return value }
	settings, err := config.Settings{
		Data: c.Data, SecretKeyFile: c.SecretKeyFile, DatabaseURL: c.DatabaseURL, Listen: ":8080", Log: "text,info",
		PublicURL: setting("FIREHALL_PUBLIC_URL"), SMTPURL: setting("FIREHALL_SMTP_URL"),
		TLSCertFile: setting("FIREHALL_TLS_CERT_FILE"), TLSKeyFile: setting("FIREHALL_TLS_KEY_FILE"),
	}.Parse()
	if err != nil {
		return []doctor.Diagnosis{{Check: "settings", Level: doctor.Problem, Sentence: harmless(err.Error()), Mend: "no node starts until that is mended"}}
	}
	return w.Offline.Doctor(ctx, settings)
}

// printExamination writes findings for people.
func printExamination(out io.Writer, d examination) {
	for _, f := range d.Items {
		_, _ = fmt.Fprintf(out, "%-8s %s: %s.\n", f.Level, harmless(f.Check), harmless(f.Sentence))
		if f.Mend != "" {
			_, _ = fmt.Fprintf(out, "%-8s To mend it: %s.\n", "", harmless(f.Mend))
		}
	}
	_, _ = fmt.Fprintf(out, "\n%s, %s.\n", counted(d.Problems, "problem"), counted(d.Warnings, "warning"))
}
