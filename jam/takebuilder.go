package jam

// A TakeBuilder makes a Take from the frame reports of a jam. If reports are missing (a slow reader, a stopped machine), it
// assumes that what sounded before the gap continued through it.
type TakeBuilder struct {
	take   Take
	next   int64   // the frame of the next report
	note   bool    // the take's last note still sounds
	chord  bool    // the take's last chord still sounds
	notes  Voicing // its notes
	pieces []uint8 // buffer for the pitches of the chords
	upper  voices
	bass   voices
}

// NewTakeBuilder starts a take.
func NewTakeBuilder(name string, tempo []TempoChange, meter Meter) *TakeBuilder {
	return &TakeBuilder{take: Take{Name: name, Tempo: tempo, Meter: meter}}
}

// Add adds the next report. It ignores a report of an earlier frame.
func (b *TakeBuilder) Add(r FrameReport) {
	if r.Frame < b.next {
		return
	}
	b.next = r.Frame + 1
	b.swung(r.Frame, r.Swung)
	b.melody(r.Frame-1, r.Melody, r.Velocity)
	b.voicing(r)
	b.upper.add(r, false)
	b.bass.add(r, true)
	if r.Click.Pitch > 0 {
		b.take.Click = append(b.take.Click, TakeNote{Frame: r.Frame, Pitch: r.Click.Pitch, Duration: 1, Velocity: r.Click.Velocity})
	}
}

// AddPassed adds a frame that was over when the player's beat was found, in place of its report.
func (b *TakeBuilder) AddPassed(p Passed) {
	if p.Frame < b.next {
		return
	}
	b.next = p.Frame + 1
	b.melody(p.Frame-1, p.Melody, p.Velocity)
}

// Take ends the take after the last reported frame. last is the melody token of that frame, which is in no report. The builder
// must not be used again.
func (b *TakeBuilder) Take(last MelodyToken) Take {
	b.melody(b.next-1, last, 0)
	b.endNote(b.next)
	b.endChord(b.next)
	b.take.Upper, b.take.Bass = b.upper.end(b.next), b.bass.end(b.next)
	b.take.Frames = b.next
	return b.take
}

// swung stores how late a frame sounded. It ignores a frame number that no jam reaches, as a damaged log may have: the gap
// before it would fill the memory.
func (b *TakeBuilder) swung(frame int64, late float32) {
	if late == 0 || frame-int64(len(b.take.Swung)) > maxTuneFrames {
		return
	}
	for int64(len(b.take.Swung)) <= frame {
		b.take.Swung = append(b.take.Swung, 0)
	}
	b.take.Swung[frame] = late
}

// defaultVelocity is the velocity of notes whose reports have none.
const defaultVelocity = 80

func (b *TakeBuilder) melody(frame int64, token MelodyToken, velocity uint8) {
	if frame < 0 {
		return
	}
	pitch, sounds := token.Pitch()
	if sounds && !token.IsOnset() && b.note && b.take.Melody[len(b.take.Melody)-1].Pitch == pitch {
		return
	}
	b.endNote(frame)
	if !sounds {
		return
	}
	if velocity == 0 {
		velocity = defaultVelocity
	}
	b.take.Melody = append(b.take.Melody, TakeNote{Frame: frame, Pitch: pitch, Velocity: velocity})
	b.note = true
}

func (b *TakeBuilder) voicing(r FrameReport) {
	silent := r.Voicing.Len == 0
	if silent || r.Began || r.Voicing != b.notes {
		b.endChord(r.Frame)
	}
	if silent || b.chord {
		return
	}
	b.pieces = append(b.pieces, r.Voicing.Slice()...)
	pitches := b.pieces[len(b.pieces)-int(r.Voicing.Len) : len(b.pieces) : len(b.pieces)]
	b.take.Chords = append(b.take.Chords, TakeChord{Frame: r.Frame, Symbol: r.Symbol, Pitches: pitches})
	b.chord, b.notes = true, r.Voicing
}

func (b *TakeBuilder) endNote(frame int64) {
	if b.note {
		n := &b.take.Melody[len(b.take.Melody)-1]
		n.Duration, b.note = frame-n.Frame, false
	}
}

func (b *TakeBuilder) endChord(frame int64) {
	if b.chord {
		c := &b.take.Chords[len(b.take.Chords)-1]
		c.Duration, b.chord = frame-c.Frame, false
	}
}

// voices collect the notes of one part of the chords.
type voices struct {
	notes []TakeNote
	open  [128]int // by pitch: 1 + the index of the note that still sounds; 0 for none
}

// add adds the part's notes of a report. A note that continues, but whose beginning was not reported, begins here.
func (v *voices) add(r FrameReport, bass bool) {
	var sounds pitchSet
	for _, n := range r.Notes.Slice() {
		if n.Bass != bass {
			continue
		}
		sounds.add(n.Pitch)
		if n.Struck {
			v.close(n.Pitch, r.Frame)
		}
		if v.open[n.Pitch] == 0 {
			v.notes = append(v.notes, TakeNote{Frame: r.Frame, Pitch: n.Pitch, Velocity: n.Velocity})
			v.open[n.Pitch] = len(v.notes)
		}
	}
	for pitch := range uint8(128) {
		if !sounds.has(pitch) {
			v.close(pitch, r.Frame)
		}
	}
}

func (v *voices) close(pitch uint8, frame int64) {
	if i := v.open[pitch]; i > 0 {
		v.notes[i-1].Duration, v.open[pitch] = frame-v.notes[i-1].Frame, 0
	}
}

// end ends what sounds and returns all notes.
func (v *voices) end(frame int64) []TakeNote {
	for pitch := range uint8(128) {
		v.close(pitch, frame)
	}
	return v.notes
}

// NoteInChord returns the share of frames whose melody note is in the sounding chord, among the frames in which both sound, and
// the number of those frames.
func (t *Take) NoteInChord() (share float64, frames int64) {
	var in int64
	next := 0
	for _, n := range t.Melody {
		for next < len(t.Chords) && t.Chords[next].Frame+t.Chords[next].Duration <= n.Frame {
			next++
		}
		for _, c := range t.Chords[next:] {
			if c.Frame >= n.Frame+n.Duration {
				break
			}
			both := min(n.Frame+n.Duration, c.Frame+c.Duration) - max(n.Frame, c.Frame)
			frames += both
			if chord, err := ParseChord(c.Symbol); err == nil && chord.Has(n.Pitch) {
				in += both
			}
		}
	}
	if frames == 0 {
		return 0, 0
	}
	return float64(in) / float64(frames), frames
}
