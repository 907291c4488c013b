// Package archivetest makes sessions for tests.
package archivetest

import (
	"math/rand/v2"
	"testing"
	"time"

	"jamd/jam"
	"jamd/midiio"
	"jamd/session"
)

// Long records an invented session of so many frames at 120 BPM in a folder: a melody that changes its key every few minutes, chords
// that change theirs some beats later, and now and then a missed frame.
func Long(t testing.TB, root string, frames int64) *session.Record {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 1))
	settings := jam.DefaultSettings()
	settings.Tempo = 120
	s := session.Start(session.Options{
		Root: root,
		Manifest: session.Manifest{
			Version: "test", Go: "go", ONNXRuntime: "1.27.0", Provider: "cpu", Policy: session.Policy{Name: "jamd"}, Title: "tune",
			Settings: settings, Ports: session.Ports{In: "Keys"}, Start: time.Date(2026, 11, 24, 20, 15, 0, 0, time.UTC),
		},
		WriteMIDI: midiio.WriteTake,
	})
	scale := []int{0, 2, 4, 5, 7, 9, 11}
	key, chordKey, degree, left := 0, 0, 14, 0
	melody, builder := jam.MelodyStart, jam.NewTakeBuilder("tune", []jam.TempoChange{{BPM: 120}}, settings.Meter)
	var chord jam.Chord
	var voicing jam.Voicing
	misses := int64(0)
	for f := range frames {
		if f > 0 && f%2048 == 0 {
			key = (key + 5 + random.IntN(3)) % 12
		}
		r := jam.FrameReport{
			Frame: f, Line: time.Duration(f) * 125 * time.Millisecond, Melody: melody, Tempo: 120, Policy: "jamd", Symbol: "N.C.",
			Lead: 9 * time.Millisecond, Step: time.Duration((0.8 + 0.3*random.ExpFloat64()) * 1e6), Voice: 9 * time.Microsecond,
			Prob: 0.5,
		}
		if melody.IsOnset() {
			r.Velocity = byte(60 + random.IntN(50))
			r.Arrival, r.Age = time.Duration(20e3*(1+random.ExpFloat64())), time.Duration(random.IntN(60))*time.Millisecond
		}
		if f%2048 == 48 {
			chordKey = key
		}
		if f >= 32 {
			if f%8 == 0 && random.IntN(3) > 0 || f == 32 {
				root := scale[random.IntN(6)]
				chord = jam.Chord{Root: uint8((root + chordKey) % 12)}
				if root == 2 || root == 4 || root == 9 {
					chord.Quality = []uint8{1, 11}[random.IntN(2)]
				}
				voicing = jam.Voicing{}
				for _, above := range jam.Qualities[chord.Quality].Intervals {
					voicing.Pitches[voicing.Len] = 48 + chord.Root + above
					voicing.Len++
				}
				r.Began, r.Late, r.Send = true, time.Duration(30e3*(1+random.ExpFloat64())), 12*time.Microsecond
			}
			r.Symbol, r.Voicing = chord.String(), voicing
			for i, pitch := range voicing.Slice() {
				r.Notes.Notes[i] = jam.ChordNote{Pitch: pitch, Velocity: 70, Struck: r.Began}
			}
			r.Notes.Len = voicing.Len
		}
		if random.IntN(1500) == 0 {
			misses++
			r.Missed, r.Began = true, false
			s.Remarks().TrySend(session.Remark{Frame: f, At: r.Line, From: session.CauseFrom, Text: []string{"slow step", "late wake"}[random.IntN(2)]})
		}
		for len(s.Entries().C()) > 500 {
			time.Sleep(time.Millisecond) // for the disk
		}
		s.Entries().TrySend(r.Entry())
		builder.Add(r)
		melody, left = nextNote(random, melody, &degree, left, key, scale)
	}
	summary := s.Close(t.Context(), builder.Take(melody), jam.Summary{Frames: frames, Misses: misses, Melody: melody})
	if summary.Err != nil {
		t.Fatal(summary.Err)
	}
	record, err := session.Open(summary.Dir)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// nextNote is the melody's next frame: a walk over the scale, with rests.
func nextNote(random *rand.Rand, now jam.MelodyToken, degree *int, left, key int, scale []int) (jam.MelodyToken, int) {
	if left > 0 {
		if pitch, ok := now.Pitch(); ok {
			return jam.MelodyHold(pitch), left - 1
		}
		return jam.Silence, left - 1
	}
	left = random.IntN(5)
	if random.IntN(8) == 0 {
		return jam.Silence, left
	}
	*degree = min(max(*degree+random.IntN(5)-2, 8), 22)
	if step := *degree % 7; random.IntN(2) == 0 && step != 2 && step != 4 { // home, to a tonic, a third or a fifth
		*degree = min(*degree/7*7+step/2*2, 21)
	}
	return jam.MelodyOnset(uint8(36 + key + 12*(*degree/7) + scale[*degree%7])), left
}
