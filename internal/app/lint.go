package app

import (
	"crypto/tls"
	"os"
	"time"

	"firehall/internal/lint"
)

// lintNode says how this node runs; nil for the demo, which prints what it
// would send and lives for an hour.
func (a *App) lintNode() *lint.Node {
	if a.opts.Sender != nil {
		return nil
	}
	c := a.opts.Config
	out := &lint.Node{PublicURL: c.PublicURL, Mail: c.SMTPURL != "", Skew: time.Duration(a.skew.Load())}
	if c.TLS() {
		if pair, err := tls.LoadX509KeyPair(c.TLSCertFile, c.TLSKeyFile); err == nil {
			out.CertificateUntil = pair.Leaf.NotAfter
		}
	}
	if info, err := os.Stat(c.SecretKeyFile); err == nil {
		out.KeyIsOpen = info.Mode().Perm()&0o077 != 0
	}
	return out
}
