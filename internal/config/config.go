// Package config holds the settings of a process: few, each a flag and an
// environment variable, read once when it starts. All else is set in the
// product.
package config

import (
	"log/slog"
	"net/netip"
	"path/filepath"
	"strings"
)

// Settings are the settings as typed. The tags are those of the command line's
// parser; Parse says what is wrong with them.
type Settings struct {
	Data           string `name:"data" env:"FIREHALL_DATA" default:"./firehall-data" placeholder:"DIR" help:"The data folder, ./firehall-data by default: SQLite's database and the secret key."`
	Listen         string `name:"listen" env:"FIREHALL_LISTEN" default:":8080" placeholder:"[HOST]:PORT" help:"Where to listen, :8080 by default; without a host on all addresses."`
	DatabaseURL    string `name:"database-url" env:"FIREHALL_DATABASE_URL" placeholder:"URL" help:"PostgreSQL 14 or newer, like postgres://user:password@host:5432/firehall; empty is SQLite in the data folder. It holds a password, so prefer the variable."`
	PublicURL      string `name:"public-url" env:"FIREHALL_PUBLIC_URL" placeholder:"URL" help:"The address by which people and tools reach this installation, like https://firehall.example.com; links in pages begin with it."`
	TLSCertFile    string `name:"tls-cert-file" env:"FIREHALL_TLS_CERT_FILE" placeholder:"FILE" help:"A certificate with its chain, PEM; with it Firehall speaks https. Read again when it changes."`
	TLSKeyFile     string `name:"tls-key-file" env:"FIREHALL_TLS_KEY_FILE" placeholder:"FILE" help:"The certificate's key, PEM. Read again when it changes."`
	TrustedProxies string `name:"trusted-proxies" env:"FIREHALL_TRUSTED_PROXIES" placeholder:"CIDRS" help:"Addresses of proxies whose X-Forwarded-For is believed, like 10.0.0.0/8,192.168.1.7."`
	SMTPURL        string `name:"smtp-url" env:"FIREHALL_SMTP_URL" placeholder:"URL" help:"The mail server, like smtp://user:password@mail.example.com:587?from=firehall@example.com. It holds a password, so prefer the variable."`
	SecretKeyFile  string `name:"secret-key-file" env:"FIREHALL_SECRET_KEY_FILE" placeholder:"FILE" help:"The secret key that seals secrets and signs links; all nodes need the same. Unset: secret.key in the data folder, made at the first start."`
	BootstrapToken string `name:"bootstrap-token" env:"FIREHALL_BOOTSTRAP_TOKEN" placeholder:"TOKEN" help:"An owner's API token, for setting up a fresh server; it works while it is set. Prefer the variable."`
	AllowPrivate   string `name:"allow-private-networks" env:"FIREHALL_ALLOW_PRIVATE_NETWORKS" placeholder:"CIDRS" help:"Private, loopback or link-local networks that calls to contacts and the heartbeat may reach, like 10.0.0.0/8,127.0.0.0/8."`
	Log            string `name:"log" env:"FIREHALL_LOG" default:"text,info" placeholder:"WORDS" help:"How to log: text or json, and debug, info, warn or error, like json,debug; text,info by default."`
}

// Config is what the settings mean.
type Config struct {
	Data           string
	Listen         string
	DatabaseURL    string // "" is SQLite; holds a password
	PublicURL      string // without a slash at the end; "" when unset
	TLSCertFile    string // "" with TLSKeyFile: no TLS
	TLSKeyFile     string
	TrustedProxies []netip.Prefix
	SMTPURL        string // holds a password
	SecretKeyFile  string
	BootstrapToken string
	AllowPrivate   []netip.Prefix
	Log            Log
}

// Log says how to log.
type Log struct {
	JSON  bool
	Level slog.Level
}

// SecretKeyName is the name of the secret key's file in the data folder.
const SecretKeyName = "secret.key"

// String keeps passwords and tokens out of logs and errors.
func (c Config) String() string { return "the settings for " + c.Data }

// GoString does the same for %#v.
func (c Config) GoString() string { return c.String() }

// TLS says whether Firehall itself speaks https.
func (c Config) TLS() bool { return c.TLSCertFile != "" }

// Warnings says what will hurt though the process can start.
func (c Config) Warnings() []string {
	switch {
	case c.PublicURL == "":
		return []string{"FIREHALL_PUBLIC_URL is not set, so links in pages lead to the address that this machine listens on; set it to the address by which people reach it, like https://firehall.example.com"}
	case !strings.HasPrefix(c.PublicURL, "https://"):
		return []string{"FIREHALL_PUBLIC_URL is not https, so links that answer for a person cross the network in the clear; use TLS here or at a proxy, and write https://"}
	}
	return nil
}

// Parse returns what the settings mean. It fails with Problems that name every
// setting that is wrong, and how to mend it.
func (s Settings) Parse() (Config, error) {
	c := Config{
		Data: s.Data, Listen: s.Listen, DatabaseURL: s.DatabaseURL, TLSCertFile: s.TLSCertFile, TLSKeyFile: s.TLSKeyFile,
		SMTPURL: s.SMTPURL, SecretKeyFile: s.SecretKeyFile, BootstrapToken: s.BootstrapToken,
	}
	var p Problems
	if c.Data == "" {
		p.add("FIREHALL_DATA", "data", "no folder is named; write one like ./firehall-data")
	}
	if c.SecretKeyFile == "" {
		c.SecretKeyFile = filepath.Join(c.Data, SecretKeyName)
	}
	p.check("FIREHALL_LISTEN", "listen", listenProblem(s.Listen))
	p.check("FIREHALL_DATABASE_URL", "database-url", databaseProblem(s.DatabaseURL))
	p.check("FIREHALL_BOOTSTRAP_TOKEN", "bootstrap-token", tokenProblem(s.BootstrapToken))
	if (s.TLSCertFile == "") != (s.TLSKeyFile == "") {
		p.add("FIREHALL_TLS_CERT_FILE", "tls-cert-file", "a certificate and its key belong together; set FIREHALL_TLS_KEY_FILE too, or neither")
	}
	var why string
	c.PublicURL, why = publicURL(s.PublicURL)
	p.check("FIREHALL_PUBLIC_URL", "public-url", why)
	c.TrustedProxies, why = prefixes(s.TrustedProxies)
	p.check("FIREHALL_TRUSTED_PROXIES", "trusted-proxies", why)
	c.AllowPrivate, why = prefixes(s.AllowPrivate)
	p.check("FIREHALL_ALLOW_PRIVATE_NETWORKS", "allow-private-networks", why)
	c.Log, why = logging(s.Log)
	p.check("FIREHALL_LOG", "log", why)
	if len(p) > 0 {
		return Config{}, p
	}
	return c, nil
}
