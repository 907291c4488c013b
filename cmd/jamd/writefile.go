package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// writeFile writes a file whole, or not at all.
func writeFile(path string, content []byte) error {
	return writeFileBy(path, func(out *os.File) error {
		_, err := out.Write(content)
		return err
	})
}

// writeFileBy lets a function write a file aside and renames it, so that a failure leaves no half of one. What is there already
// and is no plain file (a pipe, a device) is written to, not replaced.
func writeFileBy(path string, write func(*os.File) error) error {
	replace := true
	if info, err := os.Stat(path); err == nil {
		replace = info.Mode().IsRegular()
	}
	var out *os.File
	var err error
	if replace {
		out, err = os.CreateTemp(filepath.Dir(path), ".jamd-*"+filepath.Ext(path))
	} else {
		out, err = os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	}
	if err != nil {
		return fmt.Errorf("%s: cannot be written: %w", path, err)
	}
	err = write(out)
	if replace && err == nil {
		err = out.Chmod(0o644)
	}
	if e := out.Close(); err == nil {
		err = e
	}
	if replace && err == nil {
		err = os.Rename(out.Name(), path)
	}
	if replace && err != nil {
		_ = os.Remove(out.Name())
	}
	if err != nil {
		return fmt.Errorf("%s: cannot be written: %w", path, err)
	}
	return nil
}
