package main

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"jamd/jam"
	"jamd/model"
	"jamd/ui"
)

// A restart says what follows a jam that a page has ended.
type restart uint8

const (
	armed   restart = iota + 1 // the next jam waits for its first note
	counted                    // the next jam counts in
)

// settle is how long a setting must stand still before a jam that still waits for its first note is armed anew with it.
const settle = 400 * time.Millisecond

// A pageJam is a live jam as the pages meet it.
type pageJam struct {
	live    *live
	hearing hearing
	end     func(restart) // ends the jam

	mu    sync.Mutex
	began bool
	timer *time.Timer // arms the jam anew
}

var _ ui.Jam = (*pageJam)(nil)

func (j *pageJam) Info() ui.Info {
	s := j.live.config.Settings
	perBar := jam.FramesPerBeat * s.BeatsPerBar
	info := ui.Info{
		Version: version, Title: j.hearing.title, Policy: j.live.policy.Metadata().Name, Tempo: s.Tempo,
		FramesPerBeat: jam.FramesPerBeat, FramesPerBar: perBar, ListenFrames: int64(s.Listen * jam.FramesPerBeat),
		In: j.hearing.name, Out: j.live.out.Info().Name, ChordChannel: s.ChordChannel, BassChannel: s.BassChannel,
	}
	if info.In == pageMelody {
		info.In = ""
	}
	return info
}

// Play puts a page's note into the jam and, as its player has no other instrument, sends it on to the synth.
func (j *pageJam) Play(status, data1, data2 byte) {
	if j.hearing.play == nil {
		return // an agent plays
	}
	channel := byte(0)
	for ; channel < 15 && !j.live.config.Settings.MelodyChannels.Has(channel); channel++ {
	}
	j.mu.Lock()
	j.began = j.began || status == 0x90
	j.mu.Unlock()
	j.hearing.play(jam.Event{At: j.live.clock.Now(), Status: status | channel, Data1: data1, Data2: data2})
}

func (j *pageJam) Panic() error { return j.live.out.Silence() }

func (j *pageJam) Stop() error {
	j.end(armed)
	return nil
}

func (j *pageJam) Start() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.began || j.hearing.play == nil {
		return fmt.Errorf("the jam has begun: %w", ui.ErrRefused)
	}
	j.end(counted)
	return nil
}

func (j *pageJam) Latency() any {
	if j.live.figures == nil {
		return nil
	}
	return j.live.figures()
}

// A setting is one of the flags that a page may set.
type setting struct {
	ui.Param
	get func(*liveFlags) string
	set func(*liveFlags, string) error
}

func number(name, unit, help string, low, high, step float64, field func(*liveFlags) *float64) setting {
	return setting{ui.Param{Name: name, Kind: ui.Number, Unit: unit, Help: help, Min: low, Max: high, Step: step, Next: true},
		func(f *liveFlags) string { return strconv.FormatFloat(*field(f), 'g', -1, 64) },
		func(f *liveFlags, text string) error {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil || !(v >= low && v <= high) {
				return fmt.Errorf("%s %q: must be %v to %v: %w", name, text, low, high, ui.ErrRefused)
			}
			*field(f) = v
			return nil
		}}
}

// settings are what a page can set, from the next jam on.
var settings = []setting{
	{ui.Param{Name: "policy", Kind: ui.Text, Help: "Who plays the chords.", Next: true},
		func(f *liveFlags) string { return f.Music.Policy },
		func(f *liveFlags, text string) error {
			for _, name := range policyNames() {
				if name == text {
					f.Music.Policy = text
					return nil
				}
			}
			return fmt.Errorf("policy %q: must be one of 'jamd policies': %w", text, ui.ErrRefused) // a path would let a page read files
		}},
	number("tempo", "BPM", "Quarter notes a minute.", 40, 240, 1, func(f *liveFlags) *float64 { return &f.tempo }),
	number("temperature", "", "How adventurous: 0 plays the likeliest chord, 1 as the policy learned.", 0, 2, 0.01,
		func(f *liveFlags) *float64 { return &f.Music.Temperature }),
	number("top-p", "", "Choose among the likeliest chords that make up this share.", 0.01, 1, 0.01,
		func(f *liveFlags) *float64 { return &f.Music.TopP }),
	{ui.Param{Name: "chord-grid", Kind: ui.List, Help: "Where chords may change; a frame is a sixteenth note.",
		Words: []string{"frame", "beat", "half", "bar"}, Next: true},
		func(f *liveFlags) string { return f.Music.ChordGrid.String() },
		func(f *liveFlags, text string) (err error) {
			g, err := jam.ParseChordGrid(text)
			if err != nil {
				return fmt.Errorf("%w: %w", err, ui.ErrRefused)
			}
			f.Music.ChordGrid = g
			return nil
		}},
	{ui.Param{Name: "bass", Kind: ui.Switch, Help: "Also play the root in the bass.", Next: true},
		func(f *liveFlags) string { return map[bool]string{true: "on", false: "off"}[f.Music.Bass] },
		func(f *liveFlags, text string) error {
			if text != "on" && text != "off" {
				return fmt.Errorf("bass %q: must be on or off: %w", text, ui.ErrRefused)
			}
			f.Music.Bass = text == "on"
			return nil
		}},
}

// policyNames are the chord policies that come with jamd.
func policyNames() (names []string) {
	all, _ := model.List() // they are in the binary, and a test reads them
	for _, p := range all {
		if p.Plays == model.Chords {
			names = append(names, p.Name)
		}
	}
	return names
}

func (j *pageJam) Params() []ui.Param {
	f := j.live.flags
	f.mu.Lock()
	defer f.mu.Unlock()
	params := make([]ui.Param, 0, len(settings))
	for _, s := range settings {
		p := s.Param
		p.Value = s.get(f)
		if p.Name == "policy" {
			p.Words = policyNames()
		}
		params = append(params, p)
	}
	return params
}

// Set changes the flags of the next jam. One that waits for its first note is that: it is armed anew.
func (j *pageJam) Set(name, value string) error {
	if j.hearing.play == nil {
		return fmt.Errorf("an agent plays: its jam is set by the command line: %w", ui.ErrRefused)
	}
	for _, s := range settings {
		if s.Name != name {
			continue
		}
		f := j.live.flags
		f.mu.Lock()
		err := s.set(f, value)
		f.mu.Unlock()
		if err != nil {
			return err
		}
		j.mu.Lock()
		defer j.mu.Unlock()
		if j.timer != nil {
			j.timer.Stop()
		}
		j.timer = time.AfterFunc(settle, func() {
			j.mu.Lock()
			defer j.mu.Unlock()
			if !j.began {
				j.end(armed)
			}
		})
		j.live.page.Changed(-1)
		return nil
	}
	return fmt.Errorf("setting %q: %w", name, ui.ErrUnknown)
}
