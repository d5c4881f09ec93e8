package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// load is requests over kept-alive connections, one after another on each. The
// client is bare so that it takes little of the machine from the server.
type load struct {
	addr        string
	connections int
	lasts       time.Duration
	perSecond   int // over all connections; 0 is as fast as they answer
	request     func(connection, n int) []byte
	want        string // of the status line: "202"
}

// outcome is what a load measured.
type outcome struct {
	requests int
	lasted   time.Duration
	waits    []time.Duration // sorted
}

func (o outcome) rate() float64 { return float64(o.requests) / o.lasted.Seconds() }

// at returns the wait that a share of the requests stays under.
func (o outcome) at(share float64) time.Duration { return quantile(o.waits, share) }

func quantile(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(float64(len(sorted))*share), len(sorted)-1)]
}

// run sends the load and waits for its end.
func (l load) run(ctx context.Context) (outcome, error) {
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var group sync.WaitGroup
	start := time.Now()
	for c := range l.connections {
		group.Go(func() {
			waits, err := l.connection(ctx, c, start)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, waits...)
			if err != nil && failed == nil {
				failed = err
			}
		})
	}
	group.Wait()
	slices.Sort(all)
	return outcome{requests: len(all), lasted: time.Since(start), waits: all}, failed
}

func (l load) connection(ctx context.Context, c int, start time.Time) ([]time.Duration, error) {
	conn, err := net.Dial("tcp", l.addr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	var waits []time.Duration
	for n := 0; time.Since(start) < l.lasts && ctx.Err() == nil; n++ {
		if l.perSecond > 0 {
			every := time.Second * time.Duration(l.connections) / time.Duration(l.perSecond)
			due := start.Add(every*time.Duration(n) + every*time.Duration(c)/time.Duration(l.connections))
			if wait := time.Until(due); wait > 0 {
				time.Sleep(wait)
			}
		}
		began := time.Now()
		if _, err := conn.Write(l.request(c, n)); err != nil {
			return waits, err
		}
		if err := answer(in, l.want); err != nil {
			return waits, err
		}
		waits = append(waits, time.Since(began))
	}
	return waits, nil
}

// answer reads one HTTP answer.
func answer(in *bufio.Reader, want string) error {
	status, err := in.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.Contains(status, []byte(" "+want)) {
		rest, _ := in.Peek(min(in.Buffered(), 600))
		return fmt.Errorf("answered %s %s", strings.TrimSpace(string(status)), rest)
	}
	length, chunked := 0, false
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		chunked = chunked || bytes.EqualFold(name, []byte("Transfer-Encoding"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
	if chunked {
		if _, err := io.Copy(io.Discard, httputil.NewChunkedReader(in)); err != nil {
			return err
		}
		length = len("\r\n") // after the last chunk
	}
	_, err = io.CopyN(io.Discard, in, int64(length))
	return err
}

// post returns the bytes of a POST of JSON.
func post(path, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
}
