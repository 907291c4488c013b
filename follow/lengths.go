package follow

// allowedPeriods returns the beat lengths that hypotheses may have now.
func (f *Follower) allowedPeriods() *periods {
	for i := range classes {
		f.allowed.low[i], f.allowed.high[i] = f.lengths(&classes[i])
	}
	if f.allowed.home = f.home; f.exact() {
		f.allowed.home = 0
	}
	return &f.allowed
}

// lengths returns the range of beat lengths in seconds: within an octave of the home tempo, near the tempo that the player gave,
// or any that people play.
func (f *Follower) lengths(c *class) (low, high float64) {
	switch {
	case f.locked && f.home > 0:
		return f.home / octave, f.home * octave
	case f.grid.found:
		return f.grid.period * (1 - pace), f.grid.period * (1 + pace)
	case f.config.BPM > 0:
		told := 60 / f.config.BPM * f.beat(c)
		return told * 0.8, told * 1.25
	}
	short := min(f.beat(c), 1) // eighths and sixteenths pass faster
	return 60. / 330 * short, 60. / 35 * short
}
