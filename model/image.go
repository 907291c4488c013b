//go:build cgo

package model

import (
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// An image is what a library file says about the machine it is for, and about its own size.
type image struct {
	system, processor string // as GOOS and GOARCH; processor is "another" for all that jamd is not built for
	end               uint64 // the file must have this many bytes
}

// checkImage reports whether the file can be given to the system's loader. kind is nil if it can.
func checkImage(path string) (detail string, kind error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", ErrLibraryMissing
	}
	if err != nil {
		return err.Error(), ErrLibraryBroken
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err.Error(), ErrLibraryBroken
	}
	if !info.Mode().IsRegular() {
		return "it is not a file", ErrLibraryBroken
	}
	found, err := readImage(file)
	switch {
	case err != nil:
		return fmt.Sprintf("%v (%d bytes)", err, info.Size()), ErrLibraryBroken
	case found.system != runtime.GOOS:
		return fmt.Sprintf("it is for %s, this is %s", found.system, runtime.GOOS), ErrLibraryForeign
	case found.processor != runtime.GOARCH:
		return fmt.Sprintf("it is for %s, this is %s", found.processor, runtime.GOARCH), ErrLibraryForeign
	case found.end > uint64(info.Size()):
		return fmt.Sprintf("it is cut short: %d bytes of %d", info.Size(), found.end), ErrLibraryBroken
	}
	return "", nil
}

func readImage(file io.ReaderAt) (image, error) {
	var magic [4]byte
	if _, err := file.ReadAt(magic[:], 0); err != nil {
		return image{}, errors.New("it is not a shared library")
	}
	switch {
	case string(magic[:]) == elf.ELFMAG:
		return readELF(file)
	case string(magic[:2]) == "MZ":
		return readPE(file)
	case string(magic[:]) == "\xcf\xfa\xed\xfe":
		return readMachO(file)
	case string(magic[:]) == "\xca\xfe\xba\xbe":
		return readUniversal(file)
	}
	return image{}, errors.New("it is not a shared library")
}

func readELF(file io.ReaderAt) (image, error) {
	f, err := elf.NewFile(file)
	if err != nil {
		// The section headers are at the end, so a truncated file fails here.
		return image{}, fmt.Errorf("it is damaged or cut short: %w", err)
	}
	found := image{system: "linux", processor: "another"}
	switch f.Machine {
	case elf.EM_X86_64:
		found.processor = "amd64"
	case elf.EM_AARCH64:
		found.processor = "arm64"
	}
	for _, p := range f.Progs {
		found.end = max(found.end, p.Off+p.Filesz)
	}
	return found, nil
}

func readPE(file io.ReaderAt) (image, error) {
	f, err := pe.NewFile(file)
	if err != nil {
		return image{}, fmt.Errorf("it is damaged or cut short: %w", err)
	}
	found := image{system: "windows", processor: "another"}
	switch f.Machine {
	case pe.IMAGE_FILE_MACHINE_AMD64:
		found.processor = "amd64"
	case pe.IMAGE_FILE_MACHINE_ARM64:
		found.processor = "arm64"
	}
	for _, s := range f.Sections {
		found.end = max(found.end, uint64(s.Offset)+uint64(s.Size))
	}
	return found, nil
}

func readMachO(file io.ReaderAt) (image, error) {
	f, err := macho.NewFile(file)
	if err != nil {
		return image{}, fmt.Errorf("it is damaged or cut short: %w", err)
	}
	found := image{system: "darwin", processor: machoProcessor(f.Cpu)}
	for _, load := range f.Loads {
		if s, ok := load.(*macho.Segment); ok {
			found.end = max(found.end, s.Offset+s.Filesz)
		}
	}
	return found, nil
}

// readUniversal reads this machine's part of a file for several machines.
func readUniversal(file io.ReaderAt) (image, error) {
	f, err := macho.NewFatFile(file)
	if err != nil {
		return image{}, fmt.Errorf("it is damaged or cut short: %w", err)
	}
	found := image{system: "darwin", processor: "another"}
	for _, part := range f.Arches {
		found.end = max(found.end, uint64(part.Offset)+uint64(part.Size))
		if machoProcessor(part.Cpu) == runtime.GOARCH {
			found.processor = runtime.GOARCH
		}
	}
	return found, nil
}

func machoProcessor(cpu macho.Cpu) string {
	switch cpu {
	case macho.CpuAmd64:
		return "amd64"
	case macho.CpuArm64:
		return "arm64"
	}
	return "another"
}
