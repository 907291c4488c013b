package midiio

import (
	"bytes"
	"encoding/binary"
)

// header finds and reads the first chunk. It returns the number of tracks that the chunk claims.
func (r *songReader) header() int {
	r.at, r.size = r.findHeader()
	start := r.at
	if r.size-start < chunkHeader {
		r.fail(r.size, "the file ends inside its header: it is truncated")
	}
	length := int64(binary.BigEndian.Uint32(r.data[start+4:]))
	if length >= 6 && r.size-start < chunkHeader+6 {
		r.fail(r.size, "the file ends inside its header: it is truncated")
	}
	r.at = start + 8
	r.end = r.at + length
	switch {
	case length < 6:
		r.fail(start+4, "the header is %d bytes long, not 6", length)
	case r.end > r.size:
		r.warn(start+4, "the header claims %d bytes, more than the file has: read as 6", length)
		r.end = r.at + 6
	}
	b := r.take(6)
	format, tracks, division := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[4:])
	switch {
	case division >= 0x8000 && smpteTicks(division) == 0:
		r.fail(r.at-2, "there is no SMPTE time of %d frames a second with %d ticks each", -int8(division>>8), division&0xFF)
	case division >= 0x8000:
		r.warn(r.at-2, "times are in seconds (SMPTE), not in beats: fitted to the file's tempo, or to 120 BPM if it has none")
	case division == 0:
		r.fail(r.at-2, "0 ticks per quarter note")
	case format > 2:
		r.warn(r.at-6, "there is no MIDI file format %d: read as format 1", format)
	case format == 2 && tracks > 1:
		r.warn(r.at-6, "format 2: the file's %d tracks are separate tunes, and only one is read", tracks)
	}
	r.song.format, r.song.division = format, division
	r.at = r.end
	return int(tracks)
}

const chunkHeader = 8 // kind and length, in bytes

var endOfTrack = []byte{0xFF, 0x2F, 0x00}

// nextChunk moves to the next chunk and skips bytes that belong to none. It returns false at the end of the file.
func (r *songReader) nextChunk() bool {
	start := r.at
	if r.at+chunkHeader <= r.size && !isKind(r.data[r.at:]) {
		r.at = r.nextTrack()
	}
	if r.at+chunkHeader > r.size {
		r.at = r.size
	}
	if passed := r.at - start; passed > 0 {
		r.warn(start, "%d bytes are no part of a chunk: skipped", passed)
	}
	return r.at < r.size
}

// nextTrack returns the offset of the next track, as far as it can be found, or the end of the file.
func (r *songReader) nextTrack() int64 {
	if n := bytes.Index(r.data[r.at:r.size], []byte("MTrk")); n >= 0 {
		return r.at + int64(n)
	}
	return r.size
}

// isKind reports whether b begins with four bytes that can be the kind of a chunk: printable ASCII.
func isKind(b []byte) bool {
	for _, c := range b[:4] {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// chunk reads the kind and length of a chunk. It sets r.at to the chunk's first byte and r.end behind its last. If the length
// cannot be right, the chunk ends before the next track, or with the file.
func (r *songReader) chunk() string {
	start := r.at
	kind, length := string(r.data[start:start+4]), int64(binary.BigEndian.Uint32(r.data[start+4:]))
	r.at += chunkHeader
	r.end = r.at + length
	switch rest := r.size - r.end; {
	case rest < 0:
		r.end = r.nextTrack()
		r.warn(start, "chunk %q claims %d bytes, and the file has only %d more: read to its end", kind, length, r.size-r.at)
	case rest >= chunkHeader && !isKind(r.data[r.end:]) && !bytes.HasSuffix(r.data[r.at:r.end], endOfTrack):
		r.end = r.nextTrack()
		r.warn(start, "chunk %q claims %d bytes, and no chunk begins behind them: read to the next track", kind, length)
	}
	return kind
}

// take returns the next n bytes of the chunk.
func (r *songReader) take(n int64) []byte {
	if n > r.end-r.at {
		r.fail(r.at, "track %d ends inside an event", r.track)
	}
	b := r.data[r.at : r.at+n]
	r.at += n
	return b
}

func (r *songReader) byte() byte { return r.take(1)[0] }

// varint reads a variable-length quantity: up to four bytes with seven bits each.
func (r *songReader) varint() int64 {
	start := r.at
	var v int64
	for range 4 {
		b := r.byte()
		v = v<<7 | int64(b&0x7F)
		if b < 0x80 {
			return v
		}
	}
	r.fail(start, "track %d: a variable-length number of more than four bytes", r.track)
	return 0
}
