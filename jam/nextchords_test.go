package jam

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// logitsOf returns logits by what the tokens are called: "begin F", "hold C", "none". All others are impossible.
func logitsOf(v *Vocabulary, named map[string]float32) []float32 {
	logits := slices.Repeat([]float32{float32(math.Inf(-1))}, v.Logits())
	for name, logit := range named {
		token := NoChord
		what, symbol, _ := strings.Cut(name, " ")
		for i := range v.Len() {
			switch {
			case v.Chord(i).String() != symbol:
			case what == "begin":
				token = v.Begin(i)
			default:
				token = v.Hold(i)
			}
		}
		logits[token] = logit
	}
	return logits
}

func (n NextChords) String() string {
	var all []string
	for _, c := range n {
		if c.Symbol != "" {
			all = append(all, fmt.Sprintf("%s %.2f", c.Symbol, c.Prob))
		}
	}
	return strings.Join(all, ", ")
}

func TestNextChords(t *testing.T) {
	ln := func(x float64) float32 { return float32(math.Log(x)) }
	for name, c := range map[string]struct {
		settings func(*Settings)
		first    string // the token of frame 0
		logits   map[string]float32
		sounds   string
		want     string
	}{
		"the three likeliest of those that might begin": {
			logits: map[string]float32{"hold C": 20, "begin F": ln(4), "begin G7": ln(3), "begin Am7": ln(2), "begin Dm": ln(1)},
			sounds: "C", want: "F 0.40, G7 0.30, Am7 0.20",
		},
		"the sounding chord begun again and the end of all are none of them": {
			logits: map[string]float32{"hold C": 20, "begin C": 5, "none": 4, "begin F": ln(1), "begin G7": ln(3)},
			sounds: "C", want: "G7 0.75, F 0.25",
		},
		"of equally likely ones, the lower token": {
			logits: map[string]float32{"hold C": 20, "begin Am7": 1, "begin G7": 1, "begin Em": 1, "begin Dm": 1},
			sounds: "C", want: "Dm 0.25, Em 0.25, G7 0.25",
		},
		"the chord that begins is none of them, the one before may be": {
			logits: map[string]float32{"begin F": 20, "begin C": ln(1), "begin G7": ln(3)},
			sounds: "F", want: "G7 0.75, C 0.25",
		},
		"another chord's hold is not legal": {
			logits: map[string]float32{"hold C": 20, "hold F": 19, "begin Em": 0},
			sounds: "C", want: "Em 1.00",
		},
		"before any chord, all may begin": {
			first:  "none",
			logits: map[string]float32{"none": 20, "begin C": ln(3), "begin F": ln(1)},
			sounds: "N.C.", want: "C 0.75, F 0.25",
		},
		"where none can begin": {
			logits: map[string]float32{"hold C": 0, "none": -20},
			sounds: "C", want: "",
		},
		"at temperature 0 nothing but the likeliest can come": {
			settings: func(s *Settings) { s.Temperature = 0 },
			logits:   map[string]float32{"hold C": 1, "begin F": 0},
			sounds:   "C", want: "",
		},
		"chords that are not allowed are not among them": {
			settings: func(s *Settings) { s.Complexity = Triads },
			logits:   map[string]float32{"hold C": 20, "begin G7": 5, "begin F": 0},
			sounds:   "C", want: "F 1.00",
		},
		"in a frame that allows no change, as if it allowed one": {
			settings: func(s *Settings) { s.ChordGrid = GridBar },
			logits:   map[string]float32{"hold C": 20, "begin F": 0},
			sounds:   "C", want: "F 1.00",
		},
		"with the colour that is set": {
			settings: func(s *Settings) { s.Colour, s.Key = WithSevenths, 1 }, // C major
			logits:   map[string]float32{"hold C": 20, "begin F": ln(3), "begin Dm": ln(1)},
			sounds:   "Cmaj7", want: "Fmaj7 0.75, Dm7 0.25",
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := vocabulary(t)
			s := DefaultSettings()
			s.Listen, s.ChordGrid, s.Temperature = 0, GridFrame, 1
			if c.settings != nil {
				c.settings(&s)
			}
			e, err := NewEngine(v, s, silent{})
			if err != nil {
				t.Fatal(err)
			}
			first := "begin C"
			if c.first != "" {
				first = c.first
			}
			var r FrameReport
			for _, logits := range []map[string]float32{{first: 0}, c.logits} {
				e.Hear()
				if err := e.Decide(logitsOf(v, logits)); err != nil {
					t.Fatal(err)
				}
				if r, err = e.Play(); err != nil {
					t.Fatal(err)
				}
			}
			if got := r.Coming.String(); r.Symbol != c.sounds || got != c.want {
				t.Errorf("after %s: %s, want %s: %s", r.Symbol, got, c.sounds, c.want)
			}
			e.Hear() // and no answer comes
			if r, _ = e.Play(); !r.Missed || r.Coming != (NextChords{}) {
				t.Errorf("in a miss: %s", r.Coming)
			}
		})
	}
}

// The next chords of a report are in order, differ from each other and from the sounding one, and have shares of the whole.
func TestNextChordsOfAnyLogits(t *testing.T) {
	v := vocabulary(t)
	rapid.Check(t, func(t *rapid.T) {
		s := DefaultSettings()
		s.Listen, s.ChordGrid = 0, GridFrame
		s.Temperature = rapid.SampledFrom([]float64{0.3, 1, 2}).Draw(t, "temperature")
		s.TopP = rapid.SampledFrom([]float64{0.5, 1}).Draw(t, "top-p")
		s.Colour = rapid.SampledFrom([]Colour{Plain, WithSevenths, WithNinths}).Draw(t, "colour")
		s.Key = rapid.SampledFrom([]ChordKey{0, 1, 10}).Draw(t, "key")
		e, err := NewEngine(v, s, silent{})
		if err != nil {
			t.Fatal(err)
		}
		for range 8 {
			e.Hear()
			if err := e.Decide(rapid.SliceOfN(rapid.Float32Range(-6, 6), v.Logits(), v.Logits()).Draw(t, "logits")); err != nil {
				t.Fatal(err)
			}
			r, _ := e.Play()
			seen, sum, last := map[string]bool{r.Symbol: true, "": true}, 0.0, float32(1)
			for i, c := range r.Coming {
				if c == (Choice{}) {
					last = 0
					continue
				}
				if sum += float64(c.Prob); seen[c.Symbol] || c.Prob > last || !(c.Prob > 0) || sum > 1+1e-6 {
					t.Errorf("after %s, place %d: %v", r.Symbol, i, r.Coming)
				}
				seen[c.Symbol], last = true, c.Prob
			}
			if s.TopP == 1 && s.Colour == Plain && s.Key == 0 && r.Coming[MaxNext-1] == (Choice{}) {
				t.Errorf("fewer than %d: %v", MaxNext, r.Coming)
			}
		}
	})
}
