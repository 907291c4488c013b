package jam

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

// A way plays one chord after another in close position, within the register.
type way func(from Voicing, c Chord) Voicing

// closePositions are all layouts of a chord in close position in the register of the default settings.
func closePositions(c Chord) (out []Voicing) {
	s := DefaultSettings()
	for low := s.Low; low <= s.High; low++ {
		if v, ok := closePosition(c, low, s.High); ok {
			out = append(out, v)
		}
	}
	return out
}

// best is the layout of least cost, the lowest of several.
func best(layouts []Voicing, cost func(Voicing) int) (found Voicing) {
	for i, v := range layouts {
		if i == 0 || cost(v) < cost(found) {
			found = v
		}
	}
	return found
}

// rootPosition has the root at the bottom of every chord, as near as possible to the root before.
func rootPosition(from Voicing, c Chord) Voicing {
	var layouts []Voicing
	for _, v := range closePositions(c) {
		if v.Pitches[0]%12 == c.Root {
			layouts = append(layouts, v)
		}
	}
	return best(layouts, func(v Voicing) int { return nearness(from, v) })
}

func nearness(from, v Voicing) int {
	if from.Len == 0 {
		return abs(int(v.Pitches[0]) - int(DefaultSettings().Low+6))
	}
	moved, _ := movement(&from, &v)
	return moved
}

// topNote is what a pianist's right hand does with a lead sheet: it takes the inversion whose top note is nearest to the one
// before, because that voice is heard.
func topNote(from Voicing, c Chord) Voicing {
	return best(closePositions(c), func(v Voicing) int {
		if from.Len == 0 {
			return nearness(from, v)
		}
		top := abs(int(v.Pitches[v.Len-1]) - int(from.Pitches[from.Len-1]))
		return 100*top + nearness(from, v)
	})
}

// movement is the mean number of semitones that a voice moves between two different chords.
func (w way) movement(chords []Chord) float64 {
	var from Voicing
	sum, changes := 0.0, 0
	for i, c := range chords {
		to := w(from, c)
		if i > 0 && c != chords[i-1] {
			sum += perVoice(from, to)
			changes++
		}
		from = to
	}
	return sum / float64(changes)
}

func perVoice(from, to Voicing) float64 {
	moved, _ := movement(&from, &to)
	return float64(moved) / float64(max(from.Len, to.Len))
}

// least is the mean movement of the best way in close position with knowledge of the whole tune, by dynamic programming.
func least(chords []Chord) float64 {
	type state struct {
		v   Voicing
		sum float64
	}
	var states []state
	changes := 0
	for i, c := range chords {
		if i > 0 && c == chords[i-1] {
			continue
		}
		var next []state
		for _, v := range closePositions(c) {
			cheapest := -1.0
			for _, s := range states {
				if sum := s.sum + perVoice(s.v, v); cheapest < 0 || sum < cheapest {
					cheapest = sum
				}
			}
			next = append(next, state{v, max(cheapest, 0)})
		}
		states = next
		changes++
	}
	out := states[0].sum
	for _, s := range states {
		out = min(out, s.sum)
	}
	return out / float64(changes-1)
}

// The table of docs/voicing.md is as measured, and the voicer moves no more than a pianist does.
func TestVoiceLeading(t *testing.T) {
	text, err := os.ReadFile("testdata/chords.txt")
	if err != nil {
		t.Fatal(err)
	}
	voicer := NewVoicer(DefaultSettings())
	ours := way(func(from Voicing, c Chord) Voicing {
		next := voicer.Voice(Layout{Upper: from}, c)
		return next.Upper
	})
	table := "| tune | changes | root position | pianist's close position | jamd | least possible |\n| --- | --- | --- | --- | --- | --- |\n"
	for line := range strings.Lines(string(text)) {
		name, symbols, found := strings.Cut(line, ":")
		if !found || strings.HasPrefix(line, "#") {
			continue
		}
		var chords []Chord
		changes := -1
		for _, symbol := range strings.Fields(symbols) {
			if c := chord(t, symbol); len(chords) == 0 || c != chords[len(chords)-1] {
				chords = append(chords, c)
				changes++
			}
		}
		root, pianist, jamd, bound := way(rootPosition).movement(chords), way(topNote).movement(chords), ours.movement(chords), least(chords)
		if jamd > pianist || jamd > root || jamd < bound-1e-9 {
			t.Errorf("%s: root position %.2f, pianist %.2f, jamd %.2f, least %.2f", name, root, pianist, jamd, bound)
		}
		table += fmt.Sprintf("| %s | %d | %.2f | %.2f | %.2f | %.2f |\n", name, changes, root, pianist, jamd, bound)
	}
	const page, begin, end = "../docs/voicing.md", "<!-- measured -->\n", "<!-- end -->\n"
	doc, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(doc), begin)
	measured, after, foundEnd := strings.Cut(rest, end)
	if !found || !foundEnd {
		t.Fatalf("%s has no table between its two comments", page)
	}
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(page, []byte(before+begin+table+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if measured != table {
		t.Errorf("the table of %s is another (go test ./jam -run TestVoiceLeading -update):\n%s", page, table)
	}
}
