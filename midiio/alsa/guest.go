package alsa

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A Guest is one job for the machine.
type Guest struct {
	Script string            // for busybox's sh, in the folder /job, as root
	Files  map[string]string // by name within /job: the host's paths. A program's shared libraries are copied with it
	Limit  time.Duration     // on the host's clock; 0 is ten minutes
}

// A Result is the outcome of a job.
type Result struct {
	Console string // what the script wrote to stdout and stderr
	Exit    int    // the script's exit status
}

const (
	defaultLimit = 10 * time.Minute
	exitMark     = "alsa: exit "
	maxConsole   = 16 << 20
)

// initScript is the guest's first process. VirMIDI makes four pairs of ports.
func initScript() string {
	var b strings.Builder
	b.WriteString(`#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/job:/bin HOME=/job TERM=dumb LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /run
ifconfig lo up
`)
	for _, m := range modules {
		options := ""
		if m == "snd-virmidi" {
			options = " midi_devs=4"
		}
		fmt.Fprintf(&b, "insmod /modules/%s.ko%s || echo 'alsa: no module %s'\n", m, options, m)
	}
	fmt.Fprintf(&b, `cd /job
sh /job/.script </dev/null
echo "
%s$?"
sync
poweroff -f
`, exitMark)
	return b.String()
}

// awaiting is the beginning of a script that waits. await runs a command over and over, until it succeeds; only what hangs
// meets its limit, and is told. shows succeeds if the sequencer has a client or port, and connected if aseqdump listens to one.
// chords counts the chords that jamd has printed, and swept how often a dump of aseqdump has heard all sound off, which is the
// last thing that jamd sends.
const awaiting = `
await() {
    for i in $(seq 600); do eval "$1" && return; sleep 0.2; done
    echo "never came: $1"
}
shows() { aconnect -l | grep -q "$1"; }
connected() { aconnect -l | grep -A 3 aseqdump | grep -q "Connected From"; }
count() { grep -c "$1" "$2" || true; }
chords() { count '^ *[0-9]*\.[0-9].*[A-G][b#]*[0-9]' "$1"; }
swept() { count 'controller 120' "$1"; }
`

// Run boots the machine, runs the job and returns its result. A script that fails is not an error: see Result.Exit. If the
// machine has not ended by the limit, Run stops it and returns an error with the end of the console.
func (m *Machine) Run(ctx context.Context, g Guest) (Result, error) {
	work, err := os.MkdirTemp("", "jamd-alsa-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(work)
	image := filepath.Join(work, "initramfs")
	size, err := m.pack(image, g)
	if err != nil {
		return Result{}, fmt.Errorf("packing the guest: %w", err)
	}

	if g.Limit == 0 {
		g.Limit = defaultLimit
	}
	ctx, cancel := context.WithTimeout(ctx, g.Limit)
	defer cancel()
	memory := 384 + 3*(size>>20) // for the archive, its unpacked content, and the programs
	c := exec.CommandContext(ctx, m.qemu, "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", strconv.FormatInt(memory, 10),
		"-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio",
		"-kernel", filepath.Join(m.folder, "vmlinuz"), "-initrd", image,
		"-append", "console=ttyS0 quiet loglevel=1 panic=-1 mitigations=off no_timer_check rdinit=/init")
	console := &tail{}
	c.Stdout, c.Stderr = console, console
	err = c.Run()
	result, ended := parseConsole(console.String())
	switch {
	case ended:
		return result, nil
	case ctx.Err() != nil:
		return result, fmt.Errorf("the emulated machine was stopped after %v: %w; its console ends:\n%s", g.Limit, ctx.Err(), lastLines(result.Console))
	}
	return result, fmt.Errorf("the emulated machine ended without the script's exit status (%w); its console ends:\n%s",
		errors.Join(err, errors.New("no "+exitMark)), lastLines(result.Console))
}

func (m *Machine) pack(image string, g Guest) (int64, error) {
	f, err := os.Create(image)
	if err != nil {
		return 0, err
	}
	a := newArchive(f)
	steps := []error{
		a.text("init", initScript()),
		a.text("job/.script", g.Script),
	}
	for _, folder := range []string{"proc", "sys", "dev", "run", "root"} {
		steps = append(steps, a.entry(folder, modeFolder, 0, nil))
	}
	steps = append(steps, a.console())
	for _, p := range programs {
		steps = append(steps, a.program("bin/"+p, filepath.Join(m.folder, p)))
	}
	for _, module := range modules {
		steps = append(steps, a.file("modules/"+module+".ko", filepath.Join(m.folder, module+".ko")))
	}
	for name, host := range g.Files {
		steps = append(steps, a.program(path.Join("job", name), host))
	}
	steps = append(steps, a.folder("/usr/share/alsa"), a.close(), f.Close())
	return a.size, errors.Join(steps...)
}

// parseConsole removes the exit status from the end, and the carriage returns of the serial line.
func parseConsole(console string) (Result, bool) {
	text := strings.ReplaceAll(console, "\r", "")
	at := strings.LastIndex(text, "\n"+exitMark)
	if at < 0 {
		return Result{Console: text}, false
	}
	status, _, _ := strings.Cut(text[at+1+len(exitMark):], "\n")
	n, err := strconv.Atoi(status)
	if err != nil {
		return Result{Console: text}, false
	}
	return Result{Console: text[:at], Exit: n}, true
}

func lastLines(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}

// A tail keeps the end of what is written to it.
type tail struct{ b bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	if t.b.Len()+len(p) > maxConsole {
		t.b.Next(t.b.Len() / 2)
	}
	return t.b.Write(p)
}

func (t *tail) String() string { return t.b.String() }
