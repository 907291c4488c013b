// Package alsa runs programs in an emulated machine that has a real ALSA sequencer, for tests on hosts without sound. QEMU,
// without hardware help, boots Debian's kernel with its sound modules and busybox. Nothing is installed or loaded on the
// host. Emulated time says nothing about latency: the machine shows what works, not how fast.
package alsa

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

// ErrUnavailable is wrapped by every error that says that the machine cannot run here. The rest of the text says what to do.
var ErrUnavailable = errors.New("no emulated ALSA machine")

// modules are the kernel's modules to load, in this order.
var modules = []string{
	"soundcore", "snd", "snd-timer", "snd-hrtimer", "snd-seq-device", "snd-seq", "snd-rawmidi",
	"snd-seq-midi-event", "snd-seq-virmidi", "snd-virmidi",
}

// programs are the programs to take from packages, by name.
var programs = []string{"busybox", "aconnect", "aplaymidi", "aseqdump"}

// A Machine is an emulator, and a folder with the files that a guest needs.
type Machine struct {
	qemu   string
	folder string
}

// Find returns a machine whose files are in the user's cache (jamd/alsa-vm/VERSION). If there are none, it downloads
// Debian's packages and unpacks the files from them, which needs no rights. Only QEMU must be installed.
func Find(ctx context.Context) (*Machine, error) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return nil, fmt.Errorf("%w: it needs Linux on x86-64", ErrUnavailable)
	}
	qemu, err := findQEMU()
	if err != nil {
		return nil, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("%w: no cache folder: %w", ErrUnavailable, err)
	}
	cache = filepath.Join(cache, "jamd", "alsa-vm")
	folder := newest(cache)
	if folder == "" {
		if folder, err = fetch(ctx, cache); err != nil {
			return nil, err
		}
	}
	return &Machine{qemu, folder}, nil
}

// newest returns the folder of files that was made last; "" if there is none.
func newest(cache string) (folder string) {
	var made time.Time
	kernels, _ := filepath.Glob(filepath.Join(cache, "[0-9]*", "vmlinuz")) // the pattern is right
	for _, k := range kernels {
		if info, err := os.Stat(k); err == nil && info.ModTime().After(made) {
			folder, made = filepath.Dir(k), info.ModTime()
		}
	}
	return folder
}

func findQEMU() (string, error) {
	p, err := exec.LookPath("qemu-system-x86_64")
	if err != nil {
		return "", fmt.Errorf("%w: install its emulator with 'sudo apt-get install --no-install-recommends qemu-system-x86'", ErrUnavailable)
	}
	return p, nil
}

// apt runs an apt command in a folder. If it fails and the user may update the package lists, apt updates them and tries
// once more.
func apt(ctx context.Context, folder, command string) error {
	run := func(command string) error {
		words := strings.Fields(command)
		c := exec.CommandContext(ctx, words[0], words[1:]...)
		c.Dir, c.Env = folder, append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C")
		if out, err := c.CombinedOutput(); err != nil {
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			return fmt.Errorf("%w: '%s' failed (%w): %s", ErrUnavailable, command, err, lines[len(lines)-1])
		}
		return nil
	}
	err := run(command)
	if err != nil && os.Geteuid() == 0 && run("apt-get -q update") == nil {
		err = run(command)
	}
	return err
}

var kernelPackage = regexp.MustCompile(`(?m)^ +Depends: (linux-image-(\S+))$`)

// fetch downloads the packages, and puts what the guest needs of them into a folder named after the kernel.
func fetch(ctx context.Context, cache string) (string, error) {
	for _, tool := range []string{"apt-get", "apt-cache", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", fmt.Errorf("%w: its kernel comes from Debian's packages, and here is no %s", ErrUnavailable, tool)
		}
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	folder, err := os.MkdirTemp(cache, ".new-")
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer os.RemoveAll(folder)
	if err := os.Chmod(folder, 0o755); err != nil {
		return "", err
	}

	kernel, err := resolveKernel(ctx)
	if err != nil {
		return "", err
	}
	command := "apt-get -q download " + kernel[1] + " busybox-static alsa-utils"
	if os.Geteuid() == 0 { // apt's own user cannot write into the cache of root
		command = strings.Replace(command, "-q", "-q -o APT::Sandbox::User=root", 1)
	}
	if err := apt(ctx, folder, command); err != nil {
		return "", err
	}
	packages, err := filepath.Glob(filepath.Join(folder, "*.deb"))
	if err != nil {
		return "", err
	}
	for _, p := range packages {
		if err := unpack(ctx, p, folder); err != nil {
			return "", fmt.Errorf("%w: %s: %w", ErrUnavailable, filepath.Base(p), err)
		}
		if err := os.Remove(p); err != nil {
			return "", err
		}
	}
	for _, part := range parts() {
		if _, err := os.Stat(filepath.Join(folder, part)); err != nil {
			return "", fmt.Errorf("%w: Debian's packages have no %s", ErrUnavailable, part)
		}
	}
	final := filepath.Join(cache, kernel[2])
	if err := os.Rename(folder, final); err != nil {
		if _, there := os.Stat(filepath.Join(final, "vmlinuz")); there != nil { // unless another test has made it meanwhile
			return "", err
		}
	}
	return final, nil
}

// resolveKernel returns the match of kernelPackage: the package that linux-image-amd64 depends on, and its version.
func resolveKernel(ctx context.Context) ([]string, error) {
	for try := range 2 {
		out, err := exec.CommandContext(ctx, "apt-cache", "depends", "linux-image-amd64").Output()
		if kernel := kernelPackage.FindStringSubmatch(string(out)); err == nil && kernel != nil {
			return kernel, nil
		}
		if try > 0 || os.Geteuid() != 0 {
			break
		}
		if err := apt(ctx, ".", "apt-get -q update"); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: apt knows no package linux-image-amd64: it needs Debian, and 'sudo apt-get update'", ErrUnavailable)
}

// parts are the files that a complete folder has.
func parts() []string {
	list := append([]string{"vmlinuz"}, programs...)
	for _, m := range modules {
		list = append(list, m+".ko")
	}
	return list
}

// unpack takes the needed files out of a package.
func unpack(ctx context.Context, deb, folder string) error {
	c := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", deb)
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	takeErr := takeParts(ctx, tar.NewReader(out), folder)
	_, _ = io.Copy(io.Discard, out)
	return errors.Join(takeErr, c.Wait())
}

func takeParts(ctx context.Context, t *tar.Reader, folder string) error {
	wanted := parts()
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		base := path.Base(h.Name)
		if strings.HasPrefix(base, "vmlinuz-") {
			base = "vmlinuz"
		}
		packed := strings.HasSuffix(base, ".ko.xz")
		base = strings.TrimSuffix(base, ".xz")
		if h.Typeflag != tar.TypeReg || !slices.Contains(wanted, base) || strings.Contains(h.Name, "/share/") {
			continue
		}
		var data io.Reader = t
		if packed { // newer kernels compress modules; busybox loads only plain ones
			xz := exec.CommandContext(ctx, "xz", "-dc")
			xz.Stdin = t
			plain, err := xz.Output()
			if err != nil {
				return fmt.Errorf("%s: xz: %w", h.Name, err)
			}
			data = strings.NewReader(string(plain))
		}
		if err := writePart(filepath.Join(folder, base), data); err != nil {
			return err
		}
	}
}

func writePart(name string, data io.Reader) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, data)
	return errors.Join(err, f.Close())
}
