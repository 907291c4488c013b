package session

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
)

// WriteCSV writes a table with a row for each session: who played, which policy answered, each [Measure], and the player's
// comment. A cell is empty if the session does not have the value. If several policies played, their names are joined by +.
func (s *Study) WriteCSV(w io.Writer) error {
	header := []string{"session", "start", "player", "participant_number", "jam", "jams", "policy", "seconds"}
	for _, m := range s.Measures {
		header = append(header, m.Name)
	}
	rows := [][]string{append(header, "comment")}
	for i := range s.Sessions {
		m := &s.Sessions[i]
		number, jam, of := "", "", ""
		if t := m.Trial; t != nil && t.Participant != "" {
			number, jam, of = strconv.Itoa(t.Number), strconv.Itoa(t.Jam), strconv.Itoa(t.Of)
		}
		row := []string{m.ID, m.Start.UTC().Format(time.RFC3339), m.Player(), number, jam, of, strings.Join(m.played(), "+"), decimal(m.Seconds)}
		for _, measure := range s.Measures {
			cell := ""
			if value, known := measure.of(m); known {
				cell = decimal(value)
			}
			row = append(row, cell)
		}
		rows = append(rows, append(row, m.Rating.Comment))
	}
	return csv.NewWriter(w).WriteAll(rows)
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }
