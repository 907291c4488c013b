package live

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"jamd/midiio"
	"jamd/ui"
)

// A choice is a setting that is not part of the music, such as a port. The pages and `jamd ctl` show it as one more param.
type choice struct {
	ui.Param
	show func(*Jam, *ui.Param)    // sets Value and Words, and Fixed if the value cannot be changed now
	set  func(*Jam, string) error // changes the value to one of Words
}

// The names of the choices.
const (
	choiceIn      = "in"
	choiceOut     = "out"
	choiceRecord  = "record"
	choiceClock   = "clock"
	choiceClockIn = "clock-in"
	choiceListen  = "listen"
	choiceMeter   = "meter"

	choiceBlind       = "blind"
	choiceParticipant = "participant"
	choiceRounds      = "rounds"
)

// withMelody is the value of clock-in that means the port of the melody.
const withMelody = "with the melody"

var choices = []choice{
	{ui.Param{Name: choiceIn, Kind: ui.List, Help: "Where the melody comes from: a MIDI port, or this page alone."}, (*Jam).showIn, (*Jam).setIn},
	{ui.Param{Name: choiceOut, Kind: ui.List, Help: "MIDI port that the chords go to."}, (*Jam).showOut, (*Jam).setOut},
	{ui.Param{Name: choiceRecord, Kind: ui.Switch, Help: "Record this jam as a session."}, (*Jam).showRecord, (*Jam).setRecord},
	{ui.Param{Name: choiceClock, Kind: ui.List, Words: timeSourceNames(),
		Help: "Who sets the time: jamd's clock (internal; send also sends it as MIDI clock), a MIDI clock that comes in (external), or the player (follow; follow-send also sends it)."}, (*Jam).showClock, (*Jam).setClock},
	{ui.Param{Name: choiceClockIn, Kind: ui.List, Help: "Port that the external clock comes from."}, (*Jam).showClockIn, (*Jam).setClockIn},
	{ui.Param{Name: choiceListen, Kind: ui.List, Words: []string{"0", "1", "2", "4", "8", "16", "32"}, Unit: "beats",
		Help: "How many beats jamd listens before it joins in."}, (*Jam).showListen, (*Jam).setListen},
	{ui.Param{Name: choiceMeter, Kind: ui.Text, Words: []string{autoMeter, "4/4", "3/4", "2/4", "2/2", "6/8", "9/8", "12/8", "5/4", "7/4", "5/8", "7/8", "2+2+2+3/8", "3+3+2/8"},
		Help: "Time signature, such as 7/8, or with its groups 3+2+2/8; auto finds 4/4, 3/4 or 6/8 in what you play, if jamd follows you."}, (*Jam).showMeter, (*Jam).setMeter},
	{ui.Param{Name: choiceBlind, Kind: ui.Text, Help: "Draw one of these policies for each jam, and hide its name until you have rated the jam: " +
		"names with commas between, or off."}, (*Jam).showBlind, (*Jam).setBlind},
	{ui.Param{Name: choiceParticipant, Kind: ui.Text, Help: "Who takes part in the study of blind jams, by name or number; empty for a test without participants."},
		(*Jam).showParticipant, (*Jam).setParticipant},
	{ui.Param{Name: choiceRounds, Kind: ui.Whole, Min: 1, Max: maxRounds, Step: 1, Knob: [2]float64{1, 10}, Help: "How often a participant plays with each policy."},
		(*Jam).showRounds, (*Jam).setRounds},
}

// begun says why a choice is for the next jam.
const begun = "the jam has begun: choose before the next one begins"

// showChoices returns the choices as params.
func (j *Jam) showChoices() []ui.Param {
	all := make([]ui.Param, len(choices))
	for i, c := range choices {
		all[i] = c.Param
		c.show(j, &all[i])
	}
	return all
}

// choose sets the choice called name. ok is false if there is none. err says what the user must change.
func (j *Jam) choose(name, value string) (ok bool, err error) {
	i := slices.IndexFunc(choices, func(c choice) bool { return c.Name == name })
	if i < 0 {
		return false, nil
	}
	c := choices[i]
	p := c.Param
	c.show(j, &p)
	if !possible(p, value) && j.host.ports.Update() { // a port that has come since the ports were listed
		p = c.Param
		c.show(j, &p)
		j.changed(0) // the pages show the old list
	}
	switch {
	case p.Fixed != "":
		return true, fixedError(&p)
	case p.Kind == ui.Switch && value != "on" && value != "off":
		return true, fmt.Errorf("%s %q: must be on or off", name, value)
	case !possible(p, value):
		return true, fmt.Errorf("%s %q: must be one of %q", name, value, p.Words)
	}
	return true, c.set(j, value)
}

