package jam

import "fmt"

// Position writes a frame as bar and beat, each counted from 1, and the sixteenth if the frame is off the beat: 3.2, 3.2+1.
func (m Meter) Position(frame int64) string {
	at := fmt.Sprintf("%d.%d", frame/m.Bar()+1, frame%m.Bar()/m.Beat()+1)
	if sixteenth := frame % m.Beat(); sixteenth != 0 {
		at += fmt.Sprintf("+%d", sixteenth)
	}
	return at
}
