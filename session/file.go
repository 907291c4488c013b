package session

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"jamd/atomicfile"
	"jamd/jam"
)

// A file is the part of *os.File that a session uses, so that tests can replace it by a full or slow disk.
type file interface {
	io.WriteCloser
	Truncate(size int64) error
	Sync() error
}

// A disk wraps an opened file before it is written: realDisk returns the file itself, a test's disk can be full or slow.
type disk func(*os.File) file

// realDisk writes into the file itself.
func realDisk(f *os.File) file { return f }

// create creates a file and opens it for appending, so that after a cut writing continues at the new end.
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

// syncDir makes the names in a directory survive a loss of power, if the system supports that.
func syncDir(dir string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	_ = d.Sync() // some systems do not support it
	_ = d.Close()
}

// writeMIDI writes a take as session.mid, whole or not at all.
func writeMIDI(d disk, dir string, write func(io.Writer, jam.Take) error, take jam.Take) error {
	var b bytes.Buffer
	if err := write(&b, take); err != nil {
		return err
	}
	return d.writeWhole(filepath.Join(dir, MIDIFile), b.Bytes())
}

// makeDir makes a new directory. Its name is the start, in its own time zone, and a random tag.
func makeDir(root string, start time.Time) (string, error) {
	if root == "" {
		var err error
		if root, err = DefaultRoot(); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", err
	}
	for {
		var tag [3]byte
		_, _ = rand.Read(tag[:]) // never fails
		dir := filepath.Join(root, start.Format("20060102-150405")+"-"+hex.EncodeToString(tag[:]))
		if err := os.Mkdir(dir, 0o755); !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}
