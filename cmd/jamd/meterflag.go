package main

import (
	"fmt"

	"jamd/jam"
)

// A meterFlag is a time signature, or auto, which is the zero Meter: it is found in what the player plays. nil: the flag was not given.
type meterFlag struct{ jam.Meter }

const autoMeter = "auto"

// UnmarshalText reads what jam.ParseMeter reads, or auto.
func (f *meterFlag) UnmarshalText(text []byte) (err error) {
	if string(text) == autoMeter {
		f.Meter = jam.Meter{}
		return nil
	}
	if f.Meter, err = jam.ParseMeter(string(text)); err != nil {
		err = fmt.Errorf("%w, or %s", err, autoMeter)
	}
	return err
}

// String returns what UnmarshalText reads.
func (f meterFlag) String() string {
	if f.Meter == (jam.Meter{}) {
		return autoMeter
	}
	return f.Meter.String()
}

func (f *meterFlag) auto() bool { return f != nil && f.Meter == jam.Meter{} }

// or returns the meter that was given, or another if none was.
func (f *meterFlag) or(m jam.Meter) jam.Meter {
	if f == nil || f.auto() {
		return m
	}
	return f.Meter
}
