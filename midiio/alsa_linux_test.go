package midiio

import (
	"debug/elf"
	"errors"
	"os"
	"strings"
	"testing"
)

// The program starts without alsa-lib: no library of that name is linked, and none of its functions is left to be found at the
// start.
func TestAlsaIsLoadedLate(t *testing.T) {
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := elf.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	libraries, err := program.ImportedLibraries()
	if err != nil || len(libraries) == 0 {
		t.Fatalf("%v %v", libraries, err)
	}
	symbols, err := program.ImportedSymbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, library := range libraries {
		if strings.Contains(library, "asound") {
			t.Errorf("linked with %s", library)
		}
	}
	for _, symbol := range symbols {
		if strings.HasPrefix(symbol.Name, "snd_") {
			t.Errorf("%s is missing in alsa_linux.h", symbol.Name)
		}
	}
}

// A library that is missing, or that lacks a function, gives one line with a cure, and another attempt may succeed.
func TestAlsaMissing(t *testing.T) {
	for _, name := range []string{"libasound.so.none", "libc.so.6"} {
		err := loadALSA(name)
		if err == nil {
			t.Skip("another test has loaded alsa-lib for the whole process")
		}
		if !errors.Is(err, ErrNoSequencer) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "apt install libasound2") {
			t.Errorf("%s: not one line with a cure: %v", name, err)
		}
	}
	if err := loadALSA("libasound.so.2"); err != nil {
		t.Error(err)
	}
	if err := loadALSA("libasound.so.none"); err != nil {
		t.Errorf("loaded, but: %v", err)
	}
}
