package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jamd/blind"
	"jamd/midiio"
	"jamd/ui"
)

// A part of the setup is set by its name and shown among the params.
type setupPart struct {
	ui.Param
	fill func(*pageJam, *ui.Param)    // says what is set, what may be, and where it cannot be set now, why
	set  func(*pageJam, string) error // takes one of Words, of a list
}

// Names of the parts.
const (
	partIn      = "in"
	partOut     = "out"
	partRecord  = "record"
	partBlind   = "blind"
	partClock   = "clock"
	partClockIn = "clock-in"
	partListen  = "listen"
)

// withMelody stands for no port of the clock's own.
const withMelody = "with the melody"

var setupParts = []setupPart{
	{ui.Param{Name: partIn, Kind: ui.List, Help: "Where the melody is heard: a MIDI port, or this page alone."}, (*pageJam).fillIn, (*pageJam).setIn},
	{ui.Param{Name: partOut, Kind: ui.List, Help: "MIDI port that is played to."}, (*pageJam).fillOut, (*pageJam).setOut},
	{ui.Param{Name: partRecord, Kind: ui.Switch, Help: "Keep this jam among the sessions when it ends."}, (*pageJam).fillRecord, (*pageJam).setRecord},
	{ui.Param{Name: partClock, Kind: ui.List, Words: []string{"internal", clockExternal, clockSend},
		Help: "Whose clock counts: jamd's own, another's MIDI clock, or jamd's own that is also sent."}, (*pageJam).fillClock, (*pageJam).setClock},
	{ui.Param{Name: partClockIn, Kind: ui.List, Help: "Port that the external clock comes from."}, (*pageJam).fillClockIn, (*pageJam).setClockIn},
	{ui.Param{Name: partListen, Kind: ui.List, Words: []string{"0", "1", "2", "4", "8", "16", "32"}, Unit: "beats",
		Help: "For how many beats jamd listens before it joins in."}, (*pageJam).fillListen, (*pageJam).setListen},
	{ui.Param{Name: partBlind, Kind: ui.Text, Help: "Draw one of these policies for each jam and hide its name until you have rated the jam: names with commas between, or off."},
		(*pageJam).fillBlind, (*pageJam).setBlind},
}

// noMelodyPort says why the input cannot be chosen.
func (j *pageJam) noMelodyPort() string {
	switch {
	case j.hearing.play == nil:
		return "an agent plays the melody"
	case j.live.melody == nil:
		return "a file plays the melody: stop it, and choose for the next jam"
	}
	return ""
}

func (j *pageJam) fillIn(p *ui.Param) {
	p.Value, p.Fixed = j.hearing.name, j.noMelodyPort()
	if p.Fixed != "" {
		return
	}
	ports, err := j.ports.Inputs()
	p.Value = j.live.melody.name()
	if err != nil && p.Value == pageMelody {
		p.Fixed = err.Error()
		return
	}
	p.Words = append([]string{pageMelody}, ports...)
	if port := j.live.melody.info().String(); slices.Contains(ports, port) { // another one has the same name
		p.Value = port
	}
}

func (j *pageJam) setIn(value string) error { return j.live.melody.moveTo(value) }

func (j *pageJam) fillOut(p *ui.Param) {
	ports, err := j.ports.Outputs()
	if p.Value = j.live.out.Info().Name; p.Value == "" && err != nil {
		p.Fixed = err.Error()
		return
	}
	p.Words = append([]string{midiio.VirtualOut}, ports...)
	if port := j.live.out.Info().String(); slices.Contains(ports, port) { // as above
		p.Value = port
	}
}

func (j *pageJam) setOut(value string) error { return j.live.moveOut(value, j.ports) }

func (j *pageJam) fillRecord(p *ui.Param) {
	p.Value = onOff(j.live.setup.recording())
	if j.live.blind != nil {
		p.Fixed = "a blind jam is kept: its rating lies with it"
	}
}

func (j *pageJam) setRecord(value string) error {
	s := j.live.setup
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record = value == "on"
	return nil
}

// fixedClock says why the clock cannot be chosen now.
func (j *pageJam) fixedClock() string {
	switch {
	case j.hearing.play == nil:
		return "an agent keeps jamd's time"
	case j.hasBegun():
		return "all that was played is counted by the clock that the jam began with: stop, and choose before the next one begins"
	}
	return ""
}

