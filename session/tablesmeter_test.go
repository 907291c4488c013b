package session

import (
	"testing"

	"jamd/jam"
)

// A meter without groups stands in the tables as in its recording.
func TestTablesHaveTheRecordedMeter(t *testing.T) {
	r := &Record{Dir: t.TempDir(), Manifest: Manifest{Settings: jam.DefaultSettings()}}
	r.Manifest.Settings.Meter = jam.Quarters(5)
	if got := r.sessionRow().Meter; got != "5/4" {
		t.Errorf("the meter is %s", got)
	}
}
