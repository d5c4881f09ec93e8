package app

import (
	"context"
	"strings"
	"testing"
)

func TestWhoStartsANodeIsToldWhenItIsReadyAndWhenItStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var told []string
	w.opts.Notify = func(state string) { told = append(told, state) }
	w.start()
	if got := strings.Join(told, " "); got != "READY=1" {
		t.Errorf("once it serves: %q", got)
	}
	if err := w.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(told, " "); got != "READY=1 STOPPING=1" {
		t.Errorf("once it has stopped: %q", got)
	}
}
