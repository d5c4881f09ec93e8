package main

import (
	"net"
	"path/filepath"
	"testing"
)

func TestNotifyTellsWhoStartedIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	t.Setenv("NOTIFY_SOCKET", path)
	notify("READY=1")
	got := make([]byte, 100)
	if n, err := l.Read(got); err != nil || string(got[:n]) != "READY=1" {
		t.Errorf("got %q, %v", got[:n], err)
	}
	t.Setenv("NOTIFY_SOCKET", path+".gone")
	notify("READY=1") // it is nobody's fault
	t.Setenv("NOTIFY_SOCKET", "")
	notify("READY=1")
}
