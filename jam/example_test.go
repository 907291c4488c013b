package jam_test

import (
	"context"
	"fmt"
	"time"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// Chord symbols are read in any spelling of the root, and written as musicians write them.
func ExampleParseChord() {
	for _, symbol := range []string{"Am7", "A#maj7", "Gbm7b5", "H7"} {
		chord, err := jam.ParseChord(symbol)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(chord, "has an E:", chord.Has(64))
	}
	// Output:
	// Am7 has an E: true
	// Bbmaj7 has an E: false
	// F#m7b5 has an E: true
	// chord "H7": no root from A to G
}

// Each chord moves from the one before it by as few semitones as it can.
func ExampleVoicer() {
	settings := jam.DefaultSettings()
	settings.Bass = true
	voicer := jam.NewVoicer(settings)
	var layout jam.Layout
	for _, symbol := range []string{"C", "Am7", "F", "G7"} {
		chord, _ := jam.ParseChord(symbol)
		layout = voicer.Voice(layout, chord)
		fmt.Printf("%s: bass %d, chord %d\n", symbol, layout.Root, layout.Upper.Slice())
	}
	// Output:
	// C: bass 36, chord [55 60 64]
	// Am7: bass 33, chord [55 57 60 64]
	// F: bass 41, chord [57 60 65]
	// G7: bass 43, chord [55 59 62 65]
}

// An engine is driven frame by frame. Time is whatever its grid says: no clock is needed.
func ExampleEngine() {
	policy := jamtest.NewPolicy(1)
	settings := jam.DefaultSettings()
	settings.Listen = 1 // beat
	engine, err := jam.NewEngine(policy.Vocabulary(), settings, jamtest.NewOutput(nil))
	if err != nil {
		fmt.Println(err)
		return
	}
	engine.Push(jam.Event{At: 10 * time.Millisecond, Status: 0x90, Data1: 60, Data2: 90}) // the player strikes middle C
	for range 9 {
		chord, melody, place := engine.Hear()
		logits, _ := policy.Step(chord, melody, place)
		if err := engine.Decide(logits); err != nil {
			fmt.Println(err)
			return
		}
		report, _ := engine.Play()
		if report.Began {
			fmt.Printf("frame %d at %v: %s %v\n", report.Frame, report.Line, report.Symbol, report.Voicing.Slice())
		}
	}
	// Output:
	// frame 4 at 500ms: C6 [55 57 60 64]
	// frame 8 at 1s: Gm6 [55 58 62 64]
}

// A tune is accompanied as fast as it goes; the take has its chords.
func ExampleAccompany() {
	tune := jam.Tune{Name: "two notes", Tempo: []jam.TempoChange{{BPM: 120}}, Meter: jam.Quarters(4), Events: []jam.Event{
		{At: 0, Status: 0x90, Data1: 60, Data2: 90}, {At: time.Second, Status: 0x80, Data1: 60},
		{At: time.Second, Status: 0x90, Data1: 67, Data2: 90}, {At: 2 * time.Second, Status: 0x80, Data1: 67},
	}}
	settings := jam.DefaultSettings()
	settings.Listen = 2
	result, err := jam.Accompany(context.Background(), jamtest.NewPolicy(1), settings, tune)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, chord := range result.Take.Chords {
		fmt.Printf("%s from frame %d on, for %d frames\n", chord.Symbol, chord.Frame, chord.Duration)
	}
	// Output:
	// Gm6 from frame 8 on, for 4 frames
}
