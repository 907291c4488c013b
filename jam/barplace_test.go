package jam_test

import (
	"testing"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/jam/jamtest"
)

func TestPlaces(t *testing.T) {
	meter := func(text string) jam.Meter {
		m, err := jam.ParseMeter(text)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, c := range []struct {
		meter jam.Meter
		after int64
		want  jam.BarPlace
	}{
		{jam.Meter{Count: 4, Unit: 4}, 0, 1}, {jam.Meter{Count: 4, Unit: 4}, 15, 16}, {jam.Meter{Count: 4, Unit: 4}, 16, 1},
		{jam.Meter{Count: 3, Unit: 4}, 0, 17}, {jam.Meter{Count: 3, Unit: 4}, 11, 28}, {jam.Meter{Count: 3, Unit: 4}, 24, 17},
		{jam.Meter{Count: 6, Unit: 8}, 0, 29}, {jam.Meter{Count: 6, Unit: 8}, 11, 40}, {jam.Meter{Count: 6, Unit: 8}, 13, 30},
		{jam.Quarters(2), 7, 8}, {jam.Quarters(2), 8, 1}, {jam.Quarters(8), 16, 1}, {jam.Quarters(8), 31, 16},
		{jam.Quarters(6), 12, 17}, {jam.Quarters(6), 23, 28},
		{meter("3+3+2/4"), 11, 28}, {meter("3+3+2/4"), 12, 17}, {meter("3+3+2/4"), 24, 1}, {meter("3+3+2/4"), 31, 8}, {meter("4+4/4"), 31, 16},
		{meter("4+2/4"), 15, 16}, {meter("4+2/4"), 16, 1}, {meter("2+2+2/4"), 12, 5}, {meter("3+3/4"), 12, 17},
		{jam.Meter{Count: 12, Unit: 8}, 11, 40}, {jam.Meter{Count: 12, Unit: 8}, 12, 29},
		{jam.Meter{Count: 9, Unit: 8}, 5, 34}, {jam.Meter{Count: 9, Unit: 8}, 6, 29}, {jam.Meter{Count: 9, Unit: 8}, 18, 29},
		{meter("5/4"), 0, 17}, {meter("5/4"), 11, 28}, {meter("5/4"), 12, 1}, {meter("5/4"), 19, 8}, {meter("5/4"), 20, 17},
		{meter("7/4"), 15, 16}, {meter("7/4"), 16, 17}, {meter("7/8"), 3, 4}, {meter("7/8"), 4, 1}, {meter("7/8"), 8, 29}, {meter("7/8"), 13, 34},
		{meter("6+4/8"), 0, 29}, {meter("6+4/8"), 11, 40}, {meter("6+4/8"), 12, 1}, {meter("9/8=2+2+2+3"), 11, 4}, {meter("9/8=2+2+2+3"), 17, 34},
		{meter("5+2/4"), 3, jam.UnknownPlace}, {meter("5+2/4"), 20, 1}, {meter("7/16"), 5, jam.UnknownPlace},
		{jam.Quarters(5), 3, jam.UnknownPlace}, {jam.Quarters(1), 0, jam.UnknownPlace}, {jam.Meter{}, 3, jam.UnknownPlace},
	} {
		if got := c.meter.Place(c.after); got != c.want {
			t.Errorf("%v, %d frames after a bar line: place %d, want %d", c.meter, c.after, got, c.want)
		}
	}
}

// For any meter, the engine tells the policy the place of the frame that is decided, and bars follow one another. A change may lie
// within a bar.
func TestEngineTellsPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySettings(t)
		e, err := jam.NewEngine(jamtest.NewPolicy(1).Vocabulary(), s, jamtest.NewOutput(nil))
		if err != nil {
			t.Fatal(err)
		}
		changes := map[int64]jam.MeterChange{}
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			to := rapid.SampledFrom([]jam.Meter{{Count: 3, Unit: 4}, {Count: 4, Unit: 4}, {Count: 6, Unit: 8}, jam.Quarters(5)}).Draw(t, "to")
			changes[rapid.Int64Range(0, 150).Draw(t, "at")] = jam.MeterChange{Meter: to, Into: rapid.Int64Range(0, to.Bar()-1).Draw(t, "into")}
		}
		meter, line := s.Meter, int64(0)
		for frame := range int64(200) {
			if to, ok := changes[frame]; ok {
				if err := e.ChangeMeter(to); err != nil {
					t.Fatal(err)
				}
				meter, line = to.Meter, frame-to.Into
			}
			if _, _, place := e.Hear(); place != meter.Place(frame-line) {
				t.Fatalf("frame %d: place %d, %d frames after a bar line of %v", frame, place, frame-line, meter)
			}
			_, _ = e.Play()
		}
	})
}
