package jam

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParamsAreATable(t *testing.T) {
	seen, settings := map[string]bool{}, DefaultSettings()
	for i, p := range Params() {
		if int(p.Param) != i || p.Param.String() != p.Name || seen[p.Name] {
			t.Errorf("entry %d is %d, %q", i, p.Param, p.Name)
		}
		seen[p.Name] = true
		if p.Help == "" || !strings.HasSuffix(p.Help, ".") || strings.Contains(p.Help, "\n") {
			t.Errorf("%s: help %q", p.Name, p.Help)
		}
		if (p.get == nil) != (p.set == nil) || (p.get == nil) != (p.Kind == Text || p.Kind == Action) {
			t.Errorf("%s: kind %v, but settings hold it: %v", p.Name, p.Kind, p.get != nil)
		}
		if p.get == nil {
			continue
		}
		if v := p.get(&settings); p.check(v) != nil {
			t.Errorf("%s: the default %v is out of range", p.Name, v)
		}
		if p.Kind <= Whole && (p.Step <= 0 || p.Knob[0] < p.Min || p.Knob[1] > p.Max || p.Knob[0] >= p.Knob[1]) {
			t.Errorf("%s: %v to %v by %v, knob %v", p.Name, p.Min, p.Max, p.Step, p.Knob)
		}
	}
}

// settable are the params that Settings hold.
func settable() (out []ParamInfo) {
	for _, p := range Params() {
		if p.get != nil {
			out = append(out, p)
		}
	}
	return out
}

// What was set reads back, as words and as JSON. What cannot be set changes nothing. Settings stay valid.
func TestSetAndGet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := DefaultSettings()
		for range rapid.IntRange(1, 20).Draw(t, "controls") {
			c := anyControl(t)
			if c.Value == 0 {
				c.Value = 0 // a minus 0 reads back as 0
			}
			before := s
			err := s.Set(c)
			if s.Check() != nil {
				t.Fatalf("%v leaves bad settings: %v", c, s.Check())
			}
			if err != nil {
				if s != before || strings.Contains(err.Error(), "unknown") {
					t.Fatalf("%v: %v, and %+v", c, err, s)
				}
				continue
			}
			if got := s.Get(c.Param); got != c.ValueText() {
				t.Fatalf("%v reads back as %q", c, got)
			}
			if back, err := ParseControl(c.Param.String(), s.Get(c.Param)); err != nil || back != c {
				t.Fatalf("%v is read as %v, %v", c, back, err)
			}
		}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back Settings
		if err := json.Unmarshal(text, &back); err != nil || back != s {
			t.Fatalf("%s reads back as %+v, %v", text, back, err)
		}
	})
}

// anyControl draws a control of a param that Settings hold, as a knob or a user sets it, and sometimes out of range.
func anyControl(t *rapid.T) Control {
	p := rapid.SampledFrom(settable()).Draw(t, "param")
	c, _ := FromMIDI(p.Param, rapid.ByteMax(127).Draw(t, "knob"))
	if rapid.IntRange(0, 9).Draw(t, "wild") == 0 {
		c.Value = rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), -1000, 1000, 0.5, -0.5}).Draw(t, "value")
	}
	return c
}

func TestParseControl(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{ // want: the control, or its error
		{"temperature", "0.8", "temperature=0.8"},
		{"temperature", "11", "temperature 11: must be 0 to 10"},
		{"temperature", "warm", `temperature "warm": must be a number from 0 to 10`},
		{"temperature", "nan", "temperature NaN: must be 0 to 10"},
		{"tempo", "500", "tempo 500: must be 20 to 400 BPM"},
		{"transpose", "-2", "transpose=-2"},
		{"transpose", "0.5", "transpose 0.5: must be a whole number"},
		{"mute", "ON", "mute=on"}, {"mute", "0", "mute=off"}, {"mute", "yes", "mute=on"},
		{"mute", "maybe", `mute "maybe": must be off, on, false, true, no, yes, 0 or 1`},
		{"style", "arpeggio", "style=arpeggio"},
		{"style", "samba", `style "samba": must be pad, block, pulse, arpeggio or ripple`},
		{"chord-grid", "half", "chord-grid=half"},
		{"key", "any", "key=any"}, {"key", "gb", "key=F#"}, {"key", " Eb minor", "key=Ebm"},
		{"key", "Am7", `key "Am7": must be any, C, Db, D,`},
		{"policy", "online-mle", "policy=online-mle"}, {"policy", " ", "policy: must not be empty"},
		{"panic", "", "panic"}, {"panic", "5", `panic "5": an action has no value`},
		{"volume", "5", `setting "volume": must be tempo, temperature, top-p,`},
	} {
		got, err := ParseControl(c.name, c.value)
		text := got.String()
		if err != nil {
			text = err.Error()
		}
		if !strings.HasPrefix(text, c.want) || err == nil && text != c.want {
			t.Errorf("%s=%s: %s, want %s", c.name, c.value, text, c.want)
		}
	}
}

