package benchmark

import (
	"sort"
	"time"

	"jamd/jam"
)

// An answer is the first chord that could take a note into account.
type answer struct {
	frames int64         // from the frame that the note counts for
	wait   time.Duration // from the note's arrival until the chord, new or held, was sent
}

// answers finds the answer to each note: the first decision that was made with the note's frame and was ready at its line. A note
// that another one replaced in its frame has no answer, and neither have notes at the very end. The reports must be in order.
func answers(notes []jam.Event, reports []jam.FrameReport) (found []answer) {
	for _, note := range notes {
		if note.Status&0xF0 != 0x90 || note.Data2 == 0 {
			continue
		}
		after := sort.Search(len(reports), func(i int) bool { return reports[i].Line > note.At })
		if after == 0 || after == len(reports) { // before the jam, or after its last line
			continue
		}
		own := after - 1 // the report of the line nearest to the note; halfway it is the later line, as in jam.Grid
		if note.At-reports[own].Line >= reports[after].Line-note.At {
			own = after
		}
		if own+1 == len(reports) {
			continue
		}
		told := reports[own+1]
		if told.Frame == reports[own].Frame+1 && told.Melody != jam.MelodyOnset(note.Data1) {
			continue
		}
		for _, r := range reports[own+1:] {
			if !r.Missed && r.Rung != jam.RungHold {
				found = append(found, answer{r.Frame - reports[own].Frame, r.Line + r.Late - note.At})
				break
			}
		}
	}
	return found
}
