package session_test

import (
	"fmt"

	"jamd/jam"
	"jamd/session"
)

// A session is opened by its folder. Its log is read line by line, and its take is what sounded.
func ExampleOpen() {
	record, err := session.Open("testdata/v2")
	if err != nil {
		fmt.Println(err)
		return
	}
	for entry, err := range record.Entries() {
		if err != nil {
			fmt.Println(err)
			return
		}
		if report, ok := entry.(jam.FrameReport); ok && report.Began {
			fmt.Println("frame", report.Frame, report.Symbol)
		}
	}
	take, err := record.Take()
	fmt.Println(record.Manifest.Policy.Name, take.Frames, "frames", err)
	// Output:
	// frame 1 F#m7b5
	// online-mle 43 frames <nil>
}
