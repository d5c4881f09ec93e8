package app

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"

	"firehall/internal/config"
)

// certificates returns how the server speaks TLS; nil when it does not.
func (a *App) certificates() (*tls.Config, error) {
	c := a.opts.Config
	if !c.TLS() {
		return nil, nil
	}
	kept := &certificate{certFile: c.TLSCertFile, keyFile: c.TLSKeyFile, now: a.opts.Now, log: a.log}
	if err := kept.load(); err != nil {
		return nil, config.Problems{{Variable: "FIREHALL_TLS_CERT_FILE", Flag: "tls-cert-file", Sentence: "the certificate cannot be used: " + reason(err)}}
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: kept.get}, nil
}

// lookEvery is how often the files are looked at, while there are handshakes.
const lookEvery = 5 * time.Second

// certificate is read again when its files change. While the new files cannot
// be used it stays as it was.
type certificate struct {
	certFile, keyFile string
	now               func() time.Time
	log               *slog.Logger

	mu       sync.Mutex
	current  *tls.Certificate
	stamp    [2]stamp
	lookedAt time.Time
}

// stamp tells one content of a file from another.
type stamp struct {
	at   time.Time
	size int64
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if now.Sub(c.lookedAt) < lookEvery {
		return c.current, nil
	}
	c.lookedAt = now
	if c.stamps() == c.stamp {
		return c.current, nil
	}
	if err := c.load(); err != nil {
		c.log.Error("the new TLS certificate cannot be used; the one before stays in use", "error", err)
	} else {
		c.log.Info("the TLS certificate was read again")
	}
	return c.current, nil
}

// load reads both files.
func (c *certificate) load() error {
	stamps := c.stamps()
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	c.current, c.stamp = &pair, stamps
	return nil
}

func (c *certificate) stamps() (out [2]stamp) {
	for i, path := range []string{c.certFile, c.keyFile} {
		if info, err := os.Stat(path); err == nil {
			out[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return out
}
