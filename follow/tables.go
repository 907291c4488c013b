package follow

import (
	_ "embed"
	"math"
	"slices"

	"jamd/jam"
)

// The format of tables.bin, which train/follow/tables.py writes.
const (
	ticks        = 12        // ticks in a beat
	farthest     = 96        // longest step to the next onset that has an entry of its own, in ticks; longer steps share one entry
	contexts     = 7         // number of contexts: the lengths of the step before, by stepLimits; 0 if it is not known
	scale        = 20        // a byte b stands for the natural logarithm -b/scale
	longest      = 4 * ticks // longest bar
	most         = 8         // number of classes
	floor        = 0.003     // share of the probability that is spread over all steps, so that none is impossible
	noMotion     = 128       // the byte of a motion that tells nothing
	motionWeight = 0.8       // motions repeat from bar to bar, so that they tell less than their number says
)

// stepLimits are the largest steps of the contexts 1, 2 and so on, in ticks.
var stepLimits = [...]int{3, 5, 7, 9, 12}

//go:embed tables.bin
var tablesFile []byte

// A class is a meter with a feel and the statistics of its rhythm. All statistics are logarithms of probabilities.
type class struct {
	meter      jam.Meter
	meterIndex int                          // of its meter, in meters
	prior      float64                      // of the class; before load, the probability itself
	bar        int                          // length of a bar in ticks
	first      [longest]float64             // by place: of the first onset
	onset      [longest]float64             // by place: of any onset
	steps      [contexts][longest][]float64 // by context and place: of the next onset 1 to 96 ticks later, or more

	motions [contexts][longest][motions]float64 // by context, place and motion: how much likelier the motion is here than anywhere
}

// classes are in the order of tables.bin: 4/4 from lead sheets, folk tunes, pop songs, swung lead sheets, jazz solos and simple
// tunes; then the other meters.
var classes = load(tablesFile, []class{
	{meter: jam.Quarters(4), prior: 0.25},
	{meter: jam.Quarters(4), prior: 0.25},
	{meter: jam.Quarters(4), prior: 0.25},
	{meter: jam.Quarters(4), prior: 0.2},
	{meter: jam.Quarters(4), prior: 0.2},
	{meter: jam.Quarters(4), prior: 0.2},
	{meter: jam.Quarters(3), prior: 0.6},
	{meter: jam.Meter{Count: 6, Unit: 8}, prior: 0.35},
})

// load fills the classes from the content of tables.bin. It panics if the length is wrong, because the file is part of the
// program.
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
		c.meterIndex = slices.Index(meters[:], c.meter)
		c.bar = ticks * c.meter.Beats()
		copy(c.first[:], row(c.bar))
		copy(c.onset[:], row(c.bar))
		for context := range c.steps {
			for place := range c.bar {
				c.steps[context][place] = floored(row(farthest + 1))
			}
		}
		for context := range c.motions {
			for place := range c.bar {
				for motion, b := range file[:motions] {
					c.motions[context][place][motion] = motionWeight * (float64(b) - noMotion) / scale
				}
				file = file[motions:]
			}
		}
	}
	if len(file) != 0 {
		panic("follow: tables.bin is longer than its classes")
	}
	return into
}

// floored mixes the probabilities of steps with equal ones, so that no step is impossible.
func floored(logs []float64) []float64 {
	for i, l := range logs {
		logs[i] = math.Log((1-floor)*math.Exp(l) + floor/farthest)
	}
	return logs
}

// step returns the log weight of an onset `far` ticks after an onset at a place.
func (c *class) step(context uint8, place, far int) float64 {
	if far <= farthest {
		return c.steps[context][place][far-1]
	}
	return c.steps[context][place][farthest] + c.onset[(place+far)%c.bar]
}

// place returns the place of the beat that comes `beats` beats after a bar line, in ticks.
func (c *class) place(beats int64) int {
	n := int64(c.bar / ticks)
	return int((beats%n+n)%n) * ticks
}

// contextOf returns the context that a step makes for the next step.
func contextOf(far int) uint8 {
	for i, limit := range stepLimits {
		if far <= limit {
			return uint8(1 + i)
		}
	}
	return contexts - 1
}

// quarters returns the length of a beat in quarter notes.
func quarters(m jam.Meter) float64 { return float64(m.Beat()) / jam.FramesPerBeat }
