package live

import (
	"errors"
	"math"

	"jamd/archive"
	"jamd/jam"
	"jamd/midi"
	"jamd/session"
	"jamd/ui"
)

// policyHidden says why nobody can see or choose the policy of a blind jam.
const policyHidden = "it is hidden until you have rated the jam"

var _ ui.Jam = (*Jam)(nil)

// Info describes the jam.
func (j *Jam) Info() ui.Info {
	s, m := j.controls.Settings(), j.Config.Settings.Meter // the meter at the beginning
	info := ui.Info{
		Version: j.options.Version, Title: j.melody.title, Session: j.session, WaitsFor: j.waitsFor(), Policy: j.controls.playing(),
		Blind: j.blind(), Tempo: j.tempoNow(), FramesPerBeat: int(m.Beat()), FramesPerBar: int(m.Bar()),
		Meters:       ui.MetersOf(j.Bars()),
		ListenFrames: s.ListenFrames(), In: j.melody.name, Out: j.output.Info().Name,
		ChordChannel: s.ChordChannel, BassChannel: s.BassChannel,
	}
	if j.blind() {
		info.Policy = session.Hidden
	}
	if j.input != nil {
		info.In = j.input.name()
	}
	if info.In == Page {
		info.In = ""
	}
	info.Trial = archive.TrialOnPage(j.trial)
	info.Tune, info.Undo, info.Learned = j.melody.tune != nil, j.host.history.names(), j.Learned()
	return info
}

// tempoNow returns the tempo in force. In a jam that follows its player, it returns the tempo that the options give, or 0, until
// the player's tempo is found.
func (j *Jam) tempoNow() float64 {
	switch bits := j.tempo.Load(); {
	case !j.follows() || j.waitsFor() != ui.TheBeat && bits == 0:
		return j.controls.Settings().Tempo
	case bits == 0:
		return math.Float64frombits(j.told.Load())
	default:
		return math.Round(math.Float64frombits(bits)*10) / 10
	}
}

// tempoAfter returns the tempo for the next jam: the last tempo of a player who is followed, or else the one that is set.
func (j *Jam) tempoAfter() float64 {
	if bpm := j.tempoNow(); j.follows() && jam.CheckTempo(bpm) == nil {
		return bpm
	}
	return j.controls.Settings().Tempo
}

// waitsFor returns what frame 0 waits for.
func (j *Jam) waitsFor() ui.Waiting {
	switch {
	case j.Config.Transport != nil:
		return ui.TheClock
	case j.follows() && !j.Config.PlayerLater && j.Config.Start == jam.StartAtFirstNote && !j.Config.Settings.HoldTempo:
		return ui.TheBeat
	case j.Config.Start == jam.StartAtOnce:
		return ui.Nothing
	}
	return ui.FirstNote
}

// Latency returns the timing figures, or nil before the jam runs.
func (j *Jam) Latency() any {
	monitor := j.figures.Load()
	if monitor == nil {
		return nil
	}
	return monitor.Snapshot()
}

// Params returns the settings of the music and then the choices, with their values and defaults.
func (j *Jam) Params() []ui.Param {
	settings := j.controls.Settings()
	var params []ui.Param
	for _, i := range jam.Params() {
		p := ui.Param{
			Name: i.Name, Kind: ui.Kind(i.Kind.String()), Unit: i.Unit, Help: i.Help,
			Min: i.Min, Max: i.Max, Step: i.Step, Knob: i.Knob, Words: i.Words, Value: settings.Get(i.Param), Learns: i.Kind != jam.Text,
		}
		if i.Param == jam.ParamPolicy {
			p.Words, p.Value = PolicyNames(), j.controls.wanted()
			if j.blind() {
				p.Words, p.Value = nil, session.Hidden
				p.Fix(ui.ReasonHidden, policyHidden)
			}
		}
		params = append(params, p)
	}
	return j.host.defaults.add(append(params, j.showChoices()...))
}

