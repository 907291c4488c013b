package midiio

import (
	"bytes"
	"encoding/binary"
)

// searched is how many bytes before a MIDI file's header may be skipped.
const searched = 4096

// findHeader returns where the MIDI file begins and ends in the data. It may be inside a RIFF file (.rmi), or after the 128 bytes
// of MacBinary, or after unknown bytes.
func (r *songReader) findHeader() (start, end int64) {
	size := int64(len(r.data))
	if size == 0 {
		r.fail(0, "the file is empty")
	}
	if string(r.data[:min(4, size)]) == "MThd"[:min(4, size)] {
		return 0, size
	}
	if start, end, ok := r.riffData(); ok {
		return start, end
	}
	at := int64(bytes.Index(r.data[:min(searched, size)], []byte("MThd\x00\x00\x00\x06")))
	switch what := looksLike(r.data); {
	case what != "":
		r.fail(0, "not a MIDI file: it looks like %s", what)
	case at < 0:
		r.fail(0, "not a MIDI file: it begins with %q, not with \"MThd\"", r.data[:min(4, size)])
	case at == 128 && r.data[0] == 0 && r.data[1] >= 1 && r.data[1] <= 63:
		r.warn(0, "a MacBinary file, as old Macintosh programs made them: the MIDI file inside is read")
	default:
		r.warn(0, "%d bytes before the header: skipped", at)
	}
	return at, size
}

// riffData finds the data chunk of a RIFF MIDI file. Numbers in RIFF are little-endian, and chunks begin at even offsets.
func (r *songReader) riffData() (start, end int64, ok bool) {
	size := int64(len(r.data))
	if size < 20 || string(r.data[:4]) != "RIFF" || string(r.data[8:12]) != "RMID" {
		return 0, 0, false
	}
	for at := int64(12); at+chunkHeader <= size; {
		length := int64(binary.LittleEndian.Uint32(r.data[at+4:]))
		kind := string(r.data[at : at+4])
		at += chunkHeader
		if kind == "data" && bytes.HasPrefix(r.data[at:], []byte("MThd")) {
			if at+length > size {
				r.warn(at-4, "the RIFF file claims %d bytes, and has only %d more", length, size-at)
			}
			return at, min(at+length, size), true
		}
		at += length + length%2
	}
	return 0, 0, false
}

// looksLike names the kind of file by its first bytes, if it is a kind that people mistake for MIDI. Otherwise it returns "".
func looksLike(data []byte) string {
	for _, known := range []struct{ prefix, what string }{
		{"PK\x03\x04", "a ZIP archive (.zip, .mxl): unpack it, or export the tune as MIDI"},
		{"\x1f\x8b", "a gzip archive: unpack it"},
		{"<?xml", "an XML file, such as MusicXML: export the tune as MIDI"},
		{"\xef\xbb\xbf<?xml", "an XML file, such as MusicXML: export the tune as MIDI"},
		{"<!DOCTYPE", "a web page: download the MIDI file itself"},
		{"<!doctype", "a web page: download the MIDI file itself"},
		{"<html", "a web page: download the MIDI file itself"},
		{"X:", "ABC notation: make a MIDI file of it, for example with abc2midi"},
		{"ID3", "an MP3 file: jamd reads notes, not sound"},
		{"OggS", "an Ogg file: jamd reads notes, not sound"},
		{"fLaC", "a FLAC file: jamd reads notes, not sound"},
		{"FORM", "an IFF file: save the tune as a MIDI file"},
		{"XMF_", "an XMF file: save the tune as a MIDI file"},
	} {
		if bytes.HasPrefix(data, []byte(known.prefix)) {
			return known.what
		}
	}
	if bytes.HasPrefix(data, []byte("RIFF")) && len(data) >= 12 && string(data[8:12]) == "WAVE" {
		return "a WAV file: jamd reads notes, not sound"
	}
	return ""
}
