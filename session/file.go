package session

import (
	"errors"
	"io"
	"os"
)

// A file is the part of *os.File that a session uses, so that tests can stand in a full or a slow disk.
type file interface {
	io.WriteCloser
	Truncate(size int64) error
	Sync() error
}

// createFile creates a file that is opened for appending: after a cut, writing goes on at the new end.
func createFile(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err // and not an interface that holds a nil *os.File
	}
	return f, nil
}

// writeWhole makes a file that is there with all its content or not at all.
func writeWhole(create func(path string) (file, error), path string, content []byte) error {
	aside := path + ".part"
	_ = os.Remove(aside) // of a process that was killed
	f, err := create(aside)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(aside, path)
	}
	if err != nil {
		_ = os.Remove(aside) // the first error says it all
	}
	return err
}

// syncDir makes sure that the names in a directory outlast a loss of power, where the system can.
func syncDir(dir string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	_ = d.Sync() // some systems cannot
	_ = d.Close()
}
