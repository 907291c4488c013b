// Package atomicfile writes files whole or not at all.
//
// The content goes into a temporary file in the target's folder. That file is synced to the disk and then renamed. So readers see
// either the old content or the new, and a failure or loss of power leaves the old.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A File is a file that is being written. [File.Commit] puts it in its place.
type File struct {
	*os.File // the temporary file; or the target itself if that is a pipe or a device

	path    string // of the target, with symbolic links resolved
	perm    os.FileMode
	inPlace bool
	closed  bool
}

// Create starts a file that will be at a path. If the path is a symbolic link, its target is replaced. A pipe or a device is
// written in place. The caller must call Commit or Abort.
func Create(path string, perm os.FileMode) (*File, error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	f := &File{path: path, perm: perm}
	if info, err := os.Stat(path); err == nil {
		f.inPlace = !info.Mode().IsRegular()
	}
	var err error
	if f.inPlace {
		f.File, err = os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	} else {
		f.File, err = os.CreateTemp(filepath.Dir(path), ".jamd-*"+filepath.Ext(path)) // only this user can read it
	}
	if err != nil {
		var at *fs.PathError // which names the temporary file
		if errors.As(err, &at) {
			err = at.Err
		}
		return nil, f.failed(err)
	}
	return f, nil
}

// Commit puts the file in its place, with its permissions. If it fails, the old file stays.
func (f *File) Commit() error {
	if f.inPlace {
		f.closed = true
		return f.failed(f.Close())
	}
	err := errors.Join(f.Chmod(f.perm), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		f.Abort()
		return f.failed(err)
	}
	f.closed = true
	syncFolder(filepath.Dir(f.path))
	return nil
}

// Abort discards the file. After Commit it does nothing.
func (f *File) Abort() {
	if f.closed {
		return
	}
	f.closed = true
	_ = f.Close() // the file is discarded anyway
	if !f.inPlace {
		_ = os.Remove(f.Name())
	}
}

// failed adds the target to an error. nil stays nil.
func (f *File) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: cannot be written: %w", f.path, err)
}

// Write calls write to make the content of the file at a path. If write returns an error, the old file stays.
func Write(path string, perm os.FileMode, write func(*os.File) error) error {
	f, err := Create(path, perm)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := write(f.File); err != nil {
		return f.failed(err)
	}
	return f.Commit()
}

// WriteFile writes content to the file at a path.
func WriteFile(path string, content []byte, perm os.FileMode) error {
	return Write(path, perm, func(f *os.File) error {
		_, err := f.Write(content)
		return err
	})
}

// syncFolder makes a rename survive a loss of power. Some systems cannot sync a folder; there the rename is as safe as the system
// makes it.
func syncFolder(dir string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	_ = d.Sync()
	_ = d.Close()
}
