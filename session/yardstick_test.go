package session

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"jamd/jam"
)

// A yardstick is what train measures of a few made-up jams: python -m train yardstick writes it, and a test of train holds it.
type yardstick struct {
	Jams []struct {
		Name            string            `json:"name"`
		Melody          []jam.MelodyToken `json:"melody"`
		Chords          []jam.ChordToken  `json:"chords"`
		Inside          int64             `json:"inside"`
		Both            int64             `json:"both"`
		ChangesABar     float64           `json:"changes_a_bar"`
		Distinct        int               `json:"distinct_chords"`
		DurationEntropy float64           `json:"duration_entropy"`
		ChordEntropy    float64           `json:"chord_entropy"`
		Durations       [][2]int64        `json:"durations"`
		Key             int               `json:"key"`
		ByBeat          [][2]int64        `json:"by_beat"`
		Before          [2]int64          `json:"before"`
		Beats           int               `json:"beats_to_recover"`
	} `json:"jams"`
	Diversity struct {
		Chords   [][]jam.ChordToken `json:"chords"`  // of each accompaniment
		Of       []int              `json:"of"`      // whose each window is
		Windows  [][]jam.ChordToken `json:"windows"` //
		Vectors  [][]float64        `json:"vectors"`
		Vendi    float64            `json:"vendi"`
		Interval []float64          `json:"interval"`
	} `json:"diversity"`
	Paired []struct {
		A, B []float64
		T    float64 `json:"t"`
		TP   float64 `json:"t_p"`
		W    float64 `json:"w"`
		WP   float64 `json:"w_p"`
	} `json:"paired"`
}

func readYardstick(t *testing.T) (y yardstick) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "yardstick.json"))
	if err == nil {
		err = json.Unmarshal(text, &y)
	}
	if err != nil || len(y.Jams) < 6 {
		t.Fatalf("%d jams, %v", len(y.Jams), err)
	}
	return y
}

