package ui

import (
	"strings"

	"rsc.io/qr"
)

// quietZone is the number of light modules that a reader needs around a code.
const quietZone = 2

// QR returns the QR code of a link, one string for each row of modules, quiet zone included: '1' is dark, '0' is light.
func QR(link string) ([]string, error) {
	code, err := qr.Encode(link, qr.L)
	if err != nil {
		return nil, err
	}
	rows := make([]string, 0, code.Size+2*quietZone)
	for y := -quietZone; y < code.Size+quietZone; y++ {
		var row strings.Builder
		for x := -quietZone; x < code.Size+quietZone; x++ {
			if code.Black(x, y) { // false outside
				row.WriteByte('1')
			} else {
				row.WriteByte('0')
			}
		}
		rows = append(rows, row.String())
	}
	return rows, nil
}

// PrintedQR returns the QR code of a link for a terminal, light on dark, with two rows of modules in each line.
func PrintedQR(link string) (string, error) {
	rows, err := QR(link)
	if err != nil {
		return "", err
	}
	blocks := map[string]string{"00": "█", "01": "▀", "10": "▄", "11": " "} // upper and lower module
	var text strings.Builder
	for y := 0; y < len(rows); y += 2 {
		for x := range rows[y] {
			lower := "1"
			if y+1 < len(rows) {
				lower = rows[y+1][x : x+1]
			}
			text.WriteString(blocks[rows[y][x:x+1]+lower])
		}
		text.WriteByte('\n')
	}
	return text.String(), nil
}
