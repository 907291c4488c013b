package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"jamd/realtime"
)

// A benchLoadCmd is a process that keeps one core, or the disk, busy until its standard input ends: where jamd is killed,
// it ends too.
type benchLoadCmd struct {
	Disk string `placeholder:"DIR" help:"Write a file in this folder over and over, instead of keeping a core busy."`
}

func (c *benchLoadCmd) Run() error {
	realtime.Renice(0) // a busy program is as any other, whatever it was started by
	var over atomic.Bool
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		over.Store(true)
	}()
	if c.Disk == "" {
		for x := uint64(1); !over.Load(); {
			for range 1 << 16 {
				x = x*6364136223846793005 + 1442695040888963407 // any work that a compiler keeps
			}
			sink.Store(x)
		}
		return nil
	}
	f, err := os.Create(filepath.Join(c.Disk, "load"))
	if err != nil {
		return err
	}
	defer f.Close()
	block := make([]byte, 1<<20)
	for n := int64(0); !over.Load(); n++ {
		if _, err := f.WriteAt(block, n%64<<20); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
	}
	return nil
}

var sink atomic.Uint64

// gcEvery is how often garbage is collected under load.
const gcEvery = 50 * time.Millisecond

// loadMachine keeps all cores and the disk busy and collects garbage, until unload is called.
func loadMachine() (unload func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	dir, err := os.MkdirTemp("", "jamd-bench-")
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(gcEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				runtime.GC()
			case <-stop:
				return
			}
		}
	}()
	var running []loadProcess
	unload = func() {
		close(stop)
		<-stopped
		for _, p := range running {
			p.end()
		}
		_ = os.RemoveAll(dir)
	}
	for i := range runtime.NumCPU() + 1 {
		command := exec.Command(self, "bench-load")
		if i == 0 {
			command.Args = append(command.Args, "--disk", dir)
		}
		input, err := command.StdinPipe()
		if err == nil {
			err = command.Start()
		}
		if err != nil {
			unload()
			return nil, fmt.Errorf("load: %w", err)
		}
		running = append(running, loadProcess{command, input})
	}
	return unload, nil
}

type loadProcess struct {
	command *exec.Cmd
	input   io.Closer
}

// end ends the process, by force where it does not go by itself: on a full disk it is gone already.
func (p loadProcess) end() {
	_ = p.input.Close()
	force := time.AfterFunc(5*time.Second, func() { _ = p.command.Process.Kill() })
	defer force.Stop()
	_ = p.command.Wait()
}

// processor names the processor, "" where the system does not say.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// watchStolen begins to watch how much of the processors' time the host of a virtual machine gives to others; the function
// that it returns says what share that was since then, in percent, or nil where the system does not say.
func watchStolen() func() *float64 {
	began := time.Now()
	before, _ := stolen()
	return func() *float64 {
		now, ok := stolen()
		if !ok {
			return nil
		}
		share := 100 * float64(now-before) / float64(time.Since(began)) / float64(runtime.NumCPU())
		return &share
	}
}

// realTimeThreads counts the threads of this process that are scheduled in real time (FIFO or round robin); -1 where the
// system does not say. See proc(5), /proc/pid/stat, fields 3 (state) and 41 (policy).
func realTimeThreads() int {
	files, err := filepath.Glob("/proc/self/task/*/stat")
	if err != nil || len(files) == 0 {
		return -1
	}
	n := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) { // a thread that has ended
			continue
		}
		fields := strings.Fields(string(text)[strings.LastIndexByte(string(text), ')')+1:])
		if len(fields) <= 38 {
			continue
		}
		if policy, err := strconv.Atoi(fields[38]); err == nil && (policy == 1 || policy == 2) {
			n++
		}
	}
	return n
}
