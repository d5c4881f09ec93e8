package app

import "testing"

func TestEveryPartOfARequestHasAnEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	s := w.server
	if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.WriteTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes == 0 {
		t.Errorf("somebody may hold a connection for ever: %+v", s)
	}
}
