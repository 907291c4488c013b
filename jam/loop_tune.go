package jam

// The loop's grid has the tempi of LoopConfig.Tempo from the start. The loop tells the readers about each tempo before its
// frames, and changes the meter with the first frame of a bar in the new one.

// setTune sets the tempi and meters of a tune.
func (l *Loop) setTune(tempo []TempoChange, meters []MeterChange) error {
	if err := checkMeters(meters); err != nil {
		return err
	}
	l.meters = meters
	if len(tempo) == 0 {
		return nil
	}
	grid, err := NewTuneGrid(tempo)
	if err != nil {
		return err
	}
	*l.engine.Grid() = *grid
	l.engine.settings.Tempo = tempo[0].BPM
	l.tempo = tempo[1:]
	return nil
}

// tellTempo tells the readers of the tune's tempo changes up to a frame.
func (l *Loop) tellTempo(until int64) {
	for len(l.tempo) > 0 && l.tempo[0].Frame <= until {
		c := l.tempo[0]
		l.tempo = l.tempo[1:]
		l.engine.settings.Tempo = c.BPM
		l.tellSegment(Segment{c.Frame, l.engine.Grid().Line(c.Frame), c.BPM})
	}
}

// forgetTempo discards the tune's tempo changes from a frame on, because the player has set a tempo that holds from there.
func (l *Loop) forgetTempo(from int64) {
	for i, c := range l.tempo {
		if c.Frame >= from {
			l.tempo = l.tempo[:i]
			return
		}
	}
}

// changeMeter begins a bar of another meter with the next frame, if the tune does.
func (l *Loop) changeMeter() {
	for len(l.meters) > 0 && l.meters[0].Frame <= l.engine.Frame() {
		l.report(l.engine.ChangeMeter(l.meters[0]))
		l.tell(&Entry{Kind: EntryMeter, Meter: l.meters[0]})
		l.meters = l.meters[1:]
	}
}
