package live

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"

	"github.com/rs/zerolog"

	"jamd/follow"
	"jamd/jam"
	"jamd/latency"
	"jamd/learn"
	"jamd/metrics"
	"jamd/midiio"
	"jamd/session"
)

// A Jam is one live jam, from the wait for its first note to its end. Its exported methods are safe for concurrent use.
type Jam struct {
	*Prepared
	host    *Host
	options Options        // of this jam
	trial   *session.Trial // nil if the jam is not blind
	kept    func()         // called when the session has started; nil if an agent plays
	log     zerolog.Logger

	output   *output
	input    *input // nil if a file or an agent plays the melody
	melody   melody
	port     string                     // the melody's port, as the player named it; "" for none
	clockIn  *midiio.In                 // the port of an external clock, if it is not the melody's
	clock    *midiio.ClockReceiver      // of an external clock that comes from the melody's port
	later    *jam.Queue[jam.PlayerTime] // the ear's beats on their way to a loop that may begin to follow its player; else nil
	ear      *follow.Ear                // finds the beats of a live player; nil if a file or an agent plays
	surface  *learn.Surface
	controls *controls

	transpose   func(semitones int8) // changes the transposition of the melody that is passed on; nil if an agent plays
	portChanges *jam.Queue[midiio.Change]
	news        *jam.Reader // read by tellNews
	recorder    *recorder
	metrics     *metrics.Server
	session     string // id of the session that is being recorded
	cancel      context.CancelFunc

	bars      atomic.Pointer[jam.Bars] // with the changes of meter so far; nil before the first
	sounded   bool                     // the player has heard jamd; only tellNews uses it
	found     jam.Meter                // the meter that the player was told of; only tellNews uses it
	following atomic.Bool              // the player sets the time
	begun     atomic.Bool              // the first frame has been played
	tempo     atomic.Uint64            // the tempo that is followed, as math.Float64bits; 0 before the first frame
	told      atomic.Uint64            // the tempo that the player has set before it is found, as math.Float64bits; 0 if none
	played    atomic.Bool              // a page has played a note
	counts    bool                     // the blind jam was kept, can be read, and is long enough to judge; set when it ends
	figures   atomic.Pointer[latency.Monitor]
	ending    atomic.Uint32 // what comes after the jam; the first call of end sets it
}

// An ending says what comes after a jam.
type ending uint32

const (
	jamIsOver    ending = iota // nothing: no page has ended the jam
	nextWaits                  // the next jam waits for its first note
	nextCountsIn               // the next jam counts in
	nextPerforms               // a bundled tune plays the next jam
)

// open prepares a jam, except for its melody. It silences the output on the channels of chords and bass, and on the other
// channels given (1 to 16). The caller must call close.
func (h *Host) open(o Options, s jam.Settings, port string, others ...uint8) (*Jam, error) {
	prepared, err := Prepare(o.Policies, o.Policy, o.Faster, o.Budget, s)
	if err != nil {
		return nil, err
	}
	j := &Jam{
		Prepared: prepared, host: h, options: o, log: o.Policies.Log, port: port,
		portChanges: jam.NewQueue[midiio.Change](changesLength), news: jam.NewReader(entryLength),
	}
	j.told.Store(math.Float64bits(o.Clock.BPM))
	if err := j.openPorts(others); err != nil {
		j.close()
		return nil, err
	}
	return j, nil
}

func (j *Jam) openPorts(others []uint8) (err error) {
	j.surface = learn.NewSurface(j.host.learned.bindings)
	if j.options.Metrics != "" {
		if j.metrics, err = metrics.Serve(j.options.Metrics); err != nil {
			return err
		}
		j.log.Info().Msgf("metrics at %s", j.metrics.URL())
	}
	if j.output, err = j.openOutput(); err != nil {
		return err
	}
	j.Config.Output = j.output
	s := &j.Config.Settings
	silenced := []byte{s.ChordChannel - 1, s.BassChannel - 1}
	for _, channel := range others {
		silenced = append(silenced, channel-1)
	}
	if err := j.output.Sweep(silenced...); err != nil {
		return fmt.Errorf("output %q: %w", j.output.Info().Name, err)
	}
	return nil
}

// close ends every note, closes all ports and frees the policies.
func (j *Jam) close() {
	j.stopMelody()
	if j.output != nil {
		j.output.close()
	}
	if j.metrics != nil {
		_ = j.metrics.Close() // a client that is cut off has all figures but the last
	}
	j.Free()
}

// stopMelody stops what plays the melody, and closes the port of an external clock. It returns the summary of an agent. Later
// calls do nothing.
func (j *Jam) stopMelody() (agent *AgentSummary) {
	if j.clockIn != nil {
		_ = j.clockIn.Close() // it is not needed any more
		j.clockIn = nil
	}
	if stop := j.melody.stop; stop != nil {
		j.melody.stop = nil
		return stop()
	}
	return nil
}

// reconnect returns how to watch ports that may leave and come back.
func (j *Jam) reconnect() midiio.Reconnect {
	return midiio.Reconnect{Changes: j.portChanges, Wait: j.options.Wait}
}

// end ends the jam for a page. Only the first call decides what comes after it.
func (j *Jam) end(e ending) {
	j.ending.CompareAndSwap(uint32(jamIsOver), uint32(e))
	j.cancel()
}

// hasBegun reports whether the jam no longer waits for its first note.
func (j *Jam) hasBegun() bool {
	return j.Config.Start == jam.StartAtOnce || j.begun.Load() || j.played.Load()
}

// blind reports whether nobody may know yet who plays.
func (j *Jam) blind() bool { return j.trial != nil }

// Trial describes the place of a blind jam in its test, or returns nil.
func (j *Jam) Trial() *session.Trial { return j.trial }

// shownPolicy returns the name of the policy that the jam began with, or session.Hidden in a blind jam.
func (j *Jam) shownPolicy() string {
	if j.blind() {
		return session.Hidden
	}
	return j.Policy.Metadata().Name
}

// Settings returns the settings in force.
func (j *Jam) Settings() jam.Settings { return j.controls.Settings() }

// Bars returns the bars of the jam, with the changes of meter so far.
func (j *Jam) Bars() jam.Bars {
	if bars := j.bars.Load(); bars != nil {
		return *bars
	}
	return jam.Bars{Meter: j.Config.Settings.Meter, Changes: j.Config.Meters}
}

// Tune returns the tune that plays the melody, or nil.
func (j *Jam) Tune() *Tune { return j.melody.tune }

// Agent describes the agent that plays the melody, or returns nil.
func (j *Jam) Agent() *session.Agent { return j.melody.agent }

// Source returns the name of the port or file that the melody comes from.
func (j *Jam) Source() string { return j.melody.name }

// Figures returns the timing figures of the last ten seconds. The jam must be running.
func (j *Jam) Figures() latency.Figures { return j.figures.Load().TenSeconds() }
