package main

import (
	"errors"
	"sync"

	"jamd/jam"
	"jamd/ports"
	"jamd/ui"
)

// A restart says what follows a jam that a page has ended.
type restart uint8

const (
	armed   restart = iota + 1 // the next jam waits for its first note
	counted                    // the next jam counts in
)

// A pageJam is a live jam as the pages meet it.
type pageJam struct {
	live    *live
	hearing hearing
	ports   *ports.List
	end     func(restart)     // ends the jam
	changed func(frame int64) // tells the pages

	session string // id of the one that is being recorded

	mu    sync.Mutex
	began bool
}

var _ ui.Jam = (*pageJam)(nil)

func (j *pageJam) Info() ui.Info {
	s, _ := j.live.steering.inForce()
	info := ui.Info{
		Version: version, Title: j.hearing.title, Policy: j.plays(), Blind: j.live.blind != nil, Tempo: s.Tempo,
		Session: j.session, WaitsFor: j.waitsFor(), FramesPerBeat: int(s.Meter.Beat()), FramesPerBar: int(s.Meter.Bar()), ListenFrames: int64(s.Listen) * s.Meter.Beat(),
		In: j.hearing.name, Out: j.live.out.Info().Name, ChordChannel: s.ChordChannel, BassChannel: s.BassChannel,
	}
	if j.live.melody != nil {
		info.In = j.live.melody.name()
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

func (j *pageJam) Panic() error {
	err := j.live.steering.Ask(jam.Control{Param: jam.ParamPanic})
	return errors.Join(err, j.live.out.Silence()) // the player's own notes, which the loop does not know
}

func (j *pageJam) Stop() error {
	j.end(armed)
	return nil
}

func (j *pageJam) Start() error {
	if j.hearing.play == nil || j.hasBegun() {
		return refusal{errors.New("the jam has begun"), ui.ErrRefused}
	}
	j.end(counted)
	return nil
}

// hasBegun is whether the jam waits no more.
func (j *pageJam) hasBegun() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.began || j.live.begun.Load()
}

// waitsFor is what frame 0 comes with.
func (j *pageJam) waitsFor() ui.Waiting {
	switch c := &j.live.config; {
	case c.Transport != nil:
		return ui.TheClock
	case c.Start == jam.StartAtOnce:
		return ui.Nothing
	}
	return ui.FirstNote
}

// plays is the policy that plays, as players may know it.
func (j *pageJam) plays() string {
	if j.live.blind != nil {
		return hiddenPolicy
	}
	_, policy := j.live.steering.inForce()
	return policy
}

func (j *pageJam) Latency() any {
	monitor := j.live.figures.Load()
	if monitor == nil {
		return nil
	}
	return monitor.Snapshot()
}

func (j *pageJam) Params() []ui.Param {
	settings, _ := j.live.steering.inForce()
	var params []ui.Param
	for _, i := range jam.Params() {
		p := ui.Param{
			Name: i.Name, Kind: ui.Kind(i.Kind.String()), Unit: i.Unit, Help: i.Help,
			Min: i.Min, Max: i.Max, Step: i.Step, Knob: i.Knob, Words: i.Words, Value: settings.Get(i.Param),
		}
		if i.Param == jam.ParamPolicy {
			p.Words, p.Value = policyNames(), j.live.steering.wanted()
			if j.live.blind != nil {
				p.Words, p.Value, p.Fixed = nil, hiddenPolicy, blindRefusal
			}
		}
		params = append(params, p)
	}
	return j.live.setup.withDefaults(append(params, j.setupParams()...))
}

// Set steers the jam. Server.Changed tells when it holds.
func (j *pageJam) Set(name, value string) error {
	if ok, err := j.setPart(name, value); err != nil {
		return refusal{err, ui.ErrRefused}
	} else if ok {
		j.changed(0)
		return nil
	}
	switch err := j.live.steering.set(name, value); {
	case errors.Is(err, errUnknownSetting):
		return refusal{err, ui.ErrUnknown}
	case err != nil:
		return refusal{err, ui.ErrRefused}
	}
	return nil
}

// SaveDefault saves a setting in the configuration file.
func (j *pageJam) SaveDefault(name string) (ui.Saved, error) {
	saved, err := j.live.setup.save(name, j.Params())
	if err == nil {
		j.changed(0)
	}
	return saved, err
}

// UndoSave takes back the last SaveDefault.
func (j *pageJam) UndoSave() error {
	err := j.live.setup.undoSave()
	if err == nil {
		j.changed(0)
	}
	return err
}

// A refusal is an error that is the asker's to mend, of one of the page's kinds; it says what the error says.
type refusal struct {
	error
	kind error
}

func (r refusal) Is(target error) bool { return target == r.kind }
