package session

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"jamd/jam"
	"jamd/jam/jamtest"
)

var kills = flag.Int("kills", 4, "how often TestKill kills a jam")

const killedRoot = "JAMD_TEST_KILLED_ROOT"

// killedSeed is that of the policy of the killed jams.
const killedSeed = 11

// TestJamUntilKilled is the other process of TestKill: a real jam in real time, of 10,000 events a minute. It prints the
// session's directory, and then the stamp of each event that the loop has taken.
func TestJamUntilKilled(t *testing.T) {
	root := os.Getenv(killedRoot)
	if root == "" {
		t.Skip("runs as a child of TestKill")
	}
	record := Start(options(root))
	fmt.Println(record.Dir())
	clock := jam.NewSystemClock()
	inbox, entries := jam.NewQueue[jam.Event](1<<10), jam.NewReader(1<<10)
	policy := jamtest.NewPolicy(killedSeed)
	policy.Remember = false
	loop, err := jam.NewLoop(jam.LoopConfig{
		Settings: jam.DefaultSettings(), Policy: policy, Output: silent{}, Inbox: inbox, Clock: clock, Start: jam.StartAtOnce,
		Readers: []*jam.Reader{record.Entries(), entries},
	})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for e := range entries.C() {
			if e.Kind == jam.EntryInput {
				fmt.Println(int64(e.Input.At))
			}
		}
	}()
	go func() {
		for n := byte(0); ; n++ {
			inbox.TrySend(jam.Event{At: clock.Now(), Status: 0x80 | n<<4&0x10, Data1: 60 + n>>1%12, Data2: 90})
			time.Sleep(6 * time.Millisecond)
		}
	}()
	_, _ = loop.Run(context.Background())
}

// Killed at any moment: the session opens, its music is made from the log, and the replay is the jam. How much is missing is
// said, and not asserted: on an idle machine it is the last second, as TestJam checks on the virtual clock; a busy one may be
// late.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	var mu sync.Mutex
	var worst time.Duration
	var lines, torn int
	ready := make(chan struct{}, 8) // as many at once
	var all sync.WaitGroup
	for range *kills {
		ready <- struct{}{}
		all.Go(func() {
			defer func() { <-ready }()
			lost, read, cut := kill(t)
			mu.Lock()
			defer mu.Unlock()
			worst = max(worst, lost)
			lines += read
			if cut {
				torn++
			}
		})
	}
	all.Wait()
	t.Logf("%d jams killed: %d lines read, %d torn ends cut, of what was played at most the last %v missing", *kills, lines, torn, worst)
}

// kill lets another process jam for a while and kills it. It returns how much of what was heard is not in the log.
func kill(t *testing.T) (lost time.Duration, lines int, torn bool) {
	child := exec.Command(os.Args[0], "-test.run=^TestJamUntilKilled$")
	child.Env = append(os.Environ(), killedRoot+"="+t.TempDir())
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Errorf("another process: %v", err)
		return 0, 0, false
	}
	said := bufio.NewReader(out)
	var dir string
	_, err = fmt.Fscanln(said, &dir)
	time.AfterFunc(200*time.Millisecond+rand.N(3*time.Second), func() { _ = child.Process.Kill() })
	var last time.Duration // that the process said it had heard
	for err == nil {
		var at int64
		if _, err = fmt.Fscanln(said, &at); err == nil {
			last = time.Duration(at)
		}
	}
	_, _ = io.Copy(io.Discard, said)
	_ = child.Wait()

	r, err := Open(dir)
	if err != nil {
		t.Error(err)
		return 0, 0, false
	}
	mending, err := r.Repair(false, takeText)
	if err != nil || !mending.Music {
		t.Errorf("mending: %+v, %v", mending, err)
	}
	kept := time.Duration(0)
	for line, err := range r.Lines() {
		if err != nil {
			t.Error(err)
		}
		lines++
		switch e := line.Entry.(type) {
		case jam.Input:
			kept = e.At
		case End:
			t.Error("killed, and yet an end line")
		}
	}
	if c, err := r.Compare(t.Context(), jamtest.NewPolicy(killedSeed), nil); err != nil || c.Difference != nil || c.Gone > 0 {
		t.Errorf("replay: %+v, %v", c, err)
	}
	return last - kept, lines, mending.Cut > 0
}