// possible reports whether a param may have a value. Only a list has limits here.
func possible(p ui.Param, value string) bool {
	return p.Kind != ui.List || value == p.Value || slices.Contains(p.Words, value)
}

func (j *Jam) showIn(p *ui.Param) {
	p.Value = j.melody.name
	switch {
	case j.melody.agent != nil:
		p.Fix(ui.ReasonAgent, "an agent plays the melody")
	case j.input == nil:
		p.Fix(ui.ReasonTune, "a file plays the melody: stop it, and choose for the next jam")
	}
	if p.Fixed != "" {
		return
	}
	inputs, err := j.host.ports.Inputs()
	p.Value = j.input.name()
	if err != nil && p.Value == Page {
		p.Fixed = err.Error()
		return
	}
	p.Words = append([]string{Page}, inputs...)
	if port := j.input.info().String(); slices.Contains(inputs, port) { // another port has the same name
		p.Value = port
	}
}

func (j *Jam) setIn(value string) error { return portError(value, j.input.move(value)) }

func (j *Jam) showOut(p *ui.Param) {
	outputs, err := j.host.ports.Outputs()
	if p.Value = j.output.Info().Name; p.Value == "" && err != nil {
		p.Fixed = err.Error()
		return
	}
	p.Words = append([]string{midiio.VirtualOut}, outputs...)
	if port := j.output.Info().String(); slices.Contains(outputs, port) { // another port has the same name
		p.Value = port
	}
}

func (j *Jam) setOut(value string) error {
	return portError(value, j.output.move(value, j.host.ports, j.reconnect()))
}

func (j *Jam) showRecord(p *ui.Param) {
	if p.Value = "off"; j.host.next.get().record {
		p.Value = "on"
	}
	if j.blind() {
		p.Fix(ui.ReasonBlindRecord, "a blind jam is recorded: its rating is stored with it")
	}
}

func (j *Jam) setRecord(value string) error {
	j.host.next.change(func(c *nextChoices) { c.record = value == "on" })
	return nil
}

// fixClock says why the clock cannot be chosen now, if it cannot.
func (j *Jam) fixClock(p *ui.Param) {
	switch {
	case j.melody.agent != nil:
		p.Fix(ui.ReasonAgent, "an agent plays by jamd's own clock")
	case j.hasBegun():
		p.Fix(ui.ReasonJamBegun, "the jam keeps the clock that it began with: stop it, and choose before the next one begins")
	}
}

func (j *Jam) showClock(p *ui.Param) {
	p.Value = j.host.next.get().clock.Source
	if j.canFollow() {
		p.Words = []string{p.Value, j.followingClock()}
		return
	}
	j.fixClock(p)
}

func (j *Jam) setClock(value string) error {
	c := j.host.next.get().clock
	c.Source = value
	if j.canFollow() {
		return j.followFromNow(c)
	}
	return j.changeClock(c)
}

func (j *Jam) showClockIn(p *ui.Param) {
	inputs, err := j.host.ports.Inputs()
	p.Value = cmp.Or(j.host.next.get().clock.In, withMelody)
	if j.fixClock(p); p.Fixed == "" && err != nil {
		p.Fixed = err.Error()
	}
	p.Words = append([]string{withMelody}, inputs...)
}

func (j *Jam) setClockIn(value string) error {
	c := j.host.next.get().clock
	if c.In = value; value == withMelody {
		c.In = ""
	}
	return j.changeClock(c)
}

// changeClock sets the clock of the next jam. If that clock is another, the jam that waits for its first note ends, and the next
// one waits instead.
func (j *Jam) changeClock(c Clock) error {
	if c.external() && c.In == "" && j.input != nil && j.input.name() == Page {
		return refused(ui.ReasonPageClock, "a page has no clock: choose the port of the clock first")
	}
	c.BPM = j.options.Clock.BPM
	j.host.next.change(func(n *nextChoices) { n.clock = c })
	if c.effective() != j.options.Clock {
		j.end(nextWaits)
	}
	return nil
}

func (j *Jam) showListen(p *ui.Param) {
	p.Value = strconv.Itoa(j.host.next.get().listen)
	if j.melody.agent != nil || j.hasBegun() {
		p.Fix(ui.ReasonJamBegun, begun)
	}
}

func (j *Jam) setListen(value string) error {
	beats, err := strconv.Atoi(value)
	if err == nil && j.host.next.change(func(c *nextChoices) { c.listen = beats }) {
		j.end(nextWaits)
	}
	return err
}
