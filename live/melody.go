package live

import (
	"context"
	"slices"
	"strings"
	"time"

	"jamd/jam"
	"jamd/midiio"
	"jamd/session"
)

// A Player says who plays the melody: somebody at a port or at the page, or a file.
type Player struct {
	Settings jam.Settings // of the first jam
	In       string       // input port, or Page; "" if Tune plays
	Tune     *Tune        // nil if In is heard
	Channels []uint8      // channels of In that are heard, 1 to 16; nil for all
	Thru     *bool        // passes the melody on to the output; nil: only that of a file
	CountIn  *int         // length in beats; nil: the jam waits for the first note
	Length   time.Duration
}

// A melody is the source of a jam's melody.
type melody struct {
	title string               // title of the session
	name  string               // name of the port or file
	tune  *Tune                // nil if no file plays
	agent *session.Agent       // nil if no agent plays
	play  func(jam.Event)      // receives the notes that pages play; nil if a file or an agent plays
	stop  func() *AgentSummary // ends the melody; the summary is nil without an agent
}

// thru reports whether the melody is passed on to the output.
func (p *Player) thru() bool {
	if p.Thru != nil {
		return *p.Thru
	}
	return p.Tune != nil
}

// thruChannels returns the channels on which the melody is passed on, as far as they are known. A file plays on channel 1.
func (p *Player) thruChannels() []uint8 {
	switch {
	case !p.thru():
		return nil
	case p.Tune == nil && len(p.Channels) > 0:
		return p.Channels
	}
	return []uint8{1}
}

// hear connects the player to the jam.
func (j *Jam) hear(ctx context.Context, p *Player) error {
	j.Config.Length = p.Length
	if p.CountIn != nil {
		j.Config.Start, j.Config.CountIn, j.Config.Click = jam.StartAtOnce, *p.CountIn, true
	}
	thru := jam.NewThru(j.output, j.Config.Settings.Transpose)
	j.transpose = thru.Transpose
	// into returns a function that takes events into the jam, and passes them on to the output if `on` is true.
	into := func(on bool) func(jam.Event) {
		return func(e jam.Event) {
			j.Config.Inbox.TrySend(e)
			if j.ear != nil {
				j.ear.Hear(e)
			}
			if on {
				_ = thru.Send(e) // an error at the synth does not change the jam
			}
		}
	}
	keyboard := into(p.thru())
	heard := func(e jam.Event) {
		keyboard(e)
		if server := j.host.server; server != nil {
			server.Heard(e)
		}
	}
	if err := j.openClock(); err != nil {
		return err
	}
	if p.Tune != nil {
		j.perform(ctx, p.Tune, heard)
		return nil
	}
	j.melody.play = into(p.Thru == nil || *p.Thru) // a player at the page has no other instrument
	if j.ear == nil && j.Config.Transport == nil {
		j.openEarForLater()
	}
	return j.listen(p.In, heard)
}

// listen opens the player's input port.
func (j *Jam) listen(port string, heard func(jam.Event)) error {
	j.input = &input{now: j.Clock.Now, reconnect: j.reconnect(), clock: j.clock, hear: func(e jam.Event) {
		if !j.surface.Handle(e) {
			heard(e)
		}
	}}
	if err := j.input.move(port); err != nil {
		return err
	}
	j.melody.title, j.melody.name = "jam", j.input.name()
	j.melody.stop = func() *AgentSummary {
		j.input.close()
		return nil
	}
	return nil
}

// tuneEntries is the length of the queue from the loop to the performer of a tune.
const tuneEntries = 1024

// perform lets a file play the melody, on the grid of the jam.
func (j *Jam) perform(ctx context.Context, t *Tune, heard func(jam.Event)) {
	j.Config.Start = jam.StartAtOnce
	j.Config.Tempo, j.Config.Meters = t.Tune.Tempo, t.Tune.Meters
	if length := t.Melody.Bars().Whole(t.Melody.Frames()); j.Config.Frames == 0 || length < j.Config.Frames {
		j.Config.Frames = length
	}
	performer := jam.Performer{Cues: t.Melody.Cues(), Clock: j.Clock.Beside(), Entries: jam.NewReader(tuneEntries), Play: heard, Even: t.Melody.Even()}
	j.Config.Readers = append(j.Config.Readers, performer.Entries)
	ctx, cancel := context.WithCancel(ctx)
	go performer.Run(ctx)
	j.melody.title, j.melody.name, j.melody.tune = t.Tune.Name, t.File, t
	j.melody.stop = func() *AgentSummary {
		cancel()
		return nil
	}
}

// isLoopBack reports whether a port is one of the system that no keyboard is behind.
func isLoopBack(port string) bool { return strings.Contains(port, "Midi Through") }

// FirstKeyboard returns the name of the first input port that is not a loop-back port of the system ("Midi Through"). hint says
// how to choose another port, or why there is none.
func FirstKeyboard() (port, hint string) {
	ins, _, err := midiio.List()
	if port, hint = firstOf(ins); port != "" {
		return port, hint
	}
	if err != nil {
		return "", "no keyboard can be heard: " + err.Error()
	}
	return "", "no keyboard found: plug one in, or see 'jamd ports' and --in"
}

// firstOf returns the name of the first keyboard among the ports, with its address if another port has the same name.
func firstOf(ins []midiio.PortInfo) (port, hint string) {
	for _, p := range ins {
		if isLoopBack(p.Name) {
			continue
		}
		if len(ins) > 1 {
			hint = "other ports: jamd ports"
		}
		if slices.ContainsFunc(ins, func(o midiio.PortInfo) bool { return o.Name == p.Name && o != p }) {
			return p.String(), hint
		}
		return p.Name, hint
	}
	return "", ""
}
