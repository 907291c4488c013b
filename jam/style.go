package jam

// A Style says how a chord is played while it lasts. All notes begin and end on lines of the grid.
type Style uint8

// The styles.
const (
	Pad      Style = iota // sustained; notes that two chords share sound on
	Block                 // begins again on each beat; in 7/8 and the like, on each group
	Pulse                 // begins again on each eighth note, detached, with an accent on the beat
	Arpeggio              // one note after another in eighth notes, up and down
	Ripple                // like Arpeggio, in sixteenths
)

var styles = words{"pad", "block", "pulse", "arpeggio", "ripple"}

// String returns the style's name in lower case.
func (s Style) String() string { return styles.word(int(s)) }

// MarshalText returns String.
func (s Style) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what String returns.
func (s *Style) UnmarshalText(text []byte) error {
	i, err := styles.find("style", string(text))
	*s = Style(i)
	return err
}

// An action says what happens to a chord's note at a line. A note without an action ends.
type action uint8

const (
	hold   action = iota // it continues if it sounds
	sound                // it begins unless it sounds
	strike               // it begins, even if it sounds
)

// A moment is one frame of a chord.
type moment struct {
	meter Meter
	frame int64 // since a bar line
	begun int64 // the frame in which the chord began; negative if that is before the bar line
	again bool  // the chord begins, and all its notes begin again so that this is heard
}

func (m moment) begins() bool { return m.frame == m.begun }
func (m moment) beat() bool   { return m.meter.Felt(m.frame) }
func (m moment) eighth() bool { return m.meter.Eighth(m.frame) }

// eighths returns how many eighths have begun since the chord did.
func (m moment) eighths() int64 { return m.meter.eighthsTo(m.frame) - m.meter.eighthsTo(m.begun) }

// upper says which of the n upper notes sound in a frame, from first up to but not including end, and what happens to them. If
// weak is true, they are struck less hard.
func (s Style) upper(m moment, n int) (first, end int, act action, weak bool) {
	switch s {
	case Block:
		return 0, n, m.strikeOn(m.beat()), false
	case Pulse:
		if !m.eighth() && !m.begins() {
			return 0, 0, hold, false
		}
		return 0, n, strike, !m.beat() && !m.begins()
	case Arpeggio:
		i := upAndDown(m.eighths(), n)
		return i, i + 1, m.strikeOn(m.eighth()), false
	case Ripple:
		i := upAndDown(m.frame-m.begun, n)
		return i, i + 1, strike, false
	}
	return 0, n, m.sustain(), false
}

// bass says whether the bass plays the chord's fifth or its root in a frame, and what happens to that note. In styles that strike
// whole chords, root and fifth alternate on strong beats; in the others the root lasts as long as the chord.
func (s Style) bass(m moment) (fifth bool, act action) {
	switch s {
	case Block, Pulse:
		return (m.meter.strongTo(m.frame)-m.meter.strongTo(m.begun))%2 == 1, m.strikeOn(m.meter.Strong(m.frame))
	case Arpeggio, Ripple:
		return false, m.strikeOn(false)
	}
	return false, m.sustain()
}

func (m moment) strikeOn(line bool) action {
	if line || m.begins() {
		return strike
	}
	return hold
}

// sustain returns the action of sustained notes. A missing note of the chord begins when the chord begins, or with the next beat
// after a change of style.
func (m moment) sustain() action {
	switch {
	case m.again:
		return strike
	case m.begins() || m.beat():
		return sound
	}
	return hold
}

// upAndDown returns the index of the note that a walk up and down through n notes reaches after the given steps.
func upAndDown(steps int64, n int) int {
	if n < 2 {
		return 0
	}
	turn := 2 * (n - 1)
	i := int(steps % int64(turn))
	return min(i, turn-i)
}
