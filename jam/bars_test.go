package jam_test

import (
	"slices"
	"testing"

	"jamd/jam"
)

func TestPosition(t *testing.T) {
	for _, c := range []struct {
		meter string
		frame int64
		want  string
	}{
		{"4/4", 0, "1.1"}, {"4/4", 15, "1.4+3"}, {"4/4", 16, "2.1"}, {"3/4", 16, "2.2"},
		{"6/8", 5, "1.1+5"}, {"6/8", 6, "1.2"}, {"6/8", 12, "2.1"}, {"12/8", 23, "1.4+5"},
	} {
		meter, err := jam.ParseMeter(c.meter)
		if got := (jam.Bars{Meter: meter}).Position(c.frame); err != nil || got != c.want {
			t.Errorf("frame %d in %s is %s, want %s", c.frame, c.meter, got, c.want)
		}
	}
}

// A pickup of a beat, two bars of 4/4, a bar of 3/4 that is cut short, and 6/8.
func TestBarsOfSeveralMeters(t *testing.T) {
	bars := jam.Bars{Meter: jam.Quarters(1), Changes: []jam.MeterChange{
		{Frame: 4, Meter: jam.Quarters(4)}, {Frame: 36, Meter: jam.Quarters(3)}, {Frame: 42, Meter: jam.Meter{Count: 6, Unit: 8}},
	}}
	for frame, want := range map[int64]string{0: "0.4", 3: "0.4+3", 4: "1.1", 19: "1.4+3", 20: "2.1", 36: "3.1", 41: "3.2+1", 42: "4.1", 48: "4.2", 54: "5.1"} {
		if got := bars.Position(frame); got != want {
			t.Errorf("frame %d is at %s, want %s", frame, got, want)
		}
	}
	for frames, want := range map[int64]int64{0: 0, 1: 4, 4: 4, 5: 20, 21: 36, 37: 42, 43: 54, 55: 66} {
		if got := bars.Whole(frames); got != want {
			t.Errorf("%d frames are %d in whole bars, want %d", frames, got, want)
		}
	}
}

// A first bar is a pickup if it is shorter than a bar of the meter that follows it.
func TestPickup(t *testing.T) {
	three, four := jam.Quarters(3), jam.Quarters(4)
	for _, c := range []struct {
		name string
		bars jam.Bars
		want jam.Meter
	}{
		{"one meter", jam.Bars{Meter: four}, jam.Meter{}},
		{"a beat", jam.Bars{Meter: jam.Quarters(1), Changes: []jam.MeterChange{{Frame: 4, Meter: four}}}, four},
		{"a bar cut short", jam.Bars{Meter: four, Changes: []jam.MeterChange{{Frame: 6, Meter: four}}}, four},
		{"two bars of 3/4", jam.Bars{Meter: three, Changes: []jam.MeterChange{{Frame: 24, Meter: four}}}, jam.Meter{}},
		{"a longer first bar", jam.Bars{Meter: four, Changes: []jam.MeterChange{{Frame: 16, Meter: three}}}, jam.Meter{}},
		{"two short bars", jam.Bars{Meter: jam.Quarters(1), Changes: []jam.MeterChange{{Frame: 8, Meter: four}}}, jam.Meter{}},
	} {
		if got := c.bars.Pickup(); got != c.want {
			t.Errorf("%s: a pickup in %v, want %v", c.name, got, c.want)
		}
	}
}

// A pickup that is known to be the end of a bar has the bars of one that is a short first bar.
func TestPickupInABar(t *testing.T) {
	six := jam.Meter{Count: 6, Unit: 8}
	short := jam.Bars{Meter: jam.Quarters(1), Changes: []jam.MeterChange{{Frame: 2, Meter: six}, {Frame: 26, Meter: jam.Quarters(3)}}}
	known := jam.Bars{Meter: jam.Quarters(4), Changes: []jam.MeterChange{{Meter: six, Into: 10}, {Frame: 26, Meter: jam.Quarters(3)}}}
	if known.Pickup() != six {
		t.Errorf("a pickup in %v", known.Pickup())
	}
	for frame := range int64(60) {
		if got, want := known.At(frame), short.At(frame); got != want || known.Position(frame) != short.Position(frame) {
			t.Errorf("frame %d is in %+v, want %+v", frame, got, want)
		}
	}
	for _, into := range []int64{-1, 12} {
		if err := (jam.MeterChange{Meter: six, Into: into}).Check(); err == nil {
			t.Errorf("%d frames into a bar of 6/8 are no error", into)
		}
	}
}

func TestPickupIsClickedAsTheEndOfABar(t *testing.T) {
	take := jam.Take{Meter: jam.Quarters(2), Meters: []jam.MeterChange{{Frame: 8, Meter: jam.Quarters(3)}}, Frames: 20}
	take.ClickBeats(90)
	var got [][2]int64
	for _, c := range take.Click {
		got = append(got, [2]int64{c.Frame, int64(c.Pitch)})
	}
	beat, downbeat := got[0][1], got[2][1]
	if want := [][2]int64{{0, beat}, {4, beat}, {8, downbeat}, {12, beat}, {16, beat}}; beat == downbeat || !slices.Equal(got, want) {
		t.Errorf("clicks at %v, want %v", got, want)
	}
}
