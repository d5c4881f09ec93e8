package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Cluster is one PostgreSQL server in a temporary folder. It keeps its port
// and its password over stops and starts. It is for one goroutine at a time.
type Cluster struct {
	bin      string // the folder of PostgreSQL's programs
	dir      string // holds data/, the log and the socket
	port     int
	password string
	settings []string
	as       *syscall.Credential // nil: the caller
	watch    *watchdog

	process *os.Process   // nil while stopped
	ended   chan struct{} // closed when process has ended
}

// startLimit bounds how long a server may take until it answers, crash
// recovery included.
const startLimit = time.Minute

// Start makes a cluster and starts it, with settings like
// "shared_buffers=1GB" on top of the usual ones. It ends with this process.
func Start(settings ...string) (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	as, err := owner()
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin, as: as, password: rand.Text(), settings: settings}
	if c.dir, err = c.folder(); err != nil {
		return nil, err
	}
	if c.watch, err = watchOver(c.dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.dir))
	}
	if err := c.initialise(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	if err := c.firstStart(); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// URL returns the URL of the cluster's own database, as a role that may do
// everything.
func (c *Cluster) URL() string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword("firehall", c.password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)),
		Path:     "/postgres",
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Start starts a stopped or killed cluster and returns when it answers.
func (c *Cluster) Start() error {
	if c.process != nil {
		return errors.New("the cluster runs already")
	}
	if err := c.launch(); err != nil {
		return err
	}
	return c.await()
}

// Stop ends the server in order, as an administrator would: connections are
// cut, everything is written. It returns when the server is gone.
func (c *Cluster) Stop() error { return c.end(syscall.SIGINT) }

// Kill ends the server and all its processes at once, like a lost machine. It
// returns when they are gone.
func (c *Cluster) Kill() error {
	if c.process == nil {
		return errStopped
	}
	// Frozen, it starts no further process while its children are listed.
	if err := c.process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	children, err := childrenOf(c.process.Pid)
	if err != nil {
		return err
	}
	for _, pid := range children {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	if err := c.end(syscall.SIGKILL); err != nil {
		return err
	}
	return awaitEnd(children)
}

// awaitEnd returns when processes that were killed are gone: until then they
// hold on to the server's memory, and it cannot start again.
func awaitEnd(pids []int) error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		if pids = slices.DeleteFunc(pids, ended); len(pids) == 0 {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("the processes %v of PostgreSQL were killed and are still there after %s", pids, startLimit)
		}
	}
}

// Close ends the server, if it runs, and removes its folder.
func (c *Cluster) Close() error {
	var err error
	if c.process != nil {
		err = c.end(syscall.SIGQUIT)
	}
	return errors.Join(err, os.RemoveAll(c.dir), c.watch.release())
}

var errStopped = errors.New("the cluster does not run")

// end sends the server a signal and waits until it is gone.
func (c *Cluster) end(signal os.Signal) error {
	if c.process == nil {
		return errStopped
	}
	if err := c.process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-c.ended
	c.process = nil
	return c.watch.tell(0)
}

// folder makes the cluster's folder, in the hands of who runs it.
func (c *Cluster) folder() (string, error) {
	dir, err := os.MkdirTemp("", "firehall-pg-")
	if err != nil || c.as == nil {
		return dir, err
	}
	return dir, os.Chown(dir, int(c.as.Uid), int(c.as.Gid))
}

// initialise makes the data folder.
func (c *Cluster) initialise() error {
	secret := filepath.Join(c.dir, "password")
	if err := os.WriteFile(secret, []byte(c.password), 0o600); err != nil {
		return err
	}
	if c.as != nil {
		if err := os.Chown(secret, int(c.as.Uid), int(c.as.Gid)); err != nil {
			return err
		}
	}
	cmd := c.command("initdb", "--pgdata=data", "--username=firehall", "--pwfile=password",
		"--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return os.Remove(secret)
}

// firstStart finds a free port and starts the server there. Another process
// may take the port in between: then it looks for another one.
func (c *Cluster) firstStart() error {
	var err error
	for range 5 {
		if c.port, err = freePort(); err != nil {
			return err
		}
		err = c.Start()
		if err == nil || !strings.Contains(err.Error(), "could not create any TCP/IP sockets") {
			return err
		}
	}
	return err
}

// launch starts the server's process and lets the watchdog know it.
func (c *Cluster) launch() error {
	log, err := os.OpenFile(c.logPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	args := []string{"-D", "data", "-p", strconv.Itoa(c.port)}
	for _, setting := range append(c.usual(), c.settings...) {
		args = append(args, "-c", setting)
	}
	cmd := c.command("postgres", args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	c.process, c.ended = cmd.Process, make(chan struct{})
	go func(ended chan struct{}) {
		_ = cmd.Wait() // how it ended is in its log
		close(ended)
	}(c.ended)
	return c.watch.tell(cmd.Process.Pid)
}

// usual returns the settings of every cluster. Durability stays on: tests
// kill it and count what is left.
func (c *Cluster) usual() []string {
	sockets := c.dir
	if len(sockets) > 80 { // a socket's path holds at most 107 bytes
		sockets = ""
	}
	return []string{
		"listen_addresses=127.0.0.1",
		"unix_socket_directories=" + sockets,
		"max_connections=200",
		"shared_buffers=128MB",
		"timezone=UTC",
	}
}

// await returns when the server answers, or why it does not.
func (c *Cluster) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		db, err := pgx.Connect(ctx, c.URL())
		if err == nil {
			return db.Close(ctx)
		}
		select {
		case <-again.C:
		case <-c.ended:
			c.process = nil
			return errors.Join(fmt.Errorf("PostgreSQL ended while starting:\n%s", c.logTail()), c.watch.tell(0))
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL did not answer within %s: %w\n%s", startLimit, err, c.logTail())
		}
	}
}

// command prepares a PostgreSQL program to run in the cluster's folder, as its
// owner, and out of reach of a terminal's Ctrl-C.
func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: c.as}
	return cmd
}

func (c *Cluster) logPath() string { return filepath.Join(c.dir, "log") }

// logTail returns the end of the server's log, at most 2,000 bytes.
func (c *Cluster) logTail() string {
	log, err := os.ReadFile(c.logPath())
	if err != nil {
		return err.Error()
	}
	return string(log[max(0, len(log)-2000):])
}

// freePort returns a TCP port of 127.0.0.1 that was free a moment ago.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
