package live

import (
	"fmt"

	"jamd/jam"
	"jamd/ui"
)

// autoMeter stands for a meter that is found in what the player plays.
const autoMeter = "auto"

// toldMeter returns the meter that the player has set, or the zero Meter if it is to be found. A jam that keeps its own time
// always has a meter.
func (j *Jam) toldMeter() jam.Meter {
	s := &j.Config.Settings
	if s.FindMeter && j.follows() {
		return jam.Meter{}
	}
	return s.Meter
}

func (j *Jam) showMeter(p *ui.Param) {
	s := j.controls.Settings()
	if p.Value = s.Meter.String(); s.FindMeter {
		p.Value = autoMeter
	}
	switch {
	case j.melody.agent != nil:
		p.Fix(ui.ReasonAgent, "an agent plays: it keeps the meter that it began with")
	case j.melody.tune != nil:
		p.Fix(ui.ReasonTune, "a file plays the melody: it has its own meter")
	case !j.follows() && j.hasBegun():
		p.Fix(ui.ReasonJamBegun, "the bars are counted as the jam began: stop, and choose before the next one begins")
	}
}

// setMeter sets the meter. A jam that follows its player uses it from the next bar line on. Otherwise the jam, which has not
// begun, ends, and the next one uses it.
func (j *Jam) setMeter(value string) error {
	if value == autoMeter && !j.follows() {
		return refused(ui.ReasonMeterFollows, "jamd can find your meter only where it follows you: choose the clock 'follow' first")
	}
	var m jam.Meter
	if value != autoMeter {
		var err error
		if m, err = jam.ParseMeter(value); err != nil {
			return err
		}
	}
	j.controls.setMeter(m)
	if j.follows() {
		j.ear.SetMeter(m, j.Clock.Now())
	} else {
		j.end(nextWaits)
	}
	return nil
}

// setMeter stores the meter for this jam and the next ones; the zero Meter means that it is to be found.
func (c *controls) setMeter(m jam.Meter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settings.FindMeter = m == jam.Meter{}
	if !c.settings.FindMeter {
		c.settings.Meter = m
	}
}

// FoundMeter returns the meter that was found in the playing. It returns the zero Meter before that, or if the player has set one.
func (j *Jam) FoundMeter() jam.Meter {
	if s := j.controls.Settings(); !s.FindMeter || !j.follows() {
		return jam.Meter{}
	}
	return j.ear.Meter()
}

// tellMeter shows a notice when a meter has been found.
func (j *Jam) tellMeter(r *jam.FrameReport) {
	m := j.FoundMeter()
	if m == j.found {
		return
	}
	if j.found = m; m == (jam.Meter{}) {
		return
	}
	text := fmt.Sprintf("Your meter is %v", m)
	j.log.Info().Int64(FrameField, r.Frame).Msg(text)
	j.notice(ui.Notice{Code: ui.NoticeMeter, Args: args{"meter": m.String()}, Text: text})
}
