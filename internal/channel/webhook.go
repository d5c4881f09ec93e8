package channel

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"firehall/internal/fault"
)

// webhook posts a signed JSON body to a URL.
type webhook struct {
	guard     *Guard
	client    *http.Client
	userAgent string
	now       func() time.Time
}

func newWebhook(g *Guard, o Options) *webhook {
	return &webhook{guard: g, client: g.Client(0), userAgent: "firehall/" + o.Version, now: o.Now}
}

// Validate implements Channel.
func (w *webhook) Validate(c Contact) error {
	if err := w.guard.CheckURL(c.To); err != nil {
		return fault.At("to", "%s", fault.Of(err).Sentence)
	}
	if len(c.Secrets) > 2 {
		return fault.At("secret", "a webhook has one secret, or two while it is changed; this one has %d", len(c.Secrets))
	}
	return nil
}

// Send implements Channel.
func (w *webhook) Send(ctx context.Context, c Contact, n Notice) Outcome {
	if len(c.Secrets) == 0 || c.Secrets[0] == "" {
		return Outcome{Status: Refused, Words: "this webhook has no secret to sign with: give it one"}
	}
	if err := w.guard.CheckURL(c.To); err != nil {
		return Outcome{Status: Refused, Words: fault.Of(err).Sentence}
	}
	body, err := webhookBody(n)
	if err != nil {
		return Outcome{Status: Refused, Words: "the notice cannot be written as JSON: " + err.Error()}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.To, bytes.NewReader(body))
	if err != nil {
		return Outcome{Status: Refused, Words: "this is not a URL that can be called"}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", w.userAgent)
	req.Header.Set("Firehall-Send", string(n.SendID))
	req.Header.Set("Firehall-Signature", signature(c.Secrets, w.now(), body))
	secrets := append(urlSecrets(c.To), c.Secrets...)
	return callHTTP(w.client, req, w.now, append(secrets, n.secrets()...))
}

// signature returns "t=<unix>,v1=<hex>", with one v1 for each secret: the
// HMAC-SHA-256 of the time, a dot and the body.
func signature(secrets []string, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	var out strings.Builder
	out.WriteString("t=" + t)
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(t + "."))
		mac.Write(body)
		out.WriteString(",v1=" + hex.EncodeToString(mac.Sum(nil)))
	}
	return out.String()
}
