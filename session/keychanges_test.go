package session

import (
	"testing"

	"jamd/jam"
)

// phrase is a melody over beats of a key: its triad, with its scale between.
func phrase(k jam.Key, beats int) (heard []PitchClasses) {
	degrees := []int{0, 4, 7, 5, 4, 2, 0, 11, 0, 9, 7, 4}
	if k.Minor {
		degrees = []int{0, 3, 7, 5, 3, 2, 0, 10, 0, 8, 7, 3}
	}
	for beat := range beats {
		var h PitchClasses
		for _, degree := range []int{degrees[2*beat%12], degrees[(2*beat+1)%12]} {
			h[(int(k.Tonic)+degree)%12] += 2
		}
		heard = append(heard, h)
	}
	return heard
}

func TestKeyChanges(t *testing.T) {
	keyNamed := func(name string) jam.Key {
		k, err := jam.ParseKey(name)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	tests := []struct {
		name string
		keys []string // 32 beats of each
		want []string // that are entered
	}{
		{"one key", []string{"C", "C", "C"}, nil},
		{"a tritone", []string{"C", "F#"}, []string{"F#"}},
		{"and back", []string{"Am", "Bbm", "Am"}, []string{"Bbm", "Am"}},
		{"a whole tone, twice", []string{"Eb", "F", "G"}, []string{"F", "G"}},
		{"the relative minor", []string{"C", "Am"}, nil},
		{"the parallel minor", []string{"C", "Cm"}, []string{"Cm"}},
	}
	for _, tt := range tests {
		var heard []PitchClasses
		for _, name := range tt.keys {
			heard = append(heard, phrase(keyNamed(name), 32)...)
		}
		changes := keyChanges(heard)
		if len(changes) != len(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, changes, tt.want)
			continue
		}
		at := 0
		for i, c := range changes {
			for at++; keyNamed(tt.keys[at]).Signature() == keyNamed(tt.keys[at-1]).Signature(); at++ {
			}
			if c.To != keyNamed(tt.want[i]) || c.Beat < 32*at-2 || c.Beat > 32*at+2 {
				t.Errorf("%s: change %d is %v, want %s at beat %d", tt.name, i, c, tt.want[i], 32*at)
			}
		}
	}
	if changes := keyChanges(nil); len(changes) > 0 {
		t.Errorf("of nothing: %v", changes)
	}
	if changes := keyChanges(make([]PitchClasses, 100)); len(changes) > 0 {
		t.Errorf("of silence: %v", changes)
	}
}
