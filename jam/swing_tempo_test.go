package jam_test

import (
	"testing"
	"time"

	"jamd/jam"
)

// In 7/8 a beat may lie within a pair of eighths that swings. A new tempo waits for one that does not, so that no frame's line
// moves into the past.
func TestTempoChangesBetweenSwungPairs(t *testing.T) {
	m, err := jam.ParseMeter("7/8")
	if err != nil {
		t.Fatal(err)
	}
	for _, tempo := range [][2]float64{{60, 240}, {90, 180}, {100, 140}} {
		step := time.Duration(15e9 / tempo[0])
		for frame := range 14 {
			j := liveJam{config: jam.LoopConfig{
				Settings: settings(func(s *jam.Settings) {
					s.Meter, s.Swing, s.Tempo, s.Listen = m, jam.SwingEighths, tempo[0], 0
				}), Frames: 80, Start: jam.StartAtOnce,
			}, steers: []jam.Control{{At: time.Duration(28+frame)*step + step/2, Param: jam.ParamTempo, Value: tempo[1]}}}
			j.run(t)
			if j.summary.Skipped > 0 || j.summary.Misses > 0 {
				t.Errorf("%v BPM at frame %d: %d frames lost, %d missed", tempo, 28+frame, j.summary.Skipped, j.summary.Misses)
			}
		}
	}
}

func TestSwungFrameOfNoJamFillsNoMemory(t *testing.T) {
	b := jam.NewTakeBuilder("x", nil, jam.Quarters(4))
	b.Add(jam.FrameReport{Frame: 1 << 40, Swung: 0.5, Symbol: "N.C."})
	if swung := len(b.Take(jam.Silence).Swung); swung > 0 {
		t.Errorf("the take has %d swung frames", swung)
	}
}
