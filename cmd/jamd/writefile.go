package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// writeFile writes a file aside and renames it, so that a failure leaves no half of one. What is there already and is no plain
// file (a pipe, a device) is written to, not replaced.
func writeFile(path string, content []byte) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return fmt.Errorf("%s: cannot be written: %w", path, err)
		}
		return nil
	}
	aside, err := os.CreateTemp(filepath.Dir(path), ".jamd-*"+filepath.Ext(path))
	if err != nil {
		return fmt.Errorf("%s: cannot be written: %w", path, err)
	}
	_, err = aside.Write(content)
	if e := aside.Chmod(0o644); err == nil {
		err = e
	}
	if e := aside.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(aside.Name(), path)
	}
	if err != nil {
		_ = os.Remove(aside.Name())
		return fmt.Errorf("%s: cannot be written: %w", path, err)
	}
	return nil
}
