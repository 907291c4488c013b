//go:build race

package midiio

// raceDetector reports that the race detector is on. It allocates, so tests that count allocations say nothing then.
const raceDetector = true
