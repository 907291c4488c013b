package follow

import (
	_ "embed"
	"math"

	"jamd/jam"
)

// What tables.bin holds, as train/follow/tables.py writes it.
const (
	ticks    = 12 // a beat
	farthest = 96 // ticks to the next onset that have an entry each; what is farther shares one
	contexts = 7  // of the step before: 0 where it is not known
	scale    = 20 // a byte is -20 times a natural logarithm
	longest  = 4 * ticks
	most     = 7     // classes
	floor    = 0.003 // of the weight of steps: any may come

)

// stepLimits end the contexts of a step, in ticks.
var stepLimits = [...]int{3, 5, 7, 9, 12}

//go:embed tables.bin
var tablesFile []byte

// A class is a metre with a feel, and what is known of its rhythm: logarithms of probabilities.
type class struct {
	meter jam.Meter
	prior float64                      // of the class
	bar   int                          // in ticks
	first [longest]float64             // place of a first onset
	onset [longest]float64             // place of any onset
	steps [contexts][longest][]float64 // to the next onset, by context and place: 1 to 96 ticks, and farther
}

// classes are in the file's order: from lead sheets, folk tunes, pop songs, swung lead sheets, jazz solos; then the other
// metres.
var classes = load(tablesFile, []class{
	{meter: jam.Quarters(4), prior: 0.25},
	{meter: jam.Quarters(4), prior: 0.25},
	{meter: jam.Quarters(4), prior: 0.25},
	{meter: jam.Quarters(4), prior: 0.2},
	{meter: jam.Quarters(4), prior: 0.2},
	{meter: jam.Quarters(3), prior: 0.5},
	{meter: jam.Meter{Count: 6, Unit: 8}, prior: 0.3},
})

// load fills the classes from a file of tables. The file is part of the program: one of the wrong length is a fault in it.
func load(file []byte, into []class) []class {
	row := func(n int) []float64 {
		out := make([]float64, n)
		for i, b := range file[:n] {
			out[i] = -float64(b) / scale
		}
		file = file[n:]
		return out
	}
	for i := range into {
		c := &into[i]
		c.prior = math.Log(c.prior)
		c.bar = ticks * c.meter.Beats()
		copy(c.first[:], row(c.bar))
		copy(c.onset[:], row(c.bar))
		for context := range c.steps {
			for place := range c.bar {
				c.steps[context][place] = floored(row(farthest + 1))
			}
		}
	}
	if len(file) != 0 {
		panic("follow: tables.bin is longer than its classes")
	}
	return into
}

func floored(logs []float64) []float64 {
	for i, l := range logs {
		logs[i] = math.Log((1-floor)*math.Exp(l) + floor/farthest)
	}
	return logs
}

// step is the logarithm of the weight of an onset so many ticks after one at a place.
func (c *class) step(context uint8, place, far int) float64 {
	if far <= farthest {
		return c.steps[context][place][far-1]
	}
	return c.steps[context][place][farthest] + c.onset[(place+far)%c.bar]
}

// contextOf is the context that a step makes for the next one.
func contextOf(far int) uint8 {
	for i, limit := range stepLimits {
		if far <= limit {
			return uint8(1 + i)
		}
	}
	return contexts - 1
}

// quarters is the length of a beat in quarter notes.
func quarters(m jam.Meter) float64 { return float64(m.Beat()) / jam.FramesPerBeat }
