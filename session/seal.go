package session

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
)

// The seal of a line is a field with the CRC-32C of the text before it.
const (
	sealField = `,"crc":"`
	sealEnd   = `"}`
	sealSize  = len(sealField) + 8 + len(sealEnd)
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendLine appends the sealed line of an entry, with its line break.
func appendLine(to []byte, seq uint64, entry Entry) ([]byte, error) {
	text, err := json.Marshal(lineOf(seq, entry))
	if err != nil {
		return to, err
	}
	text = text[:len(text)-1] // without the closing brace, which comes after the seal
	to = append(to, text...)
	return fmt.Appendf(to, "%s%08x%s\n", sealField, crc32.Checksum(text, castagnoli), sealEnd), nil
}

var (
	errNoSeal = errors.New("it does not end with its checksum")
	errSeal   = errors.New("its checksum is wrong: it was damaged or changed")
)

// unseal checks the seal of a line that has no line break.
func unseal(line []byte) error {
	at := len(line) - sealSize
	if at < 1 || !bytes.HasPrefix(line[at:], []byte(sealField)) || !bytes.HasSuffix(line, []byte(sealEnd)) {
		return errNoSeal
	}
	var sum [4]byte
	got := line[at+len(sealField) : len(line)-len(sealEnd)]
	if _, err := hex.Decode(sum[:], got); err != nil {
		return errNoSeal
	}
	var want [8]byte // compared in the form that is written, because Decode also accepts capital letters, which are damage
	binary.BigEndian.PutUint32(sum[:], crc32.Checksum(line[:at], castagnoli))
	if hex.Encode(want[:], sum[:]); !bytes.Equal(got, want[:]) {
		return errSeal
	}
	return nil
}
