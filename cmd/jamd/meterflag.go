package main

import (
	"fmt"

	"jamd/jam"
)

// A meterFlag is a time signature, or the zero Meter for auto: the meter is found in the playing. It is nil if the flag was not
// given.
type meterFlag struct{ jam.Meter }

const autoMeter = "auto"

// UnmarshalText reads auto, or a time signature as jam.ParseMeter does.
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

// or returns the meter that was given, or m if none was.
func (f *meterFlag) or(m jam.Meter) jam.Meter {
	if f == nil || f.auto() {
		return m
	}
	return f.Meter
}
