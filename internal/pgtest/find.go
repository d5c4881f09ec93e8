package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// errMissing says how to get a PostgreSQL.
var errMissing = errors.New("there is no PostgreSQL server on this machine (no initdb in /usr/lib/postgresql/*/bin " +
	"and none on PATH): run scripts/install-test-needs.sh, or `apt-get install postgresql`, " +
	"or set " + Env + " to the URL of a server whose role may create databases")

// binaries returns the folder of the newest PostgreSQL's initdb and postgres.
// Debian keeps them off PATH.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, byVersion)), nil
	}
	onPath, err := exec.LookPath("initdb")
	if err != nil {
		return "", errMissing
	}
	real, err := filepath.EvalSymlinks(onPath)
	return filepath.Dir(real), err
}

// byVersion compares two paths /usr/lib/postgresql/<version>/bin/initdb.
func byVersion(a, b string) int {
	version := func(path string) float64 {
		n, _ := strconv.ParseFloat(strings.Split(path, "/")[4], 64) // 0, the oldest, when it is no number
		return n
	}
	switch va, vb := version(a), version(b); {
	case va < vb:
		return -1
	case va > vb:
		return 1
	}
	return 0
}

// owner returns who the cluster runs as: nil for the caller, and a user
// without rights where the caller is root, whom PostgreSQL refuses.
func owner() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and this machine has neither a user postgres nor a user nobody: run the tests as another user")
}
