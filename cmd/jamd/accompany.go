package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"jamd/atomicfile"
	"jamd/jam"
	"jamd/live"
	"jamd/midiio"
	"jamd/model"
	"jamd/usage"
)

type accompanyCmd struct {
	File   string     `arg:"" placeholder:"FILE.mid" help:"Standard MIDI File with the melody."`
	Track  string     `placeholder:"NAME|N" help:"Part of the file that is the melody: its name or its number (else the one whose name or notes fit best)."`
	Output string     `short:"o" placeholder:"OUT.mid" help:"Write melody, chords and chord symbols into this MIDI file."`
	Tempo  *float64   `placeholder:"BPM" help:"Tempo instead of the file's; with --clock follow, about how fast it was played."`
	Clock  string     `enum:"internal,follow" default:"internal" placeholder:"internal|follow" help:"Time source: the tempi in the file (internal), or the beats of a player without a metronome, found in the notes (follow)."`
	Meter  *meterFlag `placeholder:"METER|auto" help:"Time signature instead of the file's, such as 7/8, or with its groups 3+2+2/8; auto, with --clock follow: 4/4, 3/4 or 6/8, found in the notes."`
	Taps   []float64  `placeholder:"S,S" help:"With --clock follow: seconds at which the player tapped the beat."`
	JSON   bool       `help:"Print one JSON object."`
	Music  musicFlags `embed:""`

	Record string `aliases:"keep" placeholder:"DIR" help:"Also record it as a session in this folder."`

	Configured configFlags `embed:""`
}

// An accompaniment is what accompany --json prints. Durations and positions are in frames; times are in milliseconds unless the
// field says otherwise.
type accompaniment struct {
	Title         string           `json:"title"`
	Part          live.Part        `json:"part"`  // the part that is the melody
	Parts         []midiio.Part    `json:"parts"` // all parts of the file
	Warnings      []midiio.Warning `json:"warnings"`
	Policy        string           `json:"policy"`
	Seed          uint64           `json:"seed"`
	Tempo         float64          `json:"tempo"`
	Meter         jam.Meter        `json:"meter"` // of the last bar
	FramesPerBeat int              `json:"frames_per_beat"`
	Frames        int64            `json:"frames"`
	Melody        []jam.TakeNote   `json:"melody"`
	Chords        []timedChord     `json:"chords"`
	Beats         []playedBeat     `json:"beats,omitempty"` // only with --clock follow
	NoteInChord   float64          `json:"note_in_chord"`
	ElapsedMS     float64          `json:"elapsed_ms"`
	InferenceMS   quantiles        `json:"inference_ms"`
}

type quantiles struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func (c *accompanyCmd) Run(ctx context.Context, to console) error {
	if c.Output == "" && !c.JSON && c.Record == "" {
		return usage.Errorf("nothing to do: give -o OUT.mid, --json or --record DIR")
	}
	melody, err := melodyFile{c.File, c.Track, c.fileTempo()}.read(to)
	if err != nil {
		return err
	}
	tune, err := melody.Tune()
	if err != nil {
		return usage.Errorf("%s: %w", c.File, err)
	}
	if err := c.checkFollowing(); err != nil {
		return err
	}
	c.setMeter(&tune)
	settings, err := c.settings(melody.Tempo[0].BPM)
	if err != nil {
		return err
	}
	policy, steps, err := c.Music.policies(to).Warm(c.Music.Policy, model.Chords)
	if err != nil {
		return err
	}
	defer policy.Close()
	tellLength(to, &melody, steps)
	began := time.Now()
	played := newProgress(to, "playing", int(melody.Frames()))
	result, err := c.accompany(ctx, policy, settings, tune, began, played.frames)
	played.end()
	if err != nil {
		return c.failed(err)
	}
	elapsed := time.Since(began)
	if c.Output != "" {
		if err := writeTake(c.Output, result.Take); err != nil {
			return err
		}
	}
	a := accompaniment{
		Title: tune.Name, Part: live.PartOf(&melody), Parts: melody.Parts, Warnings: orEmpty(melody.Warnings),
		Policy: policy.Metadata().Name, Seed: settings.Seed, Tempo: settings.Tempo, FramesPerBeat: jam.FramesPerBeat,
		Meter: result.Take.BarAt(result.Take.Frames - 1).Meter, Frames: result.Take.Frames, Beats: playedBeats(result.Beats), Melody: orEmpty(result.Take.Melody), Chords: timedChords(result),
		ElapsedMS: milliseconds(elapsed), InferenceMS: quantilesOf(result.Inference),
	}
	a.NoteInChord, _ = result.Take.NoteInChord()
	if c.JSON {
		encoder := json.NewEncoder(to.Out)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(a)
	}
	q := a.InferenceMS
	fmt.Fprintln(to.Out, "melody:", partTold(&melody))
	if settings.FindMeter {
		fmt.Fprintln(to.Out, "meter:", a.Meter)
	}
	fmt.Fprintf(to.Out, "%s: %d chords over %d bars, note-in-chord %.2f, in %.2f s (a policy step: p50 %.2f ms, p99 %.2f ms, max %.2f ms)\n",
		cmp.Or(c.Output, c.File), len(a.Chords), result.Take.BarAt(a.Frames-1).Number+1, a.NoteInChord, elapsed.Seconds(), q.P50, q.P99, q.Max)
	return nil
}

// failed returns the error of accompany with the name of the file.
func (c *accompanyCmd) failed(err error) error {
	if errors.Is(err, jam.ErrNoBeat) {
		return usage.Errorf("%s: %w (--taps, --tempo)", c.File, err)
	}
	return fmt.Errorf("%s: %w", c.File, err)
}

// settings returns the settings of the flags at a tempo.
func (c *accompanyCmd) settings(bpm float64) (jam.Settings, error) {
	s := jam.DefaultSettings()
	s.Tempo, s.FindMeter = bpm, c.Meter.auto()
	return c.Music.settings(s)
}

// writeTake writes a MIDI file, whole or not at all.
func writeTake(path string, take jam.Take) error {
	var file bytes.Buffer
	if err := midiio.WriteTake(&file, take); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return atomicfile.WriteFile(path, file.Bytes(), 0o644)
}

// quantilesOf returns exact quantiles of the times, in milliseconds.
func quantilesOf(times []time.Duration) quantiles {
	if len(times) == 0 {
		return quantiles{}
	}
	sorted := slices.Sorted(slices.Values(times))
	at := func(q float64) float64 { return milliseconds(sorted[int(q*float64(len(sorted)-1)+0.5)]) }
	return quantiles{P50: at(0.5), P99: at(0.99), Max: at(1)}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