// ours are the chords of train's vocabulary (train/data/tokens.py).
func ours(t *testing.T) *jam.Vocabulary {
	t.Helper()
	var symbols []string
	for _, quality := range []string{"", "m", "7", "m7", "maj7", "sus4", "sus2", "7sus4", "dim", "dim7", "m7b5", "aug", "6", "m6", "5"} {
		for _, root := range []string{"C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"} {
			symbols = append(symbols, root+quality)
		}
	}
	v, err := jam.NewVocabulary(symbols)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// reportsOf are the reports of a jam in which this was played.
func reportsOf(v *jam.Vocabulary, melody []jam.MelodyToken, chords []jam.ChordToken) (reports []jam.FrameReport) {
	for i, token := range chords {
		r := frame(int64(i))
		r.Melody, r.Chosen, r.Sounded, r.Symbol, r.Policy = jam.MelodyStart, token, token, v.Symbol(token), "tiny"
		if i > 0 {
			r.Melody = melody[i-1]
		}
		if chord, ok := v.Index(token); ok {
			r.Began = v.IsBegin(token)
			for _, above := range jam.Qualities[v.Chord(chord).Quality].Intervals {
				r.Voicing.Pitches[r.Voicing.Len] = 48 + v.Chord(chord).Root + above
				r.Voicing.Len++
			}
		}
		reports = append(reports, r)
	}
	return reports
}

// A session of each of train's jams, kept and read again, has the figures that train finds.
func TestFiguresAsTrain(t *testing.T) {
	v := ours(t)
	for _, j := range readYardstick(t).Jams {
		t.Run(j.Name, func(t *testing.T) {
			s := Start(options(t.TempDir()))
			for _, r := range reportsOf(v, j.Melody, j.Chords) {
				s.Entries().TrySend(r.Entry())
			}
			s.Close(t.Context(), jam.Summary{Frames: int64(len(j.Chords)), Melody: j.Melody[len(j.Melody)-1]})
			r, err := Open(s.Dir())
			if err != nil {
				t.Fatal(err)
			}
			f, take, err := r.Figures(nil)
			if err != nil {
				t.Fatal(err)
			}
			if f.Harmony != (Harmony{j.Inside, j.Both}) || f.Distinct != j.Distinct || f.Windows != 0 {
				t.Errorf("%+v, want %d of %d frames inside, %d chords", f.Harmony, j.Inside, j.Both, j.Distinct)
			}
			for name, pair := range map[string][2]float64{"changes a bar": {f.ChangesABar, j.ChangesABar},
				"duration entropy": {f.DurationEntropy, j.DurationEntropy}, "chord entropy": {f.ChordEntropy, j.ChordEntropy}} {
				if math.Abs(pair[0]-pair[1]) > 1e-9 {
					t.Errorf("%s %v, train has %v", name, pair[0], pair[1])
				}
			}
			var durations [][2]int64
			for _, d := range f.Durations {
				durations = append(durations, [2]int64{d.Frames, d.Count})
			}
			if !slices.Equal(durations, j.Durations) {
				t.Errorf("durations %v, train has %v", durations, j.Durations)
			}
			if b := r.Brief(); b.Key != jam.KeyAt(j.Key).String() {
				t.Errorf("key %s, train has %v", b.Key, jam.KeyAt(j.Key))
			}
			if share, frames := take.NoteInChord(); frames != j.Both || math.Abs(share-f.NoteInChord) > 1e-9 {
				t.Errorf("the take has note-in-chord %v of %d frames, the session %v", share, frames, f.NoteInChord)
			}
		})
	}
}

// The adaptation after the beat at which train has the melody jump.
func TestAdaptationAsTrain(t *testing.T) {
	const jump = 16
	v := ours(t)
	for _, j := range readYardstick(t).Jams {
		beats := trackOf(v, j.Melody, j.Chords).beats()
		for i, b := range beats {
			if b.number != int64(i) || b.Harmony != (Harmony{j.ByBeat[i][0], j.ByBeat[i][1]}) {
				t.Fatalf("%s: beat %d is %+v, train has %v", j.Name, i, b, j.ByBeat[i])
			}
		}
		a := adaptation(beats, KeyChange{Beat: jump}, len(beats))
		if a.Before != (Harmony{j.Before[0], j.Before[1]}) || a.Beats != j.Beats || len(a.ByBeat) != afterBeats {
			t.Errorf("%s: %d beats from %+v, train has %d from %v", j.Name, a.Beats, a.Before, j.Beats, j.Before)
		}
	}
}

func trackOf(v *jam.Vocabulary, melody []jam.MelodyToken, chords []jam.ChordToken) *Track {
	var track Track
	for _, r := range reportsOf(v, melody, chords) {
		track.add(&r)
	}
	track.finish(melody[len(melody)-1])
	return &track
}

// A keptEncoder knows the vectors that train's encoder gave, by window.
type keptEncoder struct {
	vocabulary *jam.Vocabulary
	vectors    map[string][]float64
}

func (e keptEncoder) Window() int                 { return 256 }
func (e keptEncoder) Vocabulary() *jam.Vocabulary { return e.vocabulary }

func (e keptEncoder) Embed(window []jam.ChordToken) ([]float64, error) {
	if v, ok := e.vectors[fmt.Sprint(window)]; ok {
		return v, nil
	}
	return nil, fmt.Errorf("no window of train's: %v", window)
}

func TestVendiAsTrain(t *testing.T) {
	y, e := readYardstick(t).Diversity, keptEncoder{ours(t), map[string][]float64{}}
	for i, window := range y.Windows {
		e.vectors[fmt.Sprint(window)] = y.Vectors[i]
	}
	var all Diversity
	var jams []*Diversity
	for i, chords := range y.Chords {
		d, err := trackOf(e.vocabulary, make([]jam.MelodyToken, len(chords)), chords).diversity(e)
		if err != nil {
			t.Fatalf("accompaniment %d: %v", i, err)
		}
		all.join(d)
		jams = append(jams, d)
	}
	if all.Windows != len(y.Windows) || math.Abs(all.Vendi()-y.Vendi) > 1e-4 {
		t.Errorf("Vendi %v of %d windows, train has %v of %d", all.Vendi(), all.Windows, y.Vendi, len(y.Windows))
	}
	value, deviation := jackknife(&all, jams)
	if math.Abs(value-1.96*deviation-y.Interval[1]) > 1e-3 || math.Abs(value+1.96*deviation-y.Interval[2]) > 1e-3 {
		t.Errorf("Vendi %v give or take %v, train has %v", value, 1.96*deviation, y.Interval)
	}
	if _, alone := jackknife(&all, jams[:1]); !math.IsNaN(alone) || (*Diversity)(nil).Vendi() != 0 {
		t.Error("one jam has an error, or none a score")
	}
}

func TestPairedAsScipy(t *testing.T) {
	for i, want := range readYardstick(t).Paired {
		apart := make([]float64, len(want.A))
		for k := range apart {
			apart[k] = want.A[k] - want.B[k]
		}
		got := testPairs(apart)
		for name, pair := range map[string][2]float64{"t": {got.T, want.T}, "its p": {got.TP, want.TP}, "W": {got.W, want.W}, "its p ": {got.WP, want.WP}} {
			if math.Abs(pair[0]-pair[1]) > 1e-9 {
				t.Errorf("sample %d: %s is %v, scipy has %v", i, name, pair[0], pair[1])
			}
		}
	}
	if none := testPairs(nil); !math.IsNaN(none.TP) || !math.IsNaN(none.WP) {
		t.Errorf("without pairs %+v", none)
	}
	if one := testPairs([]float64{2}); !math.IsNaN(one.TP) || one.WP != 1 || one.Mean != 2 {
		t.Errorf("of one pair %+v", one)
	}
}

func TestHolm(t *testing.T) {
	got := holm([]float64{0.01, 0.04, math.NaN(), 0.03, 0.9})
	for i, want := range []float64{0.04, 0.09, math.NaN(), 0.09, 0.9} {
		if math.Abs(got[i]-want) > 1e-12 || math.IsNaN(got[i]) != math.IsNaN(want) {
			t.Errorf("p %d: %v, want %v", i, got[i], want)
		}
	}
}
