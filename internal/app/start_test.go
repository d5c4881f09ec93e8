package app

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firehall/internal/channel"
	"firehall/internal/config"
	"firehall/internal/engine"
)

func TestANodeWithAnotherKeyIsRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.start()
		if err := w.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		own := w.opts.Config.SecretKeyFile
		kept := own + ".kept"
		if err := os.Rename(own, kept); err != nil {
			t.Fatal(err)
		}
		err := w.refused()
		if !strings.Contains(err.Error(), "belongs to another secret key than the one in "+own) || !strings.Contains(err.Error(), "FIREHALL_SECRET_KEY_FILE") {
			t.Errorf("got %v", err)
		}
		if _, err := os.Stat(own); !errors.Is(err, os.ErrNotExist) {
			t.Error("the wrong key was left where the right one belongs")
		}
		if err := os.Rename(kept, own); err != nil {
			t.Fatal(err)
		}
		w.start()
	})
}

func TestANodeRefusesToStartWithASentence(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*Options)
		usage  bool // a setting is wrong: exit code 2
		says   string
	}{
		"a mail server without a sender": {func(o *Options) { o.Config.SMTPURL = "smtp://u:hush@mail" }, true, "FIREHALL_SMTP_URL (--smtp-url): it names no sender"},
		"a key file that is not there":   {func(o *Options) { o.Config.SecretKeyFile = filepath.Join(o.Config.Data, "other") }, true, "FIREHALL_SECRET_KEY_FILE (--secret-key-file): there is no file "},
		"a certificate that is not there": {func(o *Options) {
			o.Config.TLSCertFile, o.Config.TLSKeyFile = "/no/cert", "/no/key"
		}, true, "FIREHALL_TLS_CERT_FILE (--tls-cert-file): the certificate cannot be used: /no/cert: no such file"},
		"a folder that cannot be made": {func(o *Options) { o.Config.Data = "/dev/null/x" }, true, "FIREHALL_DATA (--data): the folder cannot be made"},
		"an address elsewhere":         {func(o *Options) { o.Config.Listen = "192.0.2.1:80" }, false, "listen on 192.0.2.1:80"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			test.change(&w.opts)
			err := w.refused()
			var settings config.Problems
			if !strings.Contains(err.Error(), test.says) || errors.As(err, &settings) != test.usage {
				t.Errorf("got %v", err)
			}
			if strings.Contains(err.Error(), "hush") {
				t.Errorf("it tells a secret: %v", err)
			}
		})
	}
}

func TestASecondProcessOnADataFolderIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	err := w.refused()
	if !strings.Contains(err.Error(), "another firehall uses the data folder "+w.opts.Config.Data) {
		t.Errorf("got %v", err)
	}
}

func TestAPortThatIsTakenIsNamed(t *testing.T) {
	t.Parallel()
	first := newWorld(t).start()
	w := newWorld(t)
	w.opts.Config.Listen = first.listener.Addr().String()
	if err := w.refused(); !strings.Contains(err.Error(), "another program listens on "+w.opts.Config.Listen+"; stop it, or choose another port with --listen") {
		t.Errorf("got %v", err)
	}
}

func TestAStopLetsARequestEnd(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		w.start().setup(small)
		conn := w.dial()
		const body = `{"summary":"disk full","severity":"critical"}`
		_, err := io.WriteString(conn, "POST /in/generic/0123456789abcdef HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 45\r\nExpect: 100-continue\r\n\r\n")
		if err != nil {
			t.Fatal(err)
		}
		answer := bufio.NewReader(conn)
		if line, err := answer.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") { // the handler reads the body
			t.Fatalf("%q, %v", line, err)
		}
		_, _ = answer.ReadString('\n')
		ended := make(chan error, 1)
		go func() { ended <- w.Close(context.Background()) }()
		for { // until the node takes nobody new
			other, err := net.Dial("tcp", conn.RemoteAddr().String())
			if err != nil {
				break
			}
			_ = other.Close()
		}
		if _, err := io.WriteString(conn, body); err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(answer, nil)
		if err != nil || response.StatusCode != http.StatusAccepted {
			t.Errorf("answered %v, %v", response, err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// slow is a provider that answers when it is told to.
type slow struct {
	called, answer chan struct{}
}

func (s *slow) Send(context.Context, channel.Contact, channel.Notice) channel.Outcome {
	close(s.called)
	<-s.answer
	return channel.Outcome{Status: channel.Accepted}
}

func TestAStopKeepsTheReceiptOfACallThatRuns(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w *world) {
		provider := &slow{called: make(chan struct{}), answer: make(chan struct{})}
		w.opts.Sender = func(*channel.Set) engine.Sender { return provider }
		w.start().setup(small)
		w.post(`{"summary":"disk full","severity":"critical"}`)
		<-provider.called
		ended := make(chan error, 1)
		go func() { ended <- w.Close(context.Background()) }()
		close(provider.answer)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		w.opts.Sender = func(*channel.Set) engine.Sender { return w }
		w.start()
		list, _, err := w.db.Alerts(t.Context(), everyAlert)
		if err != nil || len(list) != 1 {
			t.Fatalf("%v, %v", list, err)
		}
		sends, err := w.db.SendsOf(t.Context(), list[0].ID)
		if err != nil || len(sends) != 1 || sends[0].Status != "accepted" {
			t.Errorf("%v, %v", sends, err)
		}
	})
}

func TestStartAndStopTakeLittle(t *testing.T) {
	t.Parallel()
	began := time.Now()
	w := newWorld(t).start()
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 10*time.Second { // far above what it takes, far below what waits for a limit
		t.Errorf("it took %s", took)
	}
	for _, text := range []string{"Firehall serves", "database=sqlite", "Firehall has stopped"} {
		if !strings.Contains(w.log.String(), text) {
			t.Errorf("the log does not say %q", text)
		}
	}
}
