package ui

import (
	"strings"
	"testing"
)

// The printed code has the modules of the other one, and both have the three finders in their quiet zone.
func TestQR(t *testing.T) {
	const link = "http://192.168.178.20:8765/?key=ABCDEFGHIJ"
	rows, err := QR(link)
	if err != nil {
		t.Fatal(err)
	}
	size := len(rows)
	finder := []string{"1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"}
	for _, corner := range [][2]int{{quietZone, quietZone}, {size - quietZone - 7, quietZone}, {quietZone, size - quietZone - 7}} {
		for y, row := range finder {
			if got := rows[corner[1]+y][corner[0] : corner[0]+7]; got != row {
				t.Errorf("row %d of the finder at %v is %s, want %s", y, corner, got, row)
			}
		}
	}
	for _, row := range []string{rows[0], rows[quietZone-1], rows[size-1]} {
		if len(row) != size || strings.Contains(row, "1") {
			t.Errorf("the quiet zone has %s", row)
		}
	}
	printed, err := PrintedQR(link)
	if err != nil {
		t.Fatal(err)
	}
	dark := map[rune]string{'█': "00", '▀': "01", '▄': "10", ' ': "11"}
	for y, line := range strings.Split(strings.TrimSuffix(printed, "\n"), "\n") {
		for x, block := range []rune(line) {
			want := rows[2*y][x : x+1]
			if 2*y+1 < size {
				want += rows[2*y+1][x : x+1]
			} else {
				want += "1"
			}
			if dark[block] != want {
				t.Fatalf("line %d has %q at %d, want %s", y, block, x, want)
			}
		}
	}
	if _, err := QR(strings.Repeat("x", 5000)); err == nil {
		t.Error("a link that no code can hold has one")
	}
}
