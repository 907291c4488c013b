package benchmark

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"jamd/realtime"
)

// machineHere describes this machine.
func machineHere(version string) Machine {
	_, rights := realtime.Check()
	return Machine{
		CPU: processor(), Cores: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
		Jamd: version, Rights: rights,
	}
}

// processor returns the name of the processor, or "" if the system cannot say.
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

// watchStolen starts to measure how much processor time the host of a virtual machine takes. The function that it returns gives
// the share since then in percent, or nil if the system cannot say.
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

// realTimeThreads returns how many threads of this process have real-time scheduling (FIFO or round robin), or -1 if the system
// cannot say. See proc(5), /proc/pid/stat, fields 3 (state) and 41 (policy).
func realTimeThreads() int {
	files, err := filepath.Glob("/proc/self/task/*/stat")
	if err != nil || len(files) == 0 {
		return -1
	}
	n := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) { // the thread has ended
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
