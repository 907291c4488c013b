package jam

import (
	"cmp"
	"slices"
	"time"
)

// An offline drives an engine as fast as its policy answers. [Accompany] and [AccompanyPlayer] share it.
type offline struct {
	memory  Memory
	engine  *Engine
	clock   Clock // measures how long steps take
	readers []func(Entry)
	builder *TakeBuilder
	events  []Event // events of the tune that the engine has not been given yet, in order of time

	inference []time.Duration // duration of each frame's policy step
	lines     []time.Duration // time at which each frame began
}

func newOffline(p Policy, e *Engine, builder *TakeBuilder, events []Event, readers []func(Entry)) offline {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b Event) int { return cmp.Compare(a.At, b.At) })
	return offline{memory: NewMemory(p), engine: e, clock: NewLiveClock(), readers: readers, builder: builder, events: events}
}

func (o *offline) tell(e Entry) {
	for _, read := range o.readers {
		read(e)
	}
}

// hear gives the engine the next event.
func (o *offline) hear() {
	o.engine.Push(o.events[0])
	o.tell(Input{o.engine.Frame(), o.events[0]}.Entry())
	o.events = o.events[1:]
}

// hearBefore gives the engine the events before a frame.
func (o *offline) hearBefore(frame int64) {
	for len(o.events) > 0 && o.engine.Nearest(o.events[0].At) < frame {
		o.hear()
	}
}

// step gives the policy the last frame, and returns its logits for the next one.
func (o *offline) step() ([]float32, error) {
	chord, melody, place := o.engine.Hear()
	began := o.clock.Now()
	o.memory.SetBusy(o.engine.Busy())
	logits, err := o.memory.Step(o.engine.Frame(), chord, melody, place)
	o.inference = append(o.inference, o.clock.Now()-began)
	return logits, err
}

// play lets the policy decide the next frame, plays it, and tells the readers. follows is the state of following for the report.
func (o *offline) play(follows FollowState) error {
	t := o.engine.Frame()
	logits, err := o.step()
	if err == nil {
		err = o.engine.Decide(logits)
	}
	if err != nil {
		return err
	}
	report, _ := o.engine.Play() // this output never fails
	report.Step, report.Tempo, report.Follow = o.inference[t], o.engine.Grid().tempo(t), follows
	o.builder.Add(report)
	o.tell(report.Entry())
	return nil
}
