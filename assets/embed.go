// Package assets holds what jamd carries inside itself: trained policies, agents that play melodies, an encoder of
// chords, and demo melodies.
package assets

import "embed"

// Files has policies/NAME.onnx and agents/NAME.onnx, each with its model card NAME.md, encoders/chords.onnx, and
// demo/NAME.mid. demo/README.md
// names the sources of the tunes.
//
//go:embed policies agents encoders demo
var Files embed.FS

// DemoMelody is the path in Files of the tune that jamd plays if there is no melody to hear: 4/4, one track named MELODY.
const DemoMelody = "demo/auld-lang-syne.mid"
