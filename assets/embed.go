// Package assets holds what jamd carries inside itself: trained policies, agents that play melodies, an encoder of chords, and
// demo melodies. With the build tag slim it carries only the default policy; the others are then in a package of their own.
package assets

// Files has policies/NAME.onnx and agents/NAME.onnx, each with its model card NAME.md, encoders/chords.onnx, and demo/NAME.mid.
// demo/README.md names the sources of the tunes.
var Files = files

// Apart names the policies that a slim build leaves to the package jamd-policies, sorted.
var Apart = []string{"gapt", "gapt-noadv", "online-mle", "realchords"}

// DemoMelody is the path in Files of the tune that jamd plays if there is no melody to hear: 4/4, one track named MELODY.
const DemoMelody = "demo/auld-lang-syne.mid"
