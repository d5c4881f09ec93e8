package secret

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"firehall/internal/fault"
)

// maxFile is more than any key file holds, in bytes.
const maxFile = 1024

// LoadOrMake returns the Box of the key in a file, and makes the file with a
// new key when there is none. The file holds one line: the key as 64 hex
// digits, or as base64. Several processes may call it at once: one makes the
// key, all get the same.
//
// It fails with fault.Invalid when somebody besides the owner may read the
// file, or when what it holds is not a key. The folder must exist.
func LoadOrMake(path string) (*Box, error) {
	b, err := load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return b, err
	}
	if err := makeFile(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make the secret key file %s: %w", path, err)
	}
	return load(path)
}

// load reads the key file at path.
func load(path string) (*Box, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the secret key file: %w", err)
	}
	defer f.Close()
	if err := private(f); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, fmt.Errorf("read the secret key file: %w", err)
	}
	key, ok := decode(strings.TrimSpace(string(text)))
	if !ok {
		return nil, fault.New(fault.Invalid, "the secret key file %s does not hold a key: it must be one line with %d bytes as hex or base64; put back the file that this installation was made with", path, KeySize)
	}
	return New(key)
}

// private refuses a file that others than its owner may read or write.
func private(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("look at the secret key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fault.New(fault.Invalid, "the secret key file %s is not a file", f.Name())
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fault.New(fault.Invalid, "the secret key file %s is open to others than its owner (mode %04o): run chmod 600 %s", f.Name(), mode, f.Name())
	}
	return nil
}

// decode reads a key written as hex or as any base64.
func decode(line string) ([]byte, bool) {
	if key, err := hex.DecodeString(line); err == nil && len(key) == KeySize {
		return key, true
	}
	line = strings.NewReplacer("-", "+", "_", "/", "=", "").Replace(line)
	key, err := base64.RawStdEncoding.DecodeString(line)
	return key, err == nil && len(key) == KeySize
}

// makeFile puts a new key at path, whole or not at all, also when the machine
// stops half-way. It fails with fs.ErrExist when a file is there already.
func makeFile(path string) error {
	folder := filepath.Dir(path)
	draft, err := os.CreateTemp(folder, ".secret-key-*") // O_EXCL, mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	_, err = draft.WriteString(hex.EncodeToString(random(KeySize)) + "\n")
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil { // fails when path exists, as O_EXCL does
		return err
	}
	return syncFolder(folder)
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
