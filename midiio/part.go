package midiio

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Part is what one voice or instrument plays in a file: a track, or a channel if the file has only one track.
type Part struct {
	Number    int    `json:"number"` // number of the track or channel, from 1
	IsChannel bool   `json:"is_channel"`
	Name      string `json:"name"` // name of the track, or else of its instrument; "" if neither has one
	Notes     int    `json:"notes"`
	Low       uint8  `json:"low"` // lowest pitch
	High      uint8  `json:"high"`
	Drums     bool   `json:"drums"`

	track    int      // index in song.tracks
	channels []uint8  // from 0
	rank     nameRank // of Name
	faults   float64  // how unlike a melody it is; see melodyFaults
	played   []Note
}

// String names the part for messages: the track and its name, or the channel.
func (p *Part) String() string {
	kind := "track"
	if p.IsChannel {
		kind = "channel"
	}
	if p.Name == "" || p.IsChannel {
		return fmt.Sprintf("%s %d", kind, p.Number)
	}
	return fmt.Sprintf("%s %d %q", kind, p.Number, p.Name)
}

// drums is the percussion channel of General MIDI, from 0.
const drums = 9

// parts returns the song's parts that have notes, in the file's order.
func (s *song) parts() []Part {
	var parts []Part
	for i := range s.tracks {
		t := &s.tracks[i]
		channels := t.channels()
		if len(s.tracks) == 1 && len(channels) > 1 {
			for _, c := range channels {
				parts = append(parts, s.part(i, []uint8{c}))
				parts[len(parts)-1].Number, parts[len(parts)-1].IsChannel = int(c)+1, true
			}
			continue
		}
		if pitched := slices.DeleteFunc(slices.Clone(channels), func(c uint8) bool { return c == drums }); len(pitched) > 0 {
			channels = pitched
		}
		if len(channels) > 0 {
			parts = append(parts, s.part(i, channels))
		}
	}
	var longest float64
	for i := range parts {
		longest = max(longest, sounding(parts[i].played))
	}
	for i := range parts {
		parts[i].faults = melodyFaults(parts[i].played, longest)
	}
	return parts
}

// part returns the part that consists of some channels of a track. They must have notes.
func (s *song) part(track int, channels []uint8) Part {
	t := &s.tracks[track]
	p := Part{Number: track + 1, Name: cmp.Or(t.name, t.instrument), track: track, channels: channels, Low: 127}
	p.Drums = channels[0] == drums
	p.rank = min(rankName(t.name), rankName(t.instrument))
	if named := rankName(t.name); named != unnamed {
		p.rank = named
	}
	if program := t.programs[channels[0]]; p.rank == unnamed && isBassProgram(program) {
		p.rank = accompaniment
	}
	p.played = s.notes(t, channels)
	p.Notes = len(p.played)
	for _, n := range p.played {
		p.Low, p.High = min(p.Low, n.Pitch), max(p.High, n.Pitch)
	}
	return p
}

// isBassProgram reports whether a program, counted from 1, is one of General MIDI's basses.
func isBassProgram(program uint8) bool { return program >= 33 && program <= 40 }

// channels returns the channels that have notes, ascending.
func (t *songTrack) channels() (all []uint8) {
	var has [16]bool
	for _, n := range t.notes {
		if n.velocity > 0 && !has[n.channel] {
			has[n.channel] = true
			all = append(all, n.channel)
		}
	}
	slices.Sort(all)
	return all
}

// chooseMelody returns the part that is the melody, and why. If asked is not "", it is the number or name of that part. Otherwise
// the names decide, and the notes decide between parts of equal rank.
func chooseMelody(parts []Part, asked string) (chosen *Part, why string, err error) {
	if asked != "" {
		chosen, err = findPart(parts, asked)
		return chosen, "asked for", err
	}
	pitched := 0
	for i := range parts {
		p := &parts[i]
		if p.Drums {
			continue
		}
		pitched++
		if chosen == nil || p.before(chosen) {
			chosen = p
		}
	}
	switch {
	case chosen == nil:
		return nil, "", fmt.Errorf("the file has no notes to play (drums do not count)")
	case pitched == 1:
		why = "the only part"
	case chosen.rank < unnamed:
		why = "by its name"
	default:
		why = "by its notes, as no name says which part is the melody"
	}
	return chosen, why, nil
}

// before reports whether p is more likely the melody than q. q comes earlier in the file.
func (p *Part) before(q *Part) bool {
	if p.rank != q.rank {
		return p.rank < q.rank
	}
	return p.faults < q.faults
}

// findPart returns the part that a user asks for: by its number, by its name, or by text that only its name contains.
func findPart(parts []Part, asked string) (*Part, error) {
	number, notNumber := strconv.Atoi(asked)
	name := fold(asked)
	var like []*Part
	for i := range parts {
		p := &parts[i]
		switch {
		case p.Number == number, !p.IsChannel && p.Name != "" && fold(p.Name) == name:
			return p, nil
		case notNumber != nil && !p.IsChannel && strings.Contains(fold(p.Name), name):
			like = append(like, p)
		}
	}
	if len(like) == 1 {
		return like[0], nil
	}
	all := make([]string, len(parts))
	for i := range parts {
		all[i] = parts[i].String()
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no track %q: the file has no notes", asked)
	}
	return nil, fmt.Errorf("no track %q, or more than one: the file has %s", asked, strings.Join(all, ", "))
}

// The mean pitch of most melodies is between the G below middle C and the D two octaves above it.
const lowMelody, highMelody = 55, 86

// melodyFaults returns how unlike a melody the notes are. It is the sum of: twice the share of the time in which several notes
// sound at once; the octaves by which their mean pitch is outside the range of melodies; how much less they sound than the
// longest part, as a share; and half the share of moves by a third or more, as in broken chords. Without track names it finds the
// melody in 876 of the 909 songs of POP909, and the second voice in the others.
func melodyFaults(notes []Note, longest float64) float64 {
	var sum, pitches, together, until, leaps float64
	for i, n := range notes {
		length := n.End - n.Start
		sum += length
		pitches += length * float64(n.Pitch)
		together += max(min(until, n.End)-n.Start, 0)
		until = max(until, n.End)
		if i > 0 && max(n.Pitch, notes[i-1].Pitch)-min(n.Pitch, notes[i-1].Pitch) > 2 {
			leaps++
		}
	}
	mean := pitches / sum
	outside := max(lowMelody-mean, mean-highMelody, 0)
	return 2*together/sum + outside/12 + 1 - sounding(notes)/longest + leaps/float64(2*len(notes))
}

// sounding returns the number of frames in which any of the notes sounds. The notes must be in order.
func sounding(notes []Note) (frames float64) {
	var until float64
	for _, n := range notes {
		frames += max(n.End-max(n.Start, until), 0)
		until = max(until, n.End)
	}
	return frames
}
