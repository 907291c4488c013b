package jam_test

import (
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
		if got := meter.Position(c.frame); err != nil || got != c.want {
			t.Errorf("frame %d in %s is %s, want %s", c.frame, c.meter, got, c.want)
		}
	}
}
