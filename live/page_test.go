package live

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"jamd/jam"
	"jamd/latency"
	"jamd/midiio"
	"jamd/ui"
)

// The page and programs are told the figures of timing as ui/openapi.yaml has them.
func TestFiguresAreDescribed(t *testing.T) {
	spec, err := openapi3.NewLoader().LoadFromFile("../ui/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(latency.NewMonitor(latency.Drops{}).Snapshot())
	if err != nil {
		t.Fatal(err)
	}
	var figures any
	if err := json.Unmarshal(text, &figures); err != nil {
		t.Fatal(err)
	}
	if err := spec.Components.Schemas["Snapshot"].Value.VisitJSON(figures); err != nil {
		t.Errorf("%s: %v", text, err)
	}
}

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
			Prepared: &Prepared{Config: jam.LoopConfig{Settings: settings}}, output: &output{Out: midiio.NewOut(midiio.NewRecorder(jam.NewSystemClock().Now))},
			controls: &controls{settings: settings}, host: &Host{learned: &learned{bindings: bindings(t)}},
		}
		if got := j.Info().ListenFrames; got != want {
			t.Errorf("8 beats of %s are %d frames, want %d", text, got, want)
		}
	}
}

// A page is told the meters of the tune: those of the cases with a change of meter and with a pickup.
func TestPageIsToldTheMeters(t *testing.T) {
	for name, want := range map[string][]ui.Meter{
		"pickup-1of4":          {{Frame: -12, Bar: 0, FramesPerBeat: 4, FramesPerBar: 16}},
		"late-first-signature": {{Frame: 0, Bar: 1, FramesPerBeat: 4, FramesPerBar: 16}, {Frame: 32, Bar: 3, FramesPerBeat: 4, FramesPerBar: 12}},
	} {
		data, err := os.ReadFile("../midiio/testdata/cases/" + name + ".mid")
		if err != nil {
			t.Fatal(err)
		}
		m, err := midiio.Read(name, data, "")
		if err != nil {
			t.Fatal(err)
		}
		if got := ui.MetersOf(m.Bars()); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}
