package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// room is a folder for the copy that a restore works on. It is locked while
// the restore lives, so that what a killed one has left can be told.
type room struct {
	path string
	lock *os.File
}

// roomName is how the names of rooms begin.
const roomName = ".restoring-"

// roomBeside makes a room beside a backup, or in the data folder when there is
// no writing there: what is temporary elsewhere is often memory. It deletes
// what killed restores have left in either place.
func roomBeside(backup, data string) (*room, error) {
	_ = sweepRooms(filepath.Dir(backup)) // perhaps of another system's user
	if data != "" {
		_ = sweepRooms(data)
	}
	path, err := os.MkdirTemp(filepath.Dir(backup), roomName)
	if err != nil && data != "" {
		if err := os.MkdirAll(data, 0o700); err != nil {
			return nil, err
		}
		path, err = os.MkdirTemp(data, roomName)
	}
	if err != nil {
		return nil, err
	}
	r := &room{path: path}
	if r.lock, err = lockRoom(path); err != nil {
		r.remove()
		return nil, err
	}
	return r, nil
}

// leftWarning is said at a start that cannot delete what is left of restores.
const leftWarning = "what a broken off restore has left could not be deleted; it holds a whole copy of a database"

// lockRoom takes a room for as long as the file is open. It fails when a
// restore has it.
func lockRoom(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// remove deletes a room with what is in it.
func (r *room) remove() {
	_ = os.RemoveAll(r.path)
	if r.lock != nil {
		_ = r.lock.Close()
	}
}

// sweepRooms deletes the rooms in a folder that no restore has any more: each
// holds a whole copy of a database.
func sweepRooms(folder string) error {
	list, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var errs []error
	for _, e := range list {
		if !strings.HasPrefix(e.Name(), roomName) || !e.IsDir() {
			continue
		}
		path := filepath.Join(folder, e.Name())
		lock, err := lockRoom(path)
		if err != nil {
			continue // a restore has it
		}
		errs = append(errs, os.RemoveAll(path), lock.Close())
	}
	return errors.Join(errs...)
}

// sweepRestores deletes what killed restores have left in a data folder that
// this process has alone.
func sweepRestores(dir string) error {
	path := filepath.Join(dir, File) + ".part"
	errs := []error{sweepRooms(dir)}
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
