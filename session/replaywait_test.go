package session

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
)

// anyWait is a jam that waits for its first note while keys below and above the split are played and settings change. Which
// keys are the melody, and how they sound, depends on what was set when each was played.
func anyWait(t *rapid.T) *liveJam {
	s := jam.DefaultSettings()
	s.ChordGrid, s.Listen = jam.GridFrame, rapid.IntRange(0, 2).Draw(t, "listen")
	s.Split, s.Transpose = rapid.SampledFrom([]uint8{0, 55, 62}).Draw(t, "split"), int8(rapid.SampledFrom([]int{0, -24, 24}).Draw(t, "transpose"))
	j := &liveJam{settings: s, seed: rapid.Uint64().Draw(t, "policy"), frames: 40, inbox: 100, atFirstNote: true, hearsBusy: true}
	at := 100 * time.Millisecond
	for range rapid.IntRange(1, 14).Draw(t, "doings") {
		at += time.Duration(rapid.IntRange(1, 70).Draw(t, "pause")) * time.Millisecond
		key := rapid.SampledFrom([]uint8{2, 50, 60, 125}).Draw(t, "key")
		control := func(p jam.Param, value float64) {
			j.controls = append(j.controls, jam.Control{At: at, Param: p, Value: value})
		}
		switch rapid.IntRange(0, 10).Draw(t, "does") {
		case 0, 1, 2:
			j.events = append(j.events, jam.Event{At: at, Status: 0x90, Data1: key, Data2: 90})
		case 3:
			j.events = append(j.events, jam.Event{At: at, Status: 0x80, Data1: key})
		case 4:
			j.events = append(j.events, jam.Event{At: at, Status: 0xB0, Data1: 64, Data2: rapid.SampledFrom([]uint8{0, 127}).Draw(t, "pedal")})
		case 5:
			control(jam.ParamSplit, rapid.SampledFrom([]float64{0, 55, 62}).Draw(t, "split"))
		case 6:
			control(jam.ParamTranspose, rapid.SampledFrom([]float64{0, -24, 24}).Draw(t, "transpose"))
		case 7:
			j.controls = append(j.controls, anyControl(t, at))
		case 8:
			control(jam.ParamPanic, 0)
		case 9:
			control(jam.ParamSwing, rapid.SampledFrom([]float64{0, 1, 2}).Draw(t, "swing"))
		case 10:
			control(jam.ParamSwingPercent, rapid.SampledFrom([]float64{50, 60, 75}).Draw(t, "percent"))
		}
	}
	j.events = append(j.events, jam.Event{At: at + 300*time.Millisecond, Status: 0x90, Data1: 70, Data2: 90}, // which begins it, if none did
		jam.Event{At: at + 900*time.Millisecond, Status: 0x80, Data1: 70})
	slices.SortStableFunc(j.events, func(a, b jam.Event) int { return cmp.Compare(a.At, b.At) })
	return j
}

// Whatever is played and set while a jam waits for its first note, it is played again to its last chord.
func TestReplayOfTheWait(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		j := anyWait(rt)
		dir, summary := j.keep(t, root)
		r, err := Open(dir)
		if err != nil {
			rt.Fatal(err)
		}
		c, err := r.Compare(t.Context(), j.again(), loadOther)
		if err != nil || c.Frames != summary.Frames || c.Difference != nil {
			rt.Fatalf("%+v, %v\njam    %+v\nreplay %+v", c, err, c.Difference.Logged, c.Difference.Report)
		}
	})
}

// Notes that begin to swing while a jam waits for its first note swing from its first beat on, in the replay too.
func TestReplayOfSwingFromTheWait(t *testing.T) {
	s := jam.DefaultSettings()
	s.Tempo, s.ChordGrid, s.Listen = 300, jam.GridFrame, 1
	j := &liveJam{settings: s, seed: 1, frames: 12, inbox: 100, atFirstNote: true,
		controls: []jam.Control{{At: time.Millisecond, Param: jam.ParamSwing, Value: float64(jam.SwingEighths)}}}
	for i, key := range []uint8{61, 72, 60, 64} { // 33 ms apart, so that even and swung lines count some of them for different frames
		at := 100*time.Millisecond + time.Duration(i)*33*time.Millisecond
		j.events = append(j.events, jam.Event{At: at, Status: 0x90, Data1: key, Data2: 90})
	}
	dir, _ := j.keep(t, t.TempDir())
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Compare(t.Context(), j.again(), loadOther)
	if err != nil {
		t.Fatal(err)
	}
	if c.Difference != nil {
		t.Fatalf("jam    %+v\nreplay %+v", c.Difference.Logged, c.Difference.Report)
	}
}
