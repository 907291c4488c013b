// Package jam is the musical core of jamd: it hears a melody and plays chords to it, on a grid of sixteenth notes.
//
// A frame is a sixteenth note. For each frame, a learned [Policy] gets the melody and the chord of the frame before, and chooses
// the chord of this frame. So a chord depends on what was played up to one frame earlier, and on nothing later.
//
// Where to begin:
//
//   - [Accompany] plays chords to a whole [Tune], as fast as the policy answers.
//   - A [Loop] plays live: it takes the player's events from a [Queue], runs the policy shortly before each line of the
//     grid, and sends the chord to an [Output] at the line. It sends all that happens, as [Entry] values in order, to each
//     [Reader].
//   - An [Engine] is what both are made of. It is passive: a test drives it frame by frame, without a clock or a device.
//
// The parts of an engine can be used alone: [ParseChord], [Vocabulary] and [Meter] for chords and bars, [Grid] for the times
// of frames, [Sampler] for the choice among a policy's logits, [Voicer] for the notes of a chord.
//
// [Settings] say how jamd plays. [Params] lists the settings that can change during a jam; [Controls] change them. Instead of its
// own tempo, a jam can have that of an external clock ([Transport]) or of its player, whose beats a [Tracker] finds. An [Agent]
// or a [Performer] can take the player's place.
//
// The package imports nothing but the standard library. Devices, files and networks are behind the small interfaces
// [Policy], [Output], [Transport], [Guard] and [Clock], which other packages implement.
package jam
