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

// Long records an invented session in the folder root: `frames` frames at 120 BPM. The melody changes key every few minutes, the
// chords follow some beats later, and now and then a frame is missed.
func Long(t testing.TB, root string, frames int64) *session.Record {
	t.Helper()
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
	m := &music{random: rand.New(rand.NewPCG(1, 1)), degree: 14, melody: jam.MelodyStart}
	misses := int64(0)
	for f := range frames {
		r := m.frame(f)
		if r.Missed {
			misses++
			s.Remarks().TrySend(session.Remark{
				Frame: f, At: r.Line, From: session.CauseFrom, Text: []string{"slow step", "late wake"}[m.random.IntN(2)],
			})
		}
		for len(s.Entries().C()) > 500 {
			time.Sleep(time.Millisecond) // wait for the disk
		}
		s.Entries().TrySend(r.Entry())
		m.nextNote()
	}
	summary := s.Close(t.Context(), jam.Summary{Frames: frames, Misses: misses, Melody: m.melody})
	if summary.Err != nil {
		t.Fatal(summary.Err)
	}
	record, err := session.Open(summary.Dir)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// music is the state of an invented session.
type music struct {
	random        *rand.Rand
	key, chordKey int
	melody        jam.MelodyToken
	degree, left  int // of the melody: the place in the scale, and the frames until the next note
	chord         jam.Chord
	voicing       jam.Voicing
}

var scale = []int{0, 2, 4, 5, 7, 9, 11}

// frame returns the report of a frame.
func (m *music) frame(f int64) jam.FrameReport {
	if f > 0 && f%2048 == 0 {
		m.key = (m.key + 5 + m.random.IntN(3)) % 12
	}
	r := jam.FrameReport{
		Frame: f, Line: time.Duration(f) * 125 * time.Millisecond, Melody: m.melody, Tempo: 120, Policy: "jamd", Symbol: "N.C.",
		Lead: 9 * time.Millisecond, Step: time.Duration((0.8 + 0.3*m.random.ExpFloat64()) * 1e6), Voice: 9 * time.Microsecond,
		Prob: 0.5,
	}
	if m.melody.IsOnset() {
		r.Velocity = byte(60 + m.random.IntN(50))
		r.Arrival, r.Age = time.Duration(20e3*(1+m.random.ExpFloat64())), time.Duration(m.random.IntN(60))*time.Millisecond
	}
	if f%2048 == 48 {
		m.chordKey = m.key
	}
	if f >= 32 {
		m.addChord(&r)
	}
	if m.random.IntN(1500) == 0 {
		r.Missed, r.Began = true, false
	}
	return r
}

// addChord adds the frame's chord to its report.
func (m *music) addChord(r *jam.FrameReport) {
	if r.Frame%8 == 0 && m.random.IntN(3) > 0 || r.Frame == 32 {
		root := scale[m.random.IntN(6)]
		m.chord = jam.Chord{Root: uint8((root + m.chordKey) % 12)}
		if root == 2 || root == 4 || root == 9 {
			m.chord.Quality = []uint8{1, 11}[m.random.IntN(2)]
		}
		m.voicing = jam.Voicing{}
		for _, above := range jam.Qualities[m.chord.Quality].Intervals {
			m.voicing.Pitches[m.voicing.Len] = 48 + m.chord.Root + above
			m.voicing.Len++
		}
		r.Began, r.Late, r.Send = true, time.Duration(30e3*(1+m.random.ExpFloat64())), 12*time.Microsecond
	}
	r.Symbol, r.Voicing = m.chord.String(), m.voicing
	for i, pitch := range m.voicing.Slice() {
		r.Notes.Notes[i] = jam.ChordNote{Pitch: pitch, Velocity: 70, Struck: r.Began}
	}
	r.Notes.Len = m.voicing.Len
}

// nextNote moves the melody on by one frame. It walks over the scale and rests now and then.
func (m *music) nextNote() {
	if m.left > 0 {
		m.left--
		if pitch, ok := m.melody.Pitch(); ok {
			m.melody = jam.MelodyHold(pitch)
		} else {
			m.melody = jam.Silence
		}
		return
	}
	m.left = m.random.IntN(5)
	if m.random.IntN(8) == 0 {
		m.melody = jam.Silence
		return
	}
	m.degree = min(max(m.degree+m.random.IntN(5)-2, 8), 22)
	if step := m.degree % 7; m.random.IntN(2) == 0 && step != 2 && step != 4 { // back to the tonic, a third or a fifth
		m.degree = min(m.degree/7*7+step/2*2, 21)
	}
	m.melody = jam.MelodyOnset(uint8(36 + m.key + 12*(m.degree/7) + scale[m.degree%7]))
}
