package jam

// A BarPlace is the place of a frame in its bar, as an input of policies. The frame p frames after the bar line has place 1+p
// in 4/4, 17+p in 3/4 and 29+p in 6/8. Other bars are divided into these: 2/4 is the first half of 4/4, 8/4 is two bars of 4/4,
// 6/4 is two of 3/4, 12/8 is two of 6/8, and each beat of 9/8 is the first half of 6/8. Policies are trained with the same
// places (train/data/bars.py). In any other meter the place is UnknownPlace.
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
	switch m {
	case Meter{2, 4}, Meter{4, 4}, Meter{8, 4}:
		return firstOf44 + p%16
	case Meter{3, 4}, Meter{6, 4}:
		return firstOf34 + p%12
	case Meter{6, 8}, Meter{12, 8}:
		return firstOf68 + p%12
	case Meter{9, 8}:
		return firstOf68 + p%6
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
