// Command cmd runs another command with a PostgreSQL cluster for its tests:
//
//	go run ./internal/pgtest/cmd go test ./...
//
// The command finds the cluster's URL in FIREHALL_TEST_POSTGRES. The cluster
// ends with the command, whose exit code is passed on. Where the variable is
// set already, the command just runs.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"firehall/internal/pgtest"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/pgtest/cmd COMMAND [ARGUMENT…]")
		os.Exit(2)
	}
	code, err := runWithPostgres(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// runWithPostgres runs a command beside a cluster and returns its exit code.
func runWithPostgres(args []string) (code int, err error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if os.Getenv(pgtest.Env) == "" {
		cluster, startErr := pgtest.Start()
		if startErr != nil {
			return 1, startErr
		}
		defer func() { err = errors.Join(err, cluster.Close()) }()
		cmd.Env = append(os.Environ(), pgtest.Env+"="+cluster.URL())
	}
	return runToTheEnd(cmd)
}

// runToTheEnd runs cmd. A terminal's Ctrl-C reaches cmd by itself, a SIGTERM
// is handed on; both are then cmd's to answer.
func runToTheEnd(cmd *exec.Cmd) (int, error) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return 1, err
	}
	go func() {
		for s := range signals {
			if s == syscall.SIGTERM {
				_ = cmd.Process.Signal(s) // it has ended when this fails
			}
		}
	}()
	err := cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return max(exit.ExitCode(), 1), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}
