package alsa

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// An archive is the guest's file system: a cpio archive in the "newc" format, which the kernel unpacks into memory.
// The format: Documentation/driver-api/early-userspace/buffer-format.rst of the Linux kernel.
type archive struct {
	w     *bufio.Writer
	inode int
	size  int64
	have  map[string]bool
}

func newArchive(w io.Writer) *archive {
	return &archive{w: bufio.NewWriter(w), have: map[string]bool{}}
}

// Modes of cpio entries.
const (
	modeFolder = 0o040755
	modeFile   = 0o100755
)

// entry writes one entry, and the folders above it that do not exist yet. It does nothing if the entry exists.
func (a *archive) entry(name string, mode int, size int64, data io.Reader) error {
	name = strings.Trim(path.Clean("/"+name), "/")
	if name == "" || a.have[name] {
		return nil
	}
	if err := a.entry(path.Dir(name), modeFolder, 0, nil); err != nil {
		return err
	}
	a.have[name] = true
	return a.put(name, mode, size, data)
}

func (a *archive) put(name string, mode int, size int64, data io.Reader) error {
	return a.device(name, mode, size, data, 0, 0)
}

// console is the device that the kernel opens for the first process, before any other is there.
func (a *archive) console() error {
	const character, major, minor = 0o020600, 5, 1
	a.have["dev/console"] = true
	return a.device("dev/console", character, 0, nil, major, minor)
}

func (a *archive) device(name string, mode int, size int64, data io.Reader, major, minor int) error {
	a.inode++
	// Magic, inode, mode, uid, gid, links, mtime, size, device and rdevice (major, minor), length of the name, checksum.
	a.printf("070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", a.inode, mode, 0, 0, 1, 0, size, 0, 0, major, minor, len(name)+1, 0)
	a.printf("%s\x00", name)
	a.pad()
	if data != nil {
		n, err := io.Copy(a.w, data)
		a.size += n
		if err == nil && n != size {
			err = fmt.Errorf("%s changed while it was packed", name)
		}
		if err != nil {
			return err
		}
		a.pad()
	}
	return nil
}

func (a *archive) printf(format string, args ...any) {
	n, _ := fmt.Fprintf(a.w, format, args...) // close returns the error
	a.size += int64(n)
}

func (a *archive) pad() { a.printf("%s", "\x00\x00\x00"[:(4-a.size%4)%4]) }

func (a *archive) text(name, text string) error {
	return a.entry(name, modeFile, int64(len(text)), strings.NewReader(text))
}

func (a *archive) file(name, host string) error {
	f, err := os.Open(host)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return a.entry(name, modeFile, info.Size(), f)
}

// folder packs a folder of the host under the same path.
func (a *archive) folder(host string) error {
	return filepath.WalkDir(host, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return a.file(name, name)
	})
}

var libraryLine = regexp.MustCompile(`(/\S+) \(0x[0-9a-f]+\)`)

// program packs a program and the shared libraries that it is linked to, under the host's paths.
func (a *archive) program(name, host string) error {
	if err := a.file(name, host); err != nil {
		return err
	}
	out, err := exec.Command("ldd", host).CombinedOutput()
	if err != nil { // "not a dynamic executable", or no executable at all
		return nil
	}
	if strings.Contains(string(out), "not found") {
		return fmt.Errorf("%s: a library is missing: %s", host, strings.TrimSpace(string(out)))
	}
	for _, m := range libraryLine.FindAllStringSubmatch(string(out), -1) {
		if err := a.file(m[1], m[1]); err != nil {
			return err
		}
	}
	return nil
}

func (a *archive) close() error {
	if err := a.put("TRAILER!!!", 0, 0, nil); err != nil {
		return err
	}
	return a.w.Flush()
}
