package cli

import (
	"os"
	"strings"
	"time"
)

// zoneName returns the IANA name of the reader's zone, in which the server is
// to tell times; "" when this machine does not say it.
func (w *World) zoneName() string {
	name := w.Zone.String()
	if name != "Local" {
		return known(name)
	}
	if w.Env != nil {
		if set, ok := w.Env("TZ"); ok {
			return known(strings.TrimPrefix(set, ":"))
		}
	}
	path, err := os.Readlink("/etc/localtime")
	if err != nil {
		return ""
	}
	_, name, _ = strings.Cut(path, "zoneinfo/")
	return known(name)
}

// known returns a name of a zone, "" for a text that is none.
func known(name string) string {
	if _, err := time.LoadLocation(name); err != nil {
		return ""
	}
	return name
}

// both writes an instant on the reader's clock, and beside it in UTC.
func (w *World) both(t time.Time) string {
	local := t.In(w.Zone)
	text := local.Format("15:04:05 MST")
	if _, offset := local.Zone(); offset == 0 {
		return text
	}
	return text + t.UTC().Format(" (15:04:05 UTC)")
}
