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

	"jamd/archive"
	"jamd/atomicfile"
	"jamd/jam"
	"jamd/live"
	"jamd/midiio"
	"jamd/model"
)

type accompanyCmd struct {
	File   string     `arg:"" placeholder:"FILE.mid" help:"Standard MIDI File with the melody."`
	Track  string     `placeholder:"NAME|N" help:"Part that is the melody: its name, or its number (else the one that a name or its notes show to be)."`
	Output string     `short:"o" placeholder:"OUT.mid" help:"Write melody, chords and chord symbols into this MIDI file."`
	Tempo  *float64   `placeholder:"BPM" help:"Another tempo than the file's."`
	JSON   bool       `help:"Print one JSON object."`
	Music  musicFlags `embed:""`

	Keep string `placeholder:"DIR" help:"Also keep it in this folder, as a session like those of live jams."`
}

// An accompaniment is what accompany --json prints. Durations and positions are frames, times milliseconds.
type accompaniment struct {
	Title         string           `json:"title"`
	Part          live.Part        `json:"part"`  // that is the melody
	Parts         []midiio.Part    `json:"parts"` // all that the file has
	Warnings      []midiio.Warning `json:"warnings"`
	Policy        string           `json:"policy"`
	Seed          uint64           `json:"seed"`
	Tempo         float64          `json:"tempo"`
	FramesPerBeat int              `json:"frames_per_beat"`
	Frames        int64            `json:"frames"`
	Melody        []jam.TakeNote   `json:"melody"`
	Chords        []jam.TakeChord  `json:"chords"`
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
	if c.Output == "" && !c.JSON && c.Keep == "" {
		return asInput(fmt.Errorf("nothing to do: give -o OUT.mid, --json or --keep DIR"))
	}
	melody, err := melodyFile{c.File, c.Track, c.Tempo}.read(to)
	if err != nil {
		return err
	}
	settings := jam.DefaultSettings()
	settings.Tempo = melody.Tempo[0].BPM
	settings, err = c.Music.settings(settings)
	if err != nil {
		return err
	}
	tune, err := melody.Tune()
	if err != nil {
		return asInput(fmt.Errorf("%s: %w", c.File, err))
	}
	policy, err := c.Music.policies(to).Open(c.Music.Policy, model.Chords)
	if err != nil {
		return err
	}
	defer policy.Close()
	steps, err := policy.Warm(live.WarmSteps)
	if err != nil {
		return err
	}
	tellLength(to, &melody, steps)
	began := time.Now()
	var kept []*archive.Offline
	var readers []func(jam.Entry)
	if c.Keep != "" {
		m := archive.Manifest(version, policy, settings)
		m.Title, m.Ports.In, m.Start, m.Offline = tune.Name, c.File, began, true
		if tune.Meter != (jam.Meter{}) {
			m.Settings.Meter = tune.Meter
		}
		k := archive.RecordOffline(c.Keep, m)
		kept, readers = append(kept, k), append(readers, k.Record)
	}
	result, err := jam.Accompany(ctx, policy, settings, tune, readers...)
	elapsed := time.Since(began)
	for _, k := range kept {
		err = errors.Join(err, k.Close(result))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if c.Output != "" {
		if err := writeTake(c.Output, result.Take); err != nil {
			return err
		}
	}
	share, _ := result.Take.NoteInChord()
	inference := quantilesOf(result.Inference)
	if c.JSON {
		encoder := json.NewEncoder(to.Out)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(accompaniment{
			Title: tune.Name, Part: live.PartOf(&melody), Parts: melody.Parts, Warnings: orEmpty(melody.Warnings),
			Policy: policy.Metadata().Name, Seed: settings.Seed, Tempo: settings.Tempo, FramesPerBeat: jam.FramesPerBeat,
			Frames: result.Take.Frames, Melody: orEmpty(result.Take.Melody), Chords: orEmpty(result.Take.Chords),
			NoteInChord: share, ElapsedMS: milliseconds(elapsed), InferenceMS: inference,
		})
	}
	fmt.Fprintln(to.Out, "melody:", partTold(&melody))
	fmt.Fprintf(to.Out, "%s: %d chords over %d bars, note-in-chord %.2f, in %.2f s (a policy step: p50 %.2f ms, p99 %.2f ms, max %.2f ms)\n",
		cmp.Or(c.Output, c.File), len(result.Take.Chords), result.Take.BarAt(result.Take.Frames-1).Number+1, share, elapsed.Seconds(), inference.P50, inference.P99, inference.Max)
	return nil
}

// writeTake writes a MIDI file, whole or not at all.
func writeTake(path string, take jam.Take) error {
	var file bytes.Buffer
	if err := midiio.WriteTake(&file, take); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return atomicfile.WriteFile(path, file.Bytes(), 0o644)
}

// quantilesOf are exact, of all the values, in milliseconds.
func quantilesOf(times []time.Duration) quantiles {
	if len(times) == 0 {
		return quantiles{}
	}
	sorted := slices.Sorted(slices.Values(times))
	at := func(q float64) float64 { return milliseconds(sorted[int(q*float64(len(sorted)-1)+0.5)]) }
	return quantiles{P50: at(0.5), P99: at(0.99), Max: at(1)}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
