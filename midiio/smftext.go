package midiio

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
)

// maxText is the largest length of a text, in characters. Longer texts are cut.
const maxText = 200

// decodeText decodes the text of a meta event. The format says ASCII, but programs write their system's encoding. decodeText
// assumes UTF-16 if the text has its byte order mark or every other byte is 0; UTF-8 if it is valid; Shift-JIS if that gives
// Japanese syllables; and otherwise Windows-1252, which includes Latin-1. It replaces control and direction characters by spaces,
// so that a name cannot disturb a terminal.
func decodeText(data []byte) string {
	data = data[:min(len(data), 4*maxText)]
	text, ok := decodeUTF16(data)
	if !ok {
		data = bytes.Trim(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), "\x00")
		text = decodeBytes(data)
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, text)
	text = strings.TrimSpace(text)
	if runes := []rune(text); len(runes) > maxText {
		text = string(runes[:maxText])
	}
	return text
}

func decodeBytes(data []byte) string {
	if whole := cutPartialRune(data); utf8.Valid(whole) {
		return string(whole)
	}
	if text, err := japanese.ShiftJIS.NewDecoder().Bytes(data); err == nil && bytes.ContainsFunc(text, isKana) && !bytes.ContainsRune(text, utf8.RuneError) {
		return string(text)
	}
	text, _ := charmap.Windows1252.NewDecoder().Bytes(data) // every byte has a character there, or U+FFFD
	return string(text)
}

// cutPartialRune removes an incomplete character from the end of a text that was cut.
func cutPartialRune(data []byte) []byte {
	for n := 1; len(data) == 4*maxText && n < utf8.UTFMax && !utf8.Valid(data); n++ {
		data = data[:len(data)-1]
	}
	return data
}

// isKana reports whether a character is a full-width Japanese syllable. Half-width ones do not count, because they have the same
// bytes as Latin-1 letters.
func isKana(r rune) bool { return r > 0x3040 && r < 0x3100 }

// decodeUTF16 decodes UTF-16 with a byte order mark, or without one if the text is in Latin letters. ok is false for other data.
func decodeUTF16(data []byte) (text string, ok bool) {
	var order binary.ByteOrder = binary.BigEndian
	switch {
	case len(data) < 2:
		return "", false
	case data[0] == 0xFE && data[1] == 0xFF:
		data = data[2:]
	case data[0] == 0xFF && data[1] == 0xFE:
		order, data = binary.LittleEndian, data[2:]
	case alternating(data, 0):
	case alternating(data, 1):
		order = binary.LittleEndian
	default:
		return "", false
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units)), true
}

// alternating reports whether every other byte, starting at index first, is 0 and all others are not.
func alternating(data []byte, first int) bool {
	for i, b := range data {
		if (b == 0) != (i%2 == first) {
			return false
		}
	}
	return len(data) >= 4 && len(data)%2 == 0
}
