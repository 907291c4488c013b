package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"jamd/archive"
	"jamd/follow"
	"jamd/jam"
	"jamd/live"
	"jamd/model"
	"jamd/usage"
)

// A timedChord is a chord of a take. At is the time at which it began, in seconds from the start of the file.
type timedChord struct {
	jam.TakeChord
	At float64 `json:"at"`
}

// A playedBeat is a beat of the player as it was followed, at the time that its grid line had when it passed. At is in seconds
// from the start of the file, BPM in quarter notes a minute.
type playedBeat struct {
	At   float64 `json:"at"`
	Bar  int64   `json:"bar"`
	Beat int     `json:"beat"`
	BPM  float64 `json:"bpm"`
	Sure float64 `json:"sure"`
}

func timedChords(a *jam.Accompaniment) []timedChord {
	out := make([]timedChord, len(a.Take.Chords))
	for i, c := range a.Take.Chords {
		out[i] = timedChord{c, a.Lines[c.Frame].Seconds()}
	}
	return out
}

func playedBeats(beats []jam.Beat) []playedBeat {
	out := make([]playedBeat, len(beats))
	for i, b := range beats {
		out[i] = playedBeat{b.At.Seconds(), b.Bar, b.Beat, b.BPM, b.Sure}
	}
	return out
}

func (c *accompanyCmd) follows() bool { return c.Clock == live.ClockFollow }

// fileTempo returns the tempo that replaces the file's, or nil. A player who is followed played at the times that the file's own
// tempi give.
func (c *accompanyCmd) fileTempo() *float64 {
	if c.follows() {
		return nil
	}
	return c.Tempo
}

func (c *accompanyCmd) checkFollowing() error {
	switch {
	case !c.follows() && len(c.Taps) > 0:
		return usage.Errorf("--taps is for --clock follow")
	case !c.follows() && c.Meter.auto():
		return usage.Errorf("--meter auto is for --clock follow")
	case c.follows() && c.Tempo != nil:
		if err := jam.CheckTempo(*c.Tempo); err != nil {
			return usage.Errorf("--tempo: %w", err)
		}
	}
	if !slices.IsSorted(c.Taps) || len(c.Taps) > 0 && !(c.Taps[0] >= 0) {
		return usage.Errorf("--taps %v: must be seconds from the start of the file, in ascending order", c.Taps)
	}
	return nil
}

// setMeter gives the tune the meter that was asked for. A tune whose meter is to be found begins with that of the settings.
func (c *accompanyCmd) setMeter(t *jam.Tune) {
	if c.Meter != nil {
		t.Meter, t.Meters = c.Meter.Meter, nil
	}
}

// accompany accompanies the tune. If the user wants a session, accompany records it. read gets the entries of the jam.
func (c *accompanyCmd) accompany(ctx context.Context, p *model.Policy, s jam.Settings, t jam.Tune, began time.Time, read func(jam.Entry)) (*jam.Accompaniment, error) {
	if c.Record == "" {
		return c.play(ctx, p, s, t, read)
	}
	m := archive.Manifest(version, p, s)
	m.Title, m.Ports.In, m.Start, m.Offline, m.Followed = t.Name, c.File, began, true, c.follows()
	m.Settings.Meter = cmp.Or(t.Meter, s.Meter)
	log := archive.RecordOffline(c.Record, m)
	result, err := c.play(ctx, p, s, t, log.Record, read)
	return result, errors.Join(err, log.Close(result))
}

func (c *accompanyCmd) play(ctx context.Context, p *model.Policy, s jam.Settings, t jam.Tune, readers ...func(jam.Entry)) (*jam.Accompaniment, error) {
	if !c.follows() {
		return jam.Accompany(ctx, p, s, t, readers...)
	}
	var played follow.Config
	if !s.FindMeter {
		played.Meter = cmp.Or(t.Meter, s.Meter)
	}
	if c.Tempo != nil {
		played.BPM = *c.Tempo
	}
	taps := make([]jam.PlayerEvent, len(c.Taps))
	for i, at := range c.Taps {
		taps[i] = jam.PlayerEvent{At: time.Duration(at * float64(time.Second)), Kind: jam.PlayerTap}
	}
	return jam.AccompanyPlayer(ctx, p, s, t, follow.New(played), taps, readers...)
}
