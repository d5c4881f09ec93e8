package main

import (
	"net"
	"os"
)

// notify tells who started this process how it stands, as sd_notify(3) does:
// READY=1 or STOPPING=1. It does nothing when nobody asked to be told.
func notify(state string) {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return // systemd notices by itself that it was not told
	}
	defer func() { _ = conn.Close() }()
	_, _ = conn.Write([]byte(state))
}
