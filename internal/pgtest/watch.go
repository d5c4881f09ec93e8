package pgtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// watchdog is a small process that outlives this one. When this one is gone,
// however it ended, it ends the cluster and removes its folder.
type watchdog struct {
	process *exec.Cmd
	line    io.WriteCloser // closed by the kernel when this process ends
}

// watch is what a watchdog does: it remembers the last process id that it was
// told, until the line closes. It waits at most five seconds for the server.
const watch = `
pid=0
while read -r told; do pid=$told; done
if [ "$pid" != 0 ]; then
	kill -QUIT "$pid"
	n=0
	while [ $n -lt 100 ] && kill -0 "$pid"; do sleep 0.05; n=$((n+1)); done
fi
rm -rf "$1"
`

// watchOver starts a watchdog for the cluster in dir.
func watchOver(dir string) (*watchdog, error) {
	cmd := exec.Command("/bin/sh", "-c", watch, "sh", dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	line, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the watchdog of a PostgreSQL cluster: %w", err)
	}
	return &watchdog{process: cmd, line: line}, nil
}

// tell gives the watchdog the process to end, 0 for none.
func (w *watchdog) tell(pid int) error {
	_, err := fmt.Fprintln(w.line, pid)
	return err
}

// release ends the watchdog and waits for it.
func (w *watchdog) release() error {
	return errors.Join(w.line.Close(), w.process.Wait())
}

// childrenOf returns the processes whose parent is pid. It reads /proc; where
// there is none it returns none.
func childrenOf(pid int) ([]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	var children []int
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile
		}
		if child, parent, ok := lineage(stat); ok && parent == pid {
			children = append(children, child)
		}
	}
	return children, nil
}

// lineage reads a process's id and its parent's from a line of /proc/*/stat:
// "id (name) state parent …", where the name may hold anything.
func lineage(stat []byte) (child, parent int, ok bool) {
	open, end := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if open < 1 || end < open {
		return 0, 0, false
	}
	words := bytes.Fields(stat[end+1:])
	if len(words) < 2 {
		return 0, 0, false
	}
	child, errChild := strconv.Atoi(string(bytes.TrimSpace(stat[:open])))
	parent, errParent := strconv.Atoi(string(words[1]))
	return child, parent, errChild == nil && errParent == nil
}

// ended says whether a process is gone, or only waits for its parent to notice.
func ended(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return true
	}
	words := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	return len(words) == 0 || bytes.ContainsAny(words[0], "ZX")
}