// Set changes a setting of the music or a choice, and remembers it for Undo. Server.Changed is called when it takes effect. A
// value that is in force already changes nothing.
func (j *Jam) Set(name, value string) error {
	before, known := j.value(name)
	same := known && equal(name, before.Value, value)
	if same && before.Fixed == "" && isMusic(name) && !j.leftTempo(name) {
		return nil
	}
	err := j.set(name, value)
	if err != nil || !known || same || isOfTest(name) {
		return err
	}
	s := step{j, j.Clock.Now(), []ui.NamedValue{{Name: name, Value: before.Value}}, before.Kind == ui.Number || before.Kind == ui.Whole, written(name, value)}
	if j.host.history.add(s) {
		j.changed(0) // the pages can offer to undo it
	}
	return nil
}

// leftTempo reports whether a setting is the tempo of a jam that follows its player, who may have left the tempo that was set.
func (j *Jam) leftTempo(name string) bool { return name == jam.ParamTempo.String() && j.follows() }

func (j *Jam) set(name, value string) error {
	if ok, err := j.choose(name, value); err != nil {
		return refusal{worded(name, err), ui.ErrRefused}
	} else if ok {
		j.changed(0)
		return nil
	}
	switch err := j.controls.set(name, value); {
	case errors.Is(err, errUnknownSetting):
		return refusal{err, ui.ErrUnknown}
	case err != nil:
		return refusal{worded(name, err), ui.ErrRefused}
	}
	return nil
}

// SaveDefault saves the value of a setting in the configuration file.
func (j *Jam) SaveDefault(name string) (ui.Saved, error) {
	saved, err := j.host.defaults.save(name, j.Params(), j.host.next.get().clock)
	if err == nil {
		j.changed(0)
	}
	return saved, err
}

// UndoSave takes back the last SaveDefault.
func (j *Jam) UndoSave() error {
	err := j.host.defaults.undo()
	if err == nil {
		j.changed(0)
	}
	return err
}

// Play plays an event of a page's own keys, on the first channel of the melody.
func (j *Jam) Play(e jam.Event) {
	channel := byte(0)
	for ; channel < 15 && !j.Config.Settings.MelodyChannels.Has(channel); channel++ {
	}
	e.Status = e.Status&0xF0 | channel
	j.hearPage(e)
}

// Hear receives a message from a keyboard at a browser, as the input receives one from a keyboard at a port.
func (j *Jam) Hear(e jam.Event) {
	if !j.surface.Handle(e) {
		j.hearPage(e)
	}
}

// hearPage passes a page's message to the melody. It also goes to the synth, because a player at the page has no other
// instrument.
func (j *Jam) hearPage(e jam.Event) {
	if j.melody.play == nil {
		return // a file or an agent plays
	}
	if e.Status&0xF0 == midi.NoteOn && e.Data2 > 0 && j.Config.Settings.MelodyChannels.Has(e.Status) {
		j.played.Store(true)
	}
	j.melody.play(e)
}

// Panic ends every note.
func (j *Jam) Panic() error {
	err := j.controls.Ask(jam.Control{Param: jam.ParamPanic})
	return errors.Join(err, j.output.Silence()) // also the player's own notes, which the loop does not know
}

// Start ends a jam that waits for its first note. The next one begins with a count-in.
func (j *Jam) Start() error {
	if j.melody.play == nil || j.hasBegun() {
		return refused(ui.ReasonJamBegun, "the jam has begun")
	}
	j.end(nextCountsIn)
	return nil
}

// Demo ends a jam that waits for its first note. A bundled tune plays the next jam.
func (j *Jam) Demo() error {
	if j.melody.agent != nil || j.hasBegun() {
		return refused(ui.ReasonJamBegun, "the jam has begun: stop it first")
	}
	j.end(nextPerforms)
	return nil
}

// Stop ends the jam. The next one waits for its first note.
func (j *Jam) Stop() error {
	j.end(nextWaits)
	return nil
}