func TestParamJSONIsItsName(t *testing.T) {
	text, err := json.Marshal(Control{At: 5, Param: ParamChordGrid, Value: 2})
	if want := `{"at":5,"param":"chord-grid","value":2}`; err != nil || string(text) != want {
		t.Errorf("%s, %v, want %s", text, err, want)
	}
	var back Control
	if err := json.Unmarshal(text, &back); err != nil || back.Param != ParamChordGrid || back.Value != 2 {
		t.Errorf("%+v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"param":"volume"}`), &back); err == nil {
		t.Error("an unknown name is taken")
	}
	info, err := json.Marshal(ParamStyle.Info())
	if want := `"words":["pad","block","pulse","arpeggio","ripple"]`; err != nil || !strings.Contains(string(info), want) {
		t.Errorf("%s, %v", info, err)
	}
	// Together they are valid, one by one they are not.
	s := DefaultSettings()
	if err := s.Set(Control{Param: ParamLow, Value: 80}, Control{Param: ParamHigh, Value: 100}); err != nil || s.Low != 80 || s.High != 100 {
		t.Errorf("%+v, %v", s, err)
	}
	before := s
	if err := s.Set(Control{Param: ParamStyle, Value: 1}, Control{Param: ParamHigh, Value: 85}); err == nil || s != before {
		t.Errorf("%+v, %v", s, err)
	}
	if err := s.Set(Control{Param: 200}); err == nil || Param(200).String() != "" {
		t.Error("an unknown param is set")
	}
}

func TestFromMIDI(t *testing.T) {
	for _, c := range []struct {
		param Param
		value byte
		want  string
	}{
		{ParamTemperature, 0, "temperature=0"}, {ParamTemperature, 64, "temperature=1.01"}, {ParamTemperature, 127, "temperature=2"},
		{ParamTempo, 60, "tempo=120"}, {ParamTranspose, 0, "transpose=-24"}, {ParamVelocity, 0, "velocity=1"},
		{ParamTopP, 0, "top-p=0.01"}, {ParamMute, 63, "mute=off"}, {ParamMute, 64, "mute=on"},
		{ParamChordGrid, 31, "chord-grid=frame"}, {ParamChordGrid, 32, "chord-grid=beat"}, {ParamChordGrid, 127, "chord-grid=bar"},
		{ParamPanic, 127, "panic"}, {ParamPanic, 0, "nothing"}, {ParamPolicy, 127, "nothing"},
	} {
		got, ok := FromMIDI(c.param, c.value)
		text := got.String()
		if !ok {
			text = "nothing"
		}
		if text != c.want {
			t.Errorf("%v at %d: %s, want %s", c.param, c.value, text, c.want)
		}
	}
	// A knob that is turned up turns its param up, from one end to the other, within the allowed range.
	for _, p := range settable() {
		last := math.Inf(-1)
		for v := range byte(128) {
			c, ok := FromMIDI(p.Param, v)
			if !ok || c.Value < last || p.check(c.Value) != nil {
				t.Errorf("%s at %d: %v after %v", p.Name, v, c.Value, last)
			}
			last = c.Value
		}
		if p.Kind > Whole && last != p.Max {
			t.Errorf("%s at 127: %v", p.Name, last)
		}
	}
}

func TestSetAllocatesNothing(t *testing.T) {
	s, i := DefaultSettings(), 0
	controls := make([]Control, 0, 128)
	for _, p := range settable() {
		for _, v := range []byte{40, 90} {
			c, _ := FromMIDI(p.Param, v)
			if trial := DefaultSettings(); trial.Set(c) == nil {
				controls = append(controls, c)
			}
		}
	}
	if n := testing.AllocsPerRun(100, func() {
		s = DefaultSettings()
		if err := s.Set(controls[i%len(controls)]); err != nil {
			t.Fatal(err)
		}
		i++
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestSettingsOfBefore(t *testing.T) {
	var s Settings
	old := `{"tempo":90,"beats_per_bar":3,"listen":0,"chord_grid":"bar","temperature":0.5,"top_p":0.9,"seed":7,"low":50,"high":70,
		"bass":true,"bass_low":30,"bass_high":41,"chord_channel":4,"bass_channel":5,"velocity":60,"melody_channels":1}`
	if err := json.Unmarshal([]byte(old), &s); err != nil || s.Check() != nil {
		t.Fatal(err, s.Check())
	}
	want := Settings{
		Tempo: 90, Meter: Quarters(3), ChordGrid: GridBar, Complexity: AllChords, Temperature: 0.5, TopP: 0.9, Seed: 7,
		Low: 50, High: 70, Bass: true, BassLow: 30, BassHigh: 41, ChordChannel: 4, BassChannel: 5, Velocity: 60,
		MelodyChannels: 1, ClickVolume: 100, SwingPercent: 67,
	}
	if s != want {
		t.Errorf("%+v, want %+v", s, want)
	}
	if err := json.Unmarshal([]byte(`{"meter":"5/7"}`), &s); err == nil || !strings.Contains(err.Error(), "6/8 or 7/8") {
		t.Errorf("error %v", err)
	}
}

func TestComplexity(t *testing.T) {
	allowed := func(c Complexity) (symbols []string) {
		for i, q := range Qualities {
			if c.Allows(uint8(i)) {
				symbols = append(symbols, q.Symbol)
			}
		}
		return symbols
	}
	triads := []string{"", "m", "dim", "aug", "sus2", "sus4", "5"}
	if got := allowed(Triads); !slices.Equal(got, triads) {
		t.Errorf("triads %q", got)
	}
	sevenths := append(slices.Clone(triads), "6", "m6", "7", "maj7", "m7", "mmaj7", "dim7", "m7b5", "aug7", "7sus4")
	if got := allowed(Sevenths); !slices.Equal(got, sevenths) {
		t.Errorf("sevenths %q", got)
	}
	if got := allowed(AllChords); len(got) != len(Qualities) {
		t.Errorf("all: %q", got)
	}
	// A policy without a triad plays what it knows.
	v, err := NewVocabulary([]string{"C7", "F7"})
	if err != nil || len(v.barred(nil, Triads, anyKey)) > 0 {
		t.Errorf("%v, %v", v, err)
	}
}

func TestTranslate(t *testing.T) {
	a := vocabulary(t)
	b, err := NewVocabulary([]string{"Am7", "C", "C#9"})
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[ChordToken]ChordToken{
		a.Start(): b.Start(), NoChord: NoChord, a.Begin(0): b.Begin(1), a.Hold(5): b.Hold(0), a.Begin(1): NoChord, a.Hold(7): b.Hold(2),
	} {
		if got := b.Translate(token, a); got != want {
			t.Errorf("%d (%s) is %d, want %d", token, a.Symbol(token), got, want)
		}
	}
}

// Whatever is typed: what is accepted can be set or names its range, and reads back.
func FuzzParseControl(f *testing.F) {
	for _, p := range Params() {
		f.Add(p.Name, p.text(p.Max))
	}
	f.Add("temperature", "0x1p-2")
	f.Add("top-p", "NaN")
	f.Add("transpose", "-0")
	f.Fuzz(func(t *testing.T, name, value string) {
		c, err := ParseControl(name, value)
		if err != nil {
			return
		}
		back, err := ParseControl(c.Param.String(), c.ValueText())
		if err != nil || back != c {
			t.Errorf("%v reads back as %v, %v", c, back, err)
		}
		s := DefaultSettings()
		if err := s.Set(c); err == nil && c.Param.Info().get != nil && s.Get(c.Param) != c.ValueText() {
			t.Errorf("%v is set as %s", c, s.Get(c.Param))
		}
	})
}

// What is accepted as a chord or a meter is one, and reads back as the same.
func FuzzSymbols(f *testing.F) {
	for _, text := range []string{"Am7", "F#m7b5", "Cbmaj9", "B#", "N.C.", "4/4", "12/8", "004/4", "-1/4"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := ParseChord(text); err == nil {
			if back, err := ParseChord(c.String()); err != nil || back != c || c.Root > 11 {
				t.Errorf("chord %q is %v, which reads back as %v, %v", text, c, back, err)
			}
		}
		if m, err := ParseMeter(text); err == nil {
			if back, err := ParseMeter(m.String()); err != nil || back != m || m.Check() != nil {
				t.Errorf("meter %q is %v, which reads back as %v, %v", text, m, back, err)
			}
		}
	})
}

// A slip of the fingers is answered with the name that was meant.
func TestDidYouMean(t *testing.T) {
	for name, want := range map[string]string{
		"temprature": "; did you mean temperature?", "Tempo": "; did you mean tempo?", "tepmo": "", "styl": "; did you mean style?", "volume": "",
		"": "", "x": "", "low": "; did you mean low?",
	} {
		if got := DidYouMean(name, []string{"tempo", "temperature", "style", "low", "high"}); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := DidYouMean("gopt", []string{"gapt", "gypt"}); got != "" {
		t.Errorf("of two names as near, %q", got)
	}
}
