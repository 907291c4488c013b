package jam_test

import (
	"testing"
	"time"

	"jamd/jam"
)

func TestLiveClockWakes(t *testing.T) {
	clock := jam.NewLiveClock()
	at := clock.Now() + 20*time.Millisecond
	for clock.Now() < at {
		clock.Wait(at)
	}
	if now := clock.Now(); now < at {
		t.Errorf("%v, want %v", now, at)
	}
	beside := clock.Beside()
	if before, now, after := clock.Now(), beside.Now(), clock.Now(); now < before || now > after {
		t.Errorf("the clock beside shows %v between %v and %v", now, before, after)
	}
	woken := make(chan struct{})
	go func() {
		clock.Wait(time.Hour)
		close(woken)
	}()
	beside.Wake() // is another's
	select {
	case <-woken:
		t.Fatal("woken by the clock beside it")
	case <-time.After(20 * time.Millisecond):
	}
	clock.Wake()
	<-woken
	clock.Wake()
	clock.Wake()
	clock.Wait(time.Hour) // the wake before it counts
	clock.Spin(time.Millisecond)
	clock.Wait(clock.Now() - time.Second)
	if n := testing.AllocsPerRun(10, func() {
		clock.Wait(clock.Now() + 2*time.Millisecond)
		clock.Wake()
		clock.Wait(time.Hour)
	}); n != 0 {
		t.Errorf("%v allocations a wait", n)
	}
}
