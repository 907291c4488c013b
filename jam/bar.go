package jam

// A BarPlace is where in its bar a frame lies: p frames after the bar line it is 1+p in 4/4, 17+p in 3/4 and 29+p in 6/8. In
// any other meter it is UnknownPlace.
type BarPlace int64

// The places: those of a meter's bar follow its first one.
const (
	UnknownPlace BarPlace = 0
	firstOf44    BarPlace = 1
	firstOf34    BarPlace = 17
	firstOf68    BarPlace = 29
	BarPlaces             = 41
)

// Place is that of a frame so many frames after a bar line, in that bar or a later one.
func (m Meter) Place(after int64) BarPlace {
	var first BarPlace
	switch m {
	case Meter{4, 4}:
		first = firstOf44
	case Meter{3, 4}:
		first = firstOf34
	case Meter{6, 8}:
		first = firstOf68
	default:
		return UnknownPlace
	}
	return first + BarPlace(after%m.Bar())
}

// before is the place of the frame before, in the same meter.
func (p BarPlace) before() BarPlace {
	switch p {
	case UnknownPlace:
		return UnknownPlace
	case firstOf44:
		return firstOf34 - 1
	case firstOf34:
		return firstOf68 - 1
	case firstOf68:
		return BarPlaces - 1
	}
	return p - 1
}

// ChangeMeter begins a bar of another meter with the frame to be played. It is called before Hear. The error is of m.Check.
func (e *Engine) ChangeMeter(m Meter) error {
	if err := m.Check(); err != nil {
		return err
	}
	e.settings.Meter, e.barLine = m, e.frame
	e.follow()
	return nil
}

// since is how many frames a frame lies after a bar line; below 0 for one before the meter changed.
func (e *Engine) since(frame int64) int64 { return frame - e.barLine }

// nextBeat is the first beat not before the frame to be played.
func (e *Engine) nextBeat() int64 {
	beat := e.settings.Meter.Beat()
	return e.barLine + (e.since(e.frame)+beat-1)/beat*beat
}
