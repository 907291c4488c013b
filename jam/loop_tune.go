package jam

// The loop's grid has the tempi of LoopConfig.Tempo from the start. The loop tells of each before the frames that it is for,
// and changes the meter with the frame that begins a bar of the new one.

// setTune sets what a tune asks for.
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

// tellTempo tells of the tempo changes of the tune up to a frame.
func (l *Loop) tellTempo(until int64) {
	for len(l.tempo) > 0 && l.tempo[0].Frame <= until {
		c := l.tempo[0]
		l.tempo = l.tempo[1:]
		l.engine.settings.Tempo = c.BPM
		l.stretch(Segment{c.Frame, l.engine.Grid().Line(c.Frame), c.BPM})
	}
}

// forgetTempo gives up the tune's tempi from a frame on, as the player has set one that holds from there.
func (l *Loop) forgetTempo(from int64) {
	for i, c := range l.tempo {
		if c.Frame >= from {
			l.tempo = l.tempo[:i]
			return
		}
	}
}

// changeMeter begins a bar of another meter with the frame to be played, if the tune does.
func (l *Loop) changeMeter() {
	for len(l.meters) > 0 && l.meters[0].Frame <= l.engine.Frame() {
		l.report(l.engine.ChangeMeter(l.meters[0].Meter))
		l.tell(l.meters[0].Entry())
		l.meters = l.meters[1:]
	}
}
