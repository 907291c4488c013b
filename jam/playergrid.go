package jam

import (
	"math"
	"time"
)

const (
	// A frame that follows the player is at least half and at most one and a half times as long as the tempo says, so that no bar
	// breaks when the beat moves.
	leastFrame, mostFrame = 0.5, 1.5
	// What the player does later than this share of a frame before a line moves only the lines after it. So a line depends on what
	// was played, and not on when the loop woke: the loop wakes later than that.
	heardBefore = 7. / 16
	// joinAnyway is the number of bars after which the policy joins in even if the beat is in doubt.
	joinAnyway = 8
)

// A playerGrid places the frames of a jam on the beats of its player. Frame numbers only increase: beat b is frame b·beat+shift.
// When the beat moves, the frames up to the next beat share the correction.
type playerGrid struct {
	now   PlayerTime // the player's time that the next line is placed by
	shift int64      // frame of beat 0
	heard bool       // the policy has joined in
}

// start places frame 0 on the last beat that is not after the first note. It returns the first segment of the grid.
func (g *playerGrid) start(t PlayerTime, first time.Duration) Segment {
	g.now = t
	beat := t.Meter.Beat()
	step := float64(t.Period) / float64(beat)
	note := int64(math.Round(float64(first-t.Line) / step)) // frames after the next beat
	zero := note - (note%beat+beat)%beat
	g.shift = -zero - t.Beat*beat
	return Segment{0, t.Line + nanoseconds(float64(zero)*step), t.tempo()}
}

// update places the next lines by t. If the length of the beat in frames changes, the next beat stays on its frame.
func (g *playerGrid) update(t PlayerTime) {
	next := g.frameOf(t.Beat)
	g.now = t
	g.shift = next - t.Beat*t.Meter.Beat()
}

// tempo returns the tempo, limited to what a grid can have.
func (t PlayerTime) tempo() float64 { return min(max(t.BPM, MinTempo), MaxTempo) }

func (g *playerGrid) beat() int64 { return g.now.Meter.Beat() }

// frameOf returns the frame of a beat.
func (g *playerGrid) frameOf(beat int64) int64 { return beat*g.beat() + g.shift }

// line returns when a frame begins, given the line of the frame before.
func (g *playerGrid) line(frame int64, before time.Duration) time.Duration {
	beat := g.beat()
	n := (frame - g.shift + beat - 1)
	n = (n - ((n%beat)+beat)%beat) / beat // the first beat that is not before the frame
	at := g.now.Line + time.Duration(n-g.now.Beat)*g.now.Period
	step := float64(g.now.Period) / float64(beat)
	length := float64(at-before) / float64(g.frameOf(n)-frame+1)
	return before + nanoseconds(min(max(length, leastFrame*step), mostFrame*step))
}

// cut returns the time until which the player can move a line.
func (g *playerGrid) cut(line time.Duration) time.Duration {
	return line - nanoseconds(heardBefore*float64(g.now.Period)/float64(g.beat()))
}

// segment returns the segment of the grid that begins with a frame.
func (g *playerGrid) segment(frame int64, before time.Duration) Segment {
	return Segment{frame, g.line(frame, before), g.now.tempo()}
}

// silentBeats is how long the player may be silent before the tempo counts as held.
const silentBeats = 8

// state returns the state of following at a time.
func (g *playerGrid) state(at time.Duration) FollowState {
	if g.now.State == Following && at-g.now.After > silentBeats*g.now.Period {
		return HoldingTempo
	}
	return g.now.State
}

// place returns how many frames a frame is after the player's bar line.
func (g *playerGrid) place(frame int64) int64 {
	bar := g.now.Meter.Bar()
	return ((frame-g.frameOf(g.now.Beat-int64(g.now.InBar)))%bar + bar) % bar
}

// sure reports whether the policy may join in, the given number of frames after the first.
func (g *playerGrid) sure(frames int64) bool {
	return g.now.State == Following && g.now.MeterSure || g.now.State != FindingBeat && frames >= joinAnyway*g.now.Meter.Bar()
}

// bar makes the engine's next frame begin a bar if the player begins one there; another meter counts from such a bar on. If
// frame 0 lies within a bar, it begins a pickup. bar returns the change that it made; ok is false if it made none.
func (g *playerGrid) bar(e *Engine) (c MeterChange, ok bool) {
	frame, meter, place := e.Frame(), g.now.Meter, g.place(e.Frame())
	c = MeterChange{Frame: frame, Meter: meter}
	changed := place == 0 && e.since(frame)%meter.Bar() != 0 || meter != e.settings.Meter
	if frame == 0 {
		c.Into, changed = place, changed || place != 0
	} else if place != 0 {
		changed = false
	}
	if !changed {
		return c, false
	}
	return c, e.ChangeMeter(c) == nil
}

// listen keeps an engine whose policy has not joined in yet listening, until a bar line at which the beat is certain. As in a
// jam that jamd counts in, the bar of a pickup counts as heard from its bar line on. listen returns for how many more frames
// the engine listens. ok is false if that has not changed.
func (g *playerGrid) listen(e *Engine) (longer int64, ok bool) {
	frame, place := e.Frame(), g.place(e.Frame())
	if e.joined {
		g.heard = true
	}
	switch joins := place == 0 && g.sure(frame-e.origin); {
	case g.heard:
		return 0, false
	case joins && frame < e.listen && frame >= e.listen-g.place(e.origin):
		longer = 0
	case !joins && frame >= e.listen:
		longer = g.now.Meter.Bar() - place
	default:
		return 0, false
	}
	e.ListenOn(longer)
	return longer, true
}
