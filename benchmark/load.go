package benchmark

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"

	"jamd/realtime"
)

// Burn is the load of the arm UnderLoad. A benchmark starts one process of jamd for each core, which calls Burn. Burn keeps a
// core busy until standard input ends, so it also ends if the benchmark is killed. If disk is a folder, Burn writes a file there
// over and over instead.
func Burn(disk string) error {
	realtime.Renice(0) // a busy program has normal niceness, whatever started it
	var over atomic.Bool
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		over.Store(true)
	}()
	if disk == "" {
		for x := uint64(1); !over.Load(); {
			for range 1 << 16 {
				x = x*6364136223846793005 + 1442695040888963407 // any work that a compiler keeps
			}
			sink.Store(x)
		}
		return nil
	}
	f, err := os.Create(filepath.Join(disk, "load"))
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

// loadMachine keeps all cores and the disk busy, and collects garbage, until unload is called. Its processes run the hidden
// command bench-load, which calls [Burn].
func loadMachine() (unload func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	dir, err := os.MkdirTemp("", "jamd-bench-")
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	stopCollecting := collectGarbage()
	var running []loadProcess
	unload = func() {
		stopCollecting()
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

// collectGarbage collects garbage every gcEvery until stop is called.
func collectGarbage() (stop func()) {
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(gcEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				runtime.GC()
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-stopped
	}
}

type loadProcess struct {
	command *exec.Cmd
	input   io.Closer
}

// end ends the process, by force if it does not end by itself. On a full disk it has ended already.
func (p loadProcess) end() {
	_ = p.input.Close()
	force := time.AfterFunc(5*time.Second, func() { _ = p.command.Process.Kill() })
	defer force.Stop()
	_ = p.command.Wait()
}
