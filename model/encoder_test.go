package model

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"jamd/assets"
	"jamd/jam"
)

// The encoder gives the same vectors as train, for the windows that train has measured.
func TestEncoderAsTrain(t *testing.T) {
	var yardstick struct {
		Diversity struct {
			Windows [][]jam.ChordToken `json:"windows"`
			Vectors [][]float64        `json:"vectors"`
		} `json:"diversity"`
	}
	text, err := os.ReadFile("../session/testdata/yardstick.json") // python -m train yardstick writes it
	if err == nil {
		err = json.Unmarshal(text, &yardstick)
	}
	if err != nil || len(yardstick.Diversity.Windows) < 10 {
		t.Fatalf("%d windows, %v", len(yardstick.Diversity.Windows), err)
	}
	e := loadEncoder(t)
	for i, window := range yardstick.Diversity.Windows {
		v, err := e.Embed(window)
		if err != nil || len(v) != len(yardstick.Diversity.Vectors[i]) {
			t.Fatalf("window %d: %d numbers, %v", i, len(v), err)
		}
		for k, want := range yardstick.Diversity.Vectors[i] {
			if math.Abs(v[k]-want) > 2e-3 {
				t.Fatalf("window %d, dimension %d is %v, train has %v", i, k, v[k], want)
			}
		}
	}
}

func loadEncoder(t testing.TB) *Encoder {
	t.Helper()
	e, err := LoadEncoder(testLibrary(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func TestEncoderRefuses(t *testing.T) {
	e := loadEncoder(t)
	window := make([]jam.ChordToken, e.Window())
	if _, err := e.Embed(window); err != nil {
		t.Error(err)
	}
	if _, err := e.Embed(window[1:]); err == nil {
		t.Error("a window that is too short was embedded")
	}
	window[3] = e.Vocabulary().Start() + 1
	if _, err := e.Embed(window); err == nil {
		t.Error("a token that there is not was embedded")
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if _, err := e.Embed(window); err == nil {
		t.Error("a closed encoder embeds")
	}
	policy, err := assets.Files.ReadFile("policies/jamd.onnx")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"a policy": policy, "nothing": nil} {
		if err := (&Encoder{}).open(data, Library{}); err == nil {
			t.Errorf("%s was opened as an encoder", name)
		}
	}
}

func BenchmarkEncoder(b *testing.B) {
	e := loadEncoder(b)
	window := make([]jam.ChordToken, e.Window())
	for b.Loop() {
		if _, err := e.Embed(window); err != nil {
			b.Fatal(err)
		}
	}
}
