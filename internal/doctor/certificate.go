package doctor

import (
	"fmt"
	"time"
)

// expiresSoon is when a certificate should have been renewed by itself.
const expiresSoon = 21 * 24 * time.Hour

// Certificate judges until when a certificate is good. Whose is a name like
// "the certificate in /etc/tls/cert.pem".
func Certificate(whose string, until, now time.Time, mend string) Diagnosis {
	day := until.UTC().Format(time.DateOnly)
	switch left := until.Sub(now); {
	case left <= 0:
		return Bad(fmt.Sprintf("%s expired on %s: browsers and senders refuse to talk to this server", whose, day), mend)
	case left < expiresSoon:
		return Warn(fmt.Sprintf("%s expires on %s, in %s", whose, day, days(left)), mend)
	}
	return Good(fmt.Sprintf("%s is good until %s", whose, day))
}

func days(d time.Duration) string {
	n := int(d.Hours() / 24)
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
