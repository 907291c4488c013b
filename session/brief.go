package session

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"jamd/jam"
)

// A Brief describes a session in one line of a list.
type Brief struct {
	ID        string    `json:"id"`
	Start     time.Time `json:"start"`
	Order     time.Time `json:"-"`       // its place among other sessions: Start, unless the clock was set back before it
	Seconds   float64   `json:"seconds"` // from the first line to the end of the last frame, as in the take
	Title     string    `json:"title,omitempty"`
	Policy    string    `json:"policy"` // Hidden for a blind jam that is not rated yet
	Blind     bool      `json:"blind,omitempty"`
	Trial     *Trial    `json:"trial,omitempty"`     // of a blind jam
	TooShort  bool      `json:"too_short,omitempty"` // a blind jam that is too short to judge: it does not count
	Drawn     []string  `json:"-"`                   // the policies that the policy of a blind jam was drawn from
	Agent     string    `json:"agent,omitempty"`
	In        string    `json:"in,omitempty"` // port or file of the melody
	Offline   bool      `json:"offline,omitempty"`
	Tempo     float64   `json:"tempo"`         // at the start; or the mean tempo, if the jam followed its player
	Key       string    `json:"key,omitempty"` // of the melody, as jam.Key writes it
	Frames    int64     `json:"frames"`        // frames played
	Chords    int64     `json:"chords"`        // chords that began
	Misses    int64     `json:"misses"`
	Skipped   int64     `json:"skipped"`
	Bytes     int64     `json:"bytes"`               // size of all its files
	Ended     bool      `json:"ended"`               // the log has an end line
	Recording bool      `json:"recording,omitempty"` // it is being recorded now
	Problem   string    `json:"problem,omitempty"`   // why the session cannot be read; "" if it can
	Notes
}

// Length returns the duration of the jam.
func (b *Brief) Length() time.Duration { return time.Duration(b.Seconds * float64(time.Second)) }

// Brief returns the session's brief. It reads the manifest and the end of the log. If the log has no end line, or one without the
// melody's pitch classes, it reads the whole log, unless the session is being recorded.
func (r *Record) Brief() Brief {
	m := r.Manifest
	b := Brief{
		ID: r.ID, Start: m.Start, Order: m.order(), Title: m.Title, Policy: r.shownPolicy(m.Policy.Name), Blind: len(m.Blind) > 0, In: m.Ports.In,
		Trial: m.Trial, Drawn: m.Blind,
		Tempo: m.Settings.Tempo, Offline: m.Offline, Bytes: bytesIn(r.Dir), Recording: r.Recording(), Notes: r.Notes,
	}
	if m.Agent != nil {
		b.Agent = m.Agent.Name
	}
	end, err := r.end()
	switch {
	case err != nil:
		b.Problem = err.Error()
	case end != nil:
		if end.Heard == nil {
			if counted, err := r.count(); err == nil {
				end.Heard = counted.Heard
			}
		}
		b.tell(*end, &m)
		b.Ended = true
	case !b.Recording:
		var counted End
		if counted, err = r.count(); err != nil {
			b.Problem = err.Error()
		}
		b.tell(counted, &m)
	}
	b.TooShort = m.Trial != nil && !b.Recording && (b.Frames == 0 || b.Seconds < m.Trial.AtLeast)
	return b
}

func (b *Brief) tell(e End, m *Manifest) {
	b.Frames, b.Chords, b.Misses, b.Skipped = e.Jam.Frames, e.Jam.Chords, e.Jam.Misses, e.Jam.Skipped
	length := e.Length
	if length == 0 { // version 1 does not have it
		length = time.Duration(float64(e.Jam.Frames+e.Jam.Skipped) / jam.FramesPerBeat / m.Settings.Tempo * float64(time.Minute))
	}
	if beats := float64(e.Passed+e.Jam.Frames+e.Jam.Skipped) / jam.FramesPerBeat; m.Followed && e.Length > 0 {
		b.Tempo = beats / e.Length.Minutes()
	}
	b.Seconds = length.Seconds()
	if e.Heard != nil {
		b.Key = e.Heard.key()
	}
}

// tail is more than the length of the last line, in bytes.
const tail = 8 << 10

// end reads the log's last line. It returns nil if that is not an end line.
func (r *Record) end() (*End, error) {
	f, err := os.Open(filepath.Join(r.Dir, EventsFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	text := make([]byte, min(info.Size(), tail))
	if _, err := f.ReadAt(text, info.Size()-int64(len(text))); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if !bytes.HasSuffix(text, []byte("\n")) {
		return nil, nil
	}
	line := text[bytes.LastIndexByte(text[:len(text)-1], '\n')+1 : len(text)-1]
	if r.Manifest.Format != format1 && unseal(line) != nil {
		return nil, nil
	}
	entry, _, err := entryOf(line)
	if end, ok := entry.(End); ok && err == nil {
		return &end, nil
	}
	return nil, nil
}

// count reads the whole log and makes the end line that the log lacks.
func (r *Record) count() (End, error) {
	var counted tally
	end := End{Heard: &counted.heard.PitchClasses}
	for entry, err := range r.Entries() {
		if err != nil {
			return end, err
		}
		counted.add(entry)
		switch e := entry.(type) {
		case End:
			counted.heard.add(e.Melody)
		case jam.FrameReport:
			end.Jam.Frames++
			end.Jam.Skipped += e.Skipped
			if e.Began {
				end.Jam.Chords++
			}
			if e.Missed {
				end.Jam.Misses++
			}
		}
	}
	end.Length, end.Passed = counted.length(), counted.passed
	return end, nil
}

// bytesIn returns the total size of the files in a folder.
func bytesIn(dir string) (sum int64) {
	files, _ := os.ReadDir(dir) // unreadable files are not counted
	for _, f := range files {
		if info, err := f.Info(); err == nil && info.Mode().IsRegular() {
			sum += info.Size()
		}
	}
	return sum
}
