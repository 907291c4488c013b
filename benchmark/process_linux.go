package benchmark

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// used returns this process's processor time so far, and its resident memory in bytes (the second field of /proc/pid/statm, in
// pages: see proc(5)). ok is false if the system cannot say.
func used() (processor time.Duration, resident int64, ok bool) {
	var r unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		return 0, 0, false
	}
	text, err := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 2 {
		return 0, 0, false
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()), pages * int64(os.Getpagesize()), err == nil
}

// stolen returns how long the host of a virtual machine has made its processors wait so far, in total. On a real machine it is 0.
// See proc(5), /proc/stat, steal.
func stolen() (d time.Duration, ok bool) {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return 0, false
	}
	s, err := fs.Stat()
	return time.Duration(s.CPUTotal.Steal * float64(time.Second)), err == nil
}
