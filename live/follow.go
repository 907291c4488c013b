package live

import (
	"context"
	"math"
	"time"

	"jamd/follow"
	"jamd/jam"
)

// followPlayer lets the player set the time. The ear, which finds the player's beats, runs beside the loop.
func (j *Jam) followPlayer() error {
	j.openEar()
	j.Config.Player = j.ear.Times()
	j.following.Store(true)
	return nil
}

// openEar makes the ear. listenToPlayer starts it.
func (j *Jam) openEar() {
	s := &j.Config.Settings
	j.ear = follow.NewEar(s.MelodyChannels, s.Split)
}

// laterLength is more than anybody plays before the loop takes what the ear has found.
const laterLength = 64

// openEarForLater makes the ear of a jam that keeps its own time. It notices a different tempo, and the player may then be
// followed.
func (j *Jam) openEarForLater() {
	j.openEar()
	j.later = jam.NewQueue[jam.PlayerTime](laterLength)
	j.Config.Player, j.Config.PlayerLater = j.later, true
}

// canFollow reports whether the jam keeps its own time, and can follow its player from now on.
func (j *Jam) canFollow() bool { return j.later != nil && !j.follows() && j.hasBegun() }

// followingClock returns the clock that follows the player and sends what the present clock sends.
func (j *Jam) followingClock() string {
	if j.options.Clock.Source == clockSend {
		return followSend
	}
	return ClockFollow
}

// followFromNow makes a jam that has kept its own time, and the jams after it, follow the player. It does nothing if the clock
// c does not follow.
func (j *Jam) followFromNow(c Clock) error {
	if c.Follows() {
		j.host.next.change(func(n *nextChoices) { n.clock = c })
		j.following.Store(true)
		j.recorder.session.Followed()
	}
	return nil
}

// follows reports whether the player sets the time. If not, a live player's jam has an ear only to notice a different tempo.
func (j *Jam) follows() bool { return j.following.Load() }

// followAndSend is followPlayer, and also sends the time as MIDI clock to the chords' port.
func (j *Jam) followAndSend() error {
	j.Config.ClockOut = j.output.Clock()
	return j.followPlayer()
}

// listenToPlayer starts the ear, which runs until ctx ends.
func (j *Jam) listenToPlayer(ctx context.Context) {
	if j.ear == nil {
		return
	}
	s := &j.Config.Settings
	f := follow.New(follow.Config{Meter: j.toldMeter(), BPM: j.options.Clock.BPM})
	f.Hold(s.HoldTempo && j.follows())
	go j.ear.Run(ctx, f)
	if !j.follows() {
		go j.watchTempo(ctx)
		return
	}
	if j.Config.Start == jam.StartAtOnce || s.HoldTempo {
		began := make(chan time.Duration, 1)
		j.Config.Began = began
		go j.tapCountIn(ctx, began)
	}
}

// tapCountIn gives the beats of the count-in to the ear as taps, each at its time.
func (j *Jam) tapCountIn(ctx context.Context, began <-chan time.Duration) {
	select {
	case <-ctx.Done():
	case zero := <-began:
		clock := j.Clock.Beside()
		for _, at := range follow.CountIn(j.Config.Settings.Meter, j.Config.Settings.Tempo, zero) {
			for clock.Now() < at && ctx.Err() == nil {
				clock.Wait(at)
			}
			j.ear.Do(jam.PlayerTap, at)
		}
	}
}

// tellEarOf tells the ear from what time on the player hears jamd, once the first note or click has sounded.
func (j *Jam) tellEarOf(r jam.FrameReport) {
	if j.follows() && !j.sounded && (r.Notes.Len > 0 || r.Click.Pitch > 0) {
		j.sounded = true
		j.ear.Do(jam.PlayerListens, heardFrom(&r))
	}
}

// heardFrom returns the time from which the player counts as hearing jamd: one frame after the line of the first frame that
// sounds. The report comes after the line too, so with the line itself it would depend on which reaches the ear first, the
// report or the notes at that line.
func heardFrom(r *jam.FrameReport) time.Duration {
	return r.Line + time.Duration(jam.FrameLength(r.Tempo))
}

// tellEar passes on a control that is about the player's time. done is true if the control is for the ear alone.
func (j *Jam) tellEar(c jam.Control) (done bool) {
	if !j.follows() {
		return false
	}
	switch c.Param {
	case jam.ParamTap:
		j.ear.Do(jam.PlayerTap, c.At)
		return true
	case jam.ParamOne:
		j.ear.Do(jam.PlayerDownbeat, c.At)
		return true
	case jam.ParamTempo:
		j.told.Store(math.Float64bits(c.Value))
		j.ear.Tempo(c.Value, c.At)
		return true
	case jam.ParamHoldTempo:
		kind := jam.PlayerReleases
		if c.Value != 0 {
			kind = jam.PlayerHolds
		}
		j.ear.Do(kind, c.At)
	case jam.ParamSplit:
		j.ear.Split(uint8(c.Value))
	}
	return false
}
