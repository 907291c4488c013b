package live

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/coder/websocket"

	"jamd/config"
	"jamd/learn"
	"jamd/midiio"
	"jamd/ui"
)

// presetFlags are those flags that a preset may set.
func presetFlags(t *testing.T) config.Flags {
	t.Helper()
	return flagsOf(t, &struct {
		Tempo  float64
		Meter  string
		Policy string
	}{})
}

// What is kept in a jam that follows its player has the tempo that the page shows, not the one that was set before.
func TestKeepPresetOfFollowedPlayer(t *testing.T) {
	o := Options{Defaults: config.NewDefaults(filepath.Join(t.TempDir(), "config.toml"), "", presetFlags(t))}
	o.Clock.Source = ClockFollow
	s, stop := play(t, o)
	defer stop()
	j := await(t, "jam", s.jams)
	j.tempo.Store(math.Float64bits(93.43))
	if _, err := j.KeepPreset("ballad"); err != nil {
		t.Fatal(err)
	}
	values, err := o.Defaults.Preset("ballad")
	if err != nil || !slices.Contains(values, config.Value{Name: "tempo", Value: "93.4"}) {
		t.Errorf("kept %v, %v", values, err)
	}
}

// A keyboard's program changes to the preset that it was learned for, through the parser of a port and of a page. Other
// programs, as a keyboard sends them with each voice, change nothing.
func TestPresetByProgram(t *testing.T) {
	const presets = "[profile.waltz.set]\nstyle = \"arpeggio\"\ntemperature = 0.5\n[profile.ballad.set]\nstyle = \"block\"\n"
	j, stop := withPrograms(t, presets, map[string]string{"program 5 ch 1": "preset=waltz", "program 6": "preset=ballad", "program 7": "preset=nobody"})
	defer stop()
	becomes := func(style string) {
		t.Helper()
		for deadline := time.Now().Add(patience); value(t, j, "style").Value != style; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("the style is %s, not %s", value(t, j, "style").Value, style)
			}
		}
	}
	port, page := midiio.NewCable(j.Clock.Now, j.input.hear), midiio.NewCable(j.Clock.Now, j.Hear)
	send := func(to *midiio.Cable, packet ...byte) {
		t.Helper()
		if err := to.Packet(packet); err != nil {
			t.Fatal(err)
		}
	}
	send(port, 0xB0, 0, 1, 32, 4)            // a voice: bank
	send(port, 0xC0, 3)                      // and program
	send(port, 0xC1, 4)                      // on another channel
	send(port, 0xC0, 6, 0xF8, 0xC0, 0xF8, 4) // a preset that is not there, then the waltz, with clock in between
	becomes("arpeggio")
	send(page, 0xC9, 5)
	becomes("block")
	want := []ui.NamedValue{{Name: "style", Value: "arpeggio"}}
	if undone, err := j.Undo(); err != nil || len(undone.Set) != 1 || undone.Set[0] != want[0] {
		t.Errorf("undo set %+v, %v; want %v", undone, err, want)
	}
	if undone, err := j.Undo(); err != nil || len(undone.Set) != 2 {
		t.Errorf("the second undo set %+v, %v", undone, err)
	}
	if undone, err := j.Undo(); err == nil {
		t.Errorf("an unbound program changed %+v", undone)
	}
}

// If a controller asks for a preset and that fails, the page says why: there is no preset of that name, or some of its settings
// could not be set.
func TestPresetByProgramInVain(t *testing.T) {
	const preset = "[profile.narrow.set]\nlow = 70\nstyle = \"block\"\n"
	j, stop := withPrograms(t, preset, map[string]string{"program 7": "preset=nobody", "program 8": "preset=narrow"})
	defer stop()
	told := notices(t, j)
	port := midiio.NewCable(j.Clock.Now, j.input.hear)
	for _, packet := range [][]byte{{0xC0, 6}, {0xC0, 7}} {
		if err := port.Packet(packet); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"preset_failed nobody  preset_unknown", "preset narrow  ", "preset_left narrow low register"}
	for _, want := range want {
		n := await(t, want, told)
		why := ui.Problem{}
		if n.Why != nil {
			why = *n.Why
		}
		if got := fmt.Sprint(n.Code, " ", n.Args["name"], " ", n.Args["setting"], " ", why.Code); got != want || n.Text == "" {
			t.Errorf("told %q, want %q", got, want)
		}
	}
}

// withPrograms starts a jam with presets, as a configuration file has them, and with triggers that were learned for them.
func withPrograms(t *testing.T, presets string, programs map[string]string) (j *Jam, stop func()) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(file, []byte(presets), 0o600); err != nil {
		t.Fatal(err)
	}
	learned := map[learn.Trigger]string{}
	for text, target := range programs {
		trigger, err := learn.ParseTrigger(text)
		if err != nil {
			t.Fatal(err)
		}
		learned[trigger] = target
	}
	s, stop := play(t, Options{Defaults: config.NewDefaults(file, "", presetFlags(t)), Learned: learned})
	return await(t, "jam", s.jams), stop
}

// notices returns the notices that a page of the jam is told from now on.
func notices(t *testing.T, j *Jam) <-chan ui.Notice {
	t.Helper()
	header := http.Header{"Authorization": {"Bearer " + j.host.server.Token()}}
	page, response, err := websocket.Dial(t.Context(), "ws://"+j.host.server.Address()+"/api/events", &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		t.Fatal(err)
	}
	if response.Body != nil {
		_ = response.Body.Close()
	}
	t.Cleanup(func() { _ = page.CloseNow() })
	page.SetReadLimit(-1)
	if _, _, err := page.Read(t.Context()); err != nil { // what a page is told at first
		t.Fatal(err)
	}
	told := make(chan ui.Notice, 8)
	go func() {
		for {
			var m struct {
				Type string `json:"type"`
				ui.Notice
			}
			_, text, err := page.Read(t.Context())
			if err != nil {
				return
			}
			if json.Unmarshal(text, &m) == nil && m.Type == "notice" {
				told <- m.Notice
			}
		}
	}()
	return told
}
