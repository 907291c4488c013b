package live

import (
	"context"
	"time"

	"jamd/follow"
	"jamd/jam"
)

// followPlayer lets the loop follow the time of the player. The ear hears the melody beside the loop, and is started with it.
func (j *Jam) followPlayer() error {
	j.openEar()
	j.Config.Player = j.ear.Times()
	return nil
}

func (j *Jam) openEar() {
	s := &j.Config.Settings
	j.ear = follow.NewEar(s.MelodyChannels, s.Split)
}

// follows reports whether the jam follows its player. If it does not, the ear is there to notice that they part.
func (j *Jam) follows() bool { return j.Config.Player != nil }

func (j *Jam) sendFollowed() error {
	j.Config.ClockOut = j.output.Clock()
	return j.followPlayer()
}

// listenToPlayer runs the ear until the context ends. A count-in is told to it as taps.
func (j *Jam) listenToPlayer(ctx context.Context) {
	if j.ear == nil {
		return
	}
	s := &j.Config.Settings
	f := follow.New(follow.Config{Meter: s.Meter, BPM: j.options.Clock.BPM})
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

// tapCountIn tells the ear of a bar before the first line, as it is counted in.
func (j *Jam) tapCountIn(ctx context.Context, began <-chan time.Duration) {
	select {
	case <-ctx.Done():
	case zero := <-began:
		s := &j.Config.Settings
		beat := time.Duration(float64(time.Minute) / s.Tempo * float64(s.Meter.Beat()) / jam.FramesPerBeat)
		taps := s.Meter.Beats()
		for taps < 3 {
			taps += s.Meter.Beats()
		}
		clock := j.Clock.Beside()
		for i := range taps {
			at := zero - time.Duration(taps-i)*beat
			for clock.Now() < at && ctx.Err() == nil {
				clock.Wait(at)
			}
			j.ear.Do(jam.DoesTap, at)
		}
	}
}

// tellEarOf tells the ear of the first frame in which the player hears jamd.
func (j *Jam) tellEarOf(r jam.FrameReport) {
	if j.follows() && !j.sounded && (r.Notes.Len > 0 || r.Click.Pitch > 0) {
		j.sounded = true
		j.ear.Do(jam.DoesListen, r.Line)
	}
}

// tellEar gives a control to the ear, if it is about the player's time. done reports that nobody else is to have it.
func (j *Jam) tellEar(c jam.Control) (done bool) {
	if !j.follows() {
		return false
	}
	switch c.Param {
	case jam.ParamTap:
		j.ear.Do(jam.DoesTap, c.At)
		return true
	case jam.ParamOne:
		j.ear.Do(jam.DoesDownbeat, c.At)
		return true
	case jam.ParamTempo:
		j.ear.Tempo(c.Value, c.At)
		return true
	case jam.ParamHoldTempo:
		what := jam.DoesRelease
		if c.Value != 0 {
			what = jam.DoesHold
		}
		j.ear.Do(what, c.At)
	case jam.ParamSplit:
		j.ear.Split(uint8(c.Value))
	}
	return false
}
