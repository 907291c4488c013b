package jam_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"jamd/jam"
)

// How late Wait returns at a period of 25 ms: every clock, with and without SCHED_FIFO, on the machine as it is (idle) and with
// a busy process on every core. Run by hand: go test -run '^$' -bench Wait -benchtime 400x ./jam
func BenchmarkWait(b *testing.B) {
	for _, load := range []string{"idle", "busy"} {
		b.Run(load, func(b *testing.B) {
			if load == "busy" {
				keepBusy(b)
			}
			for _, c := range []struct {
				name string
				spin time.Duration
				fifo bool
				make func() jam.Clock
			}{
				{name: "timer", make: func() jam.Clock { return jam.NewSystemClock() }},
				{name: "timer,fifo", fifo: true, make: func() jam.Clock { return jam.NewSystemClock() }},
				{name: "futex"},
				{name: "futex,fifo", fifo: true},
				{name: "futex,fifo,spin", fifo: true, spin: 300 * time.Microsecond},
			} {
				b.Run(c.name, func(b *testing.B) {
					err := onThread(c.fifo, func() {
						var clock jam.Clock
						if c.make != nil {
							clock = c.make()
						} else {
							live := jam.NewLiveClock()
							live.Spin(c.spin)
							clock = live
						}
						late := make([]time.Duration, 0, b.N)
						at := clock.Now()
						for b.Loop() {
							at += 25 * time.Millisecond
							for clock.Now() < at {
								clock.Wait(at)
							}
							late = append(late, clock.Now()-at)
						}
						report(b, late)
					})
					if err != nil {
						b.Skip("SCHED_FIFO: ", err)
					}
				})
			}
		})
	}
}

// The time from a Wake on one thread until Wait returns on another, which is what asking the policy costs; for comparison, the
// same with a channel.
func BenchmarkWakeThread(b *testing.B) {
	for _, load := range []string{"idle", "busy"} {
		b.Run(load, func(b *testing.B) {
			if load == "busy" {
				keepBusy(b)
			}
			for _, fifo := range []bool{false, true} {
				for _, way := range []string{"channel", "futex"} {
					b.Run(fmt.Sprintf("%s,fifo=%v", way, fifo), func(b *testing.B) {
						clock, other := jam.NewLiveClock(), jam.NewLiveClock()
						asked, late, done := make(chan time.Duration, 1), make([]time.Duration, 0, b.N), make(chan struct{})
						go func() {
							defer close(done)
							_ = onThread(fifo, func() { // or else the other is refused too
								for open := true; open; {
									open = receive(asked, way == "futex", other, func(at time.Duration) { late = append(late, clock.Now()-at) })
								}
							})
						}()
						err := onThread(fifo, func() {
							for b.Loop() {
								clock.Wait(clock.Now() + 10*time.Millisecond)
								asked <- clock.Now()
								if way == "futex" {
									other.Wake()
								}
							}
						})
						close(asked)
						other.Wake()
						<-done
						if err != nil {
							b.Skip("SCHED_FIFO: ", err)
						}
						report(b, late)
					})
				}
			}
		})
	}
}

// receive takes what is there, or waits for it: in the kernel for a Wake, or on the channel. It returns false at the end.
func receive(asked <-chan time.Duration, futex bool, clock jam.Clock, take func(time.Duration)) bool {
	if futex {
		select {
		case at, open := <-asked:
			if open {
				take(at)
			}
			return open
		default: // only what finds nothing may sleep: one Wake may stand for several items
			clock.Wait(time.Hour)
			return true
		}
	}
	at, open := <-asked
	if open {
		take(at)
	}
	return open
}

// onThread runs a function on a thread of its own, with SCHED_FIFO if asked for. The thread ends with the function.
func onThread(fifo bool, run func()) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: nobody else gets its priority
		if fifo {
			priority := int32(10)
			const schedFIFO = 1
			if _, _, e := syscall.RawSyscall(syscall.SYS_SCHED_SETSCHEDULER, 0, schedFIFO, uintptr(unsafe.Pointer(&priority))); e != 0 {
				done <- e
				return
			}
		}
		run()
		done <- nil
	}()
	return <-done
}

// keepBusy runs a process that never rests on every core, until the benchmark ends.
func keepBusy(b *testing.B) {
	for range runtime.NumCPU() {
		c := exec.Command(os.Args[0], "-test.run=^TestNothing$")
		c.Env = append(os.Environ(), "JAM_TEST_BUSY=1")
		if err := c.Start(); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			_ = c.Process.Kill()
			_ = c.Wait()
		})
	}
}

func TestMain(m *testing.M) {
	if os.Getenv("JAM_TEST_BUSY") != "" {
		for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); { // should nobody kill it
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func report(b *testing.B, late []time.Duration) {
	slices.Sort(late)
	b.ReportMetric(0, "ns/op")
	for _, q := range []struct {
		name string
		of   float64
	}{{"p50-µs", 0.5}, {"p99-µs", 0.99}, {"max-µs", 1}} {
		b.ReportMetric(float64(late[int(q.of*float64(len(late)-1))])/1e3, q.name)
	}
}
