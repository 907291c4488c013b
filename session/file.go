package session

import (
	"io"
	"os"

	"jamd/atomicfile"
)

// A file is the part of *os.File that a session uses, so that tests can replace it by a full or a slow disk.
type file interface {
	io.WriteCloser
	Truncate(size int64) error
	Sync() error
}

// A disk is what a file that has been opened is written through: itself, or in tests a full or a slow disk.
type disk func(*os.File) file

// realDisk writes into the file itself.
func realDisk(f *os.File) file { return f }

// create creates a file that is opened for appending, so that after a cut writing continues at the new end.
func (d disk) create(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err // and not an interface that holds a nil *os.File
	}
	return d(f), nil
}

// writeWhole writes a file, whole or not at all.
func (d disk) writeWhole(path string, content []byte) error {
	return atomicfile.Write(path, 0o644, func(f *os.File) error {
		_, err := d(f).Write(content)
		return err
	})
}

// syncDir makes sure that the names in a directory survive a loss of power, if the system supports that.
func syncDir(dir string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	_ = d.Sync() // some systems do not support it
	_ = d.Close()
}