func (j *pageJam) fillClock(p *ui.Param) {
	c := j.live.setup.nextClock()
	p.Value, p.Fixed = c.Clock, j.fixedClock()
}

func (j *pageJam) fillClockIn(p *ui.Param) {
	ports, err := j.ports.Inputs()
	c := j.live.setup.nextClock()
	p.Value, p.Fixed = cmp.Or(c.ClockIn, withMelody), j.fixedClock()
	if p.Fixed == "" && err != nil {
		p.Fixed = err.Error()
	}
	p.Words = append([]string{withMelody}, ports...)
}

func (j *pageJam) setClock(value string) error {
	c := j.live.setup.nextClock()
	c.Clock = value
	return j.changeClock(c)
}

func (j *pageJam) setClockIn(value string) error {
	c := j.live.setup.nextClock()
	if c.ClockIn = value; value == withMelody {
		c.ClockIn = ""
	}
	return j.changeClock(c)
}

// changeClock lets the jam that waits wait by another clock.
func (j *pageJam) changeClock(c clockFlags) error {
	if c.external() && c.ClockIn == "" && j.live.melody != nil && j.live.melody.name() == pageMelody {
		return errors.New("a page has no clock: choose the port that the clock comes from first")
	}
	s := j.live.setup
	s.mu.Lock()
	s.clock = c
	s.mu.Unlock()
	if c.inForce() != j.live.flags.Clock {
		j.end(armed)
	}
	return nil
}

func (j *pageJam) fillListen(p *ui.Param) {
	p.Value = strconv.Itoa(j.live.setup.nextListen())
	if j.hearing.play == nil || j.hasBegun() {
		p.Fixed = "the jam has begun: choose before the next one begins"
	}
}

func (j *pageJam) setListen(value string) error {
	beats, err := strconv.Atoi(value)
	if err != nil {
		return err
	}
	s := j.live.setup
	s.mu.Lock()
	changed := s.listen != beats
	s.listen = beats
	s.mu.Unlock()
	if changed {
		j.end(armed)
	}
	return nil
}

func (j *pageJam) fillBlind(p *ui.Param) {
	blind := j.live.setup.nextBlind()
	p.Words, p.Value = policyNames(), cmp.Or(strings.Join(blind, ","), "off")
	if j.hearing.play == nil {
		p.Fixed = "an agent plays: nobody is there to rate the jam"
	}
}

// setBlind is for the next jam; one that waits for its first note is drawn anew.
func (j *pageJam) setBlind(value string) error {
	var policies []string
	if value != "off" {
		policies = strings.Split(value, ",")
		if err := blind.Check(policies, policyNames(), false); err != nil {
			return err
		}
	}
	s := j.live.setup
	s.mu.Lock()
	changed := !slices.Equal(s.blind, policies)
	s.blind = policies
	s.mu.Unlock()
	if changed && !j.hasBegun() {
		j.end(armed)
	}
	return nil
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// setupParams are the parts of the setup as params.
func (j *pageJam) setupParams() []ui.Param {
	all := make([]ui.Param, len(setupParts))
	for i, part := range setupParts {
		all[i] = part.Param
		part.fill(j, &all[i])
	}
	return all
}

// setPart sets a part of the setup; ok is false where nothing has that name. The error is the asker's.
func (j *pageJam) setPart(name, value string) (ok bool, err error) {
	i := slices.IndexFunc(setupParts, func(p setupPart) bool { return p.Name == name })
	if i < 0 {
		return false, nil
	}
	part := setupParts[i]
	p := part.Param
	part.fill(j, &p)
	switch {
	case p.Fixed != "":
		return true, fmt.Errorf("%s: %s", name, p.Fixed)
	case p.Kind == ui.Switch && value != "on" && value != "off":
		return true, fmt.Errorf("%s %q: must be on or off", name, value)
	case p.Kind == ui.List && value != p.Value && !slices.Contains(p.Words, value):
		return true, fmt.Errorf("%s %q: must be one of %q", name, value, p.Words)
	}
	return true, part.set(j, value)
}
