package live

import (
	"math"

	"github.com/rs/zerolog"

	"jamd/jam"
	"jamd/latency"
	"jamd/midiio"
	"jamd/ui"
)

// FrameField is the field of a log entry that holds the number of the frame it is about.
const FrameField = "frame"

// tellNews writes what went wrong in the jam, and what happened to its ports, to the log and to the pages. It returns when the
// entries end.
func (j *Jam) tellNews() {
	for {
		select {
		case e, open := <-j.news.C():
			switch {
			case !open:
				j.tellChanges()
				return
			case e.Kind == jam.EntryError:
				j.log.Error().Msg(e.Err.Error())
				j.notice(ui.Notice{Code: ui.NoticeProblem, Args: args{}, Text: e.Err.Error(), Why: problem("", e.Err)})
			case e.Kind == jam.EntryMeter:
				bars := j.Bars().Add(e.Meter)
				j.bars.Store(&bars)
				j.changed(e.Meter.Frame)
			case e.Kind == jam.EntryReport:
				j.tellFrame(e.Report)
			}
		case c := <-j.portChanges.C():
			j.tellPort(c)
		}
	}
}

// tellFrame handles the report of a frame. Some choices are fixed from the first frame on, so the pages are told.
func (j *Jam) tellFrame(r jam.FrameReport) {
	j.tellEarOf(r)
	j.tellMeter(&r)
	j.tempo.Store(math.Float64bits(r.Tempo))
	if !j.begun.Swap(true) {
		j.changed(r.Frame)
	}
	if err := j.recorder.session.Lost(); err != nil {
		j.log.Error().Int64(FrameField, r.Frame).Msg(err.Error())
	}
	j.tellChanges()
}

// tellChanges writes what the guard has changed to the log, and changes that can be heard also to the pages.
func (j *Jam) tellChanges() {
	for n := len(j.Changes.C()); n > 0; n-- {
		c := <-j.Changes.C()
		if j.metrics != nil {
			j.metrics.Changed(c)
		}
		j.tellChange(c)
	}
}

func (j *Jam) tellChange(c latency.Change) {
	at, level := j.Bars().Position(c.Frame), zerolog.DebugLevel
	if c.Grave() {
		level = zerolog.WarnLevel
		j.notice(guardNotice(at, c))
	}
	j.log.WithLevel(level).Int64(FrameField, c.Frame).Msgf("at %s: %v", at, c)
}

func (j *Jam) tellPort(c midiio.Change) {
	level := zerolog.WarnLevel
	if c.Event == midiio.Back {
		level = zerolog.InfoLevel
	}
	j.log.WithLevel(level).Msg(c.String())
	j.notice(portNotice(c))
	if told := j.options.Keyboard; told != nil && c.Event == midiio.Back && j.input != nil && c.Port == j.input.info() {
		told(c.Port.Name, true)
	}
}

// changed tells the pages that settings have changed from a frame on.
func (j *Jam) changed(frame int64) {
	if j.host.server != nil {
		j.host.server.Changed(frame)
	}
}
