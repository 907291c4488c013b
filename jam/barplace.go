package jam

// A BarPlace is the place of a frame in its bar, as an input of policies. The frame p frames after the bar line has place 1+p
// in 4/4, 17+p in 3/4 and 29+p in 6/8. Other bars are divided into these: 2/2 is 4/4, 2/4 and 4/8 are its first half, 8/4 is two
// bars of it, 6/4 is two bars of 3/4, 12/8 is two of 6/8, and each beat of 3/8 and 9/8 is the first half of 6/8. Policies are
// trained with the same places (train/data/bars.py). In a grouped meter, such as 5/4, 7/8 and 3+3+2/4, each group of beats is a short bar:
// training has no place for it, but without any place the policy jamd holds one chord for the whole jam. In any other meter, the
// place is UnknownPlace; so it is in groups of other lengths, such as the five of 5+2/4 and those of 7/16.
type BarPlace int64

// The first place of each of the three meters. The other places of the bar follow it.
const (
	UnknownPlace BarPlace = 0
	firstOf44    BarPlace = 1
	firstOf34    BarPlace = 17
	firstOf68    BarPlace = 29
	BarPlaces             = 41
)

// Place returns the bar position of the frame after frames past a bar line, in that bar or a later one.
func (m Meter) Place(after int64) BarPlace {
	p := BarPlace(after % max(m.Bar(), 1)) // the zero Meter has no bar
	switch (Meter{Count: m.Count, Unit: m.Unit}) {
	case Quarters(2), Quarters(4), Meter{Count: 2, Unit: 2}, Meter{Count: 4, Unit: 8}:
		return firstOf44 + p%16
	case Quarters(3):
		return firstOf34 + p%12
	case Quarters(8):
		if 2*m.Middle() == m.Bar() {
			return firstOf44 + p%16
		}
	case Quarters(6):
		if 2*m.Middle() == m.Bar() {
			return firstOf34 + p%12
		}
	case Meter{Count: 3, Unit: 8}, Meter{Count: 6, Unit: 8}, Meter{Count: 12, Unit: 8}:
		if m.Compound() {
			return firstOf68 + p%12
		}
	case Meter{Count: 9, Unit: 8}:
		if m.Compound() {
			return firstOf68 + p%6
		}
	}
	from, to := m.Group(int64(p))
	return m.groupPlace(to-from, int64(p)-from)
}

// groupPlace returns the place of a frame in a group of beats, as if the group were a bar.
func (m Meter) groupPlace(length, after int64) BarPlace {
	switch {
	case !m.Grouped():
		return UnknownPlace
	case length == 3*FramesPerBeat && m.Unit == 4:
		return firstOf34 + BarPlace(after)
	case (length == 3*FramesPerBeat/2 || length == 3*FramesPerBeat) && m.Unit == 8:
		return firstOf68 + BarPlace(after)
	case length == FramesPerBeat || length == 2*FramesPerBeat || length == 4*FramesPerBeat:
		return firstOf44 + BarPlace(after)
	}
	return UnknownPlace
}

// before returns the place one frame earlier, in bars of 4/4, 3/4 or 6/8.
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
