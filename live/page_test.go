package live

import (
	"testing"

	"jamd/jam"
	"jamd/midiio"
)

// A page shows for how long jamd listens as the engine counts it: in beats of the meter.
func TestPageCountsListeningInBeats(t *testing.T) {
	for text, want := range map[string]int64{"4/4": 32, "3/4": 32, "6/8": 48, "12/8": 48} {
		meter, err := jam.ParseMeter(text)
		if err != nil {
			t.Fatal(err)
		}
		settings := jam.DefaultSettings()
		settings.Meter, settings.Listen = meter, 8
		j := &Jam{
			Prepared: &Prepared{}, output: &output{Out: midiio.NewOut(midiio.NewRecorder(jam.NewSystemClock().Now))},
			controls: &controls{settings: settings},
		}
		if got := j.Info().ListenFrames; got != want {
			t.Errorf("8 beats of %s are %d frames, want %d", text, got, want)
		}
	}
}
