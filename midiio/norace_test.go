//go:build !race

package midiio

const raceDetector = false
