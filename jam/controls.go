package jam

import (
	"sync"
	"sync/atomic"
)

const paramCount = int(ParamPanic) + 1

// Controls hold what was asked of a loop and is not done yet. Each param has one place: of several values that are asked for
// before the loop takes them, the last one wins. So nothing is refused, however fast a knob turns and however long the
// loop waits for its first note. Any goroutine may ask.
type Controls struct {
	places [paramCount]atomic.Pointer[askedControl]
	wakes  atomic.Pointer[Clock]
	asks   atomic.Uint64 // up to now
	taken  uint64        // asks when takeAll was called last; the loop's own

	asking sync.Mutex // the loop, which may not wait, does without
	closed bool
}

// An askedControl is a control, and how many were asked for before it.
type askedControl struct {
	Control
	order uint64
}

// NewControls makes controls of which nothing is asked.
func NewControls() *Controls { return &Controls{} }

// Ask asks for a control, and wakes the loop. It returns a policy that the loop will not take, which is the caller's to
// release: that of the control that c takes the place of, or c's own after Close. Mostly there is none. A param that does
// not exist is ignored.
func (c *Controls) Ask(control Control) (released Policy) {
	if int(control.Param) >= paramCount {
		return control.Policy
	}
	c.asking.Lock()
	defer c.asking.Unlock()
	if c.closed {
		return control.Policy
	}
	before := c.places[control.Param].Swap(&askedControl{control, c.asks.Load()})
	c.asks.Add(1)
	if clock := c.wakes.Load(); clock != nil {
		(*clock).Wake()
	}
	if before == nil {
		return nil
	}
	return before.Policy
}

// Close ends the controls, when the loop is over. It returns the policy that was asked for and never taken, if there is
// one; from now on Ask returns the policy that it is given.
func (c *Controls) Close() (released Policy) {
	c.asking.Lock()
	defer c.asking.Unlock()
	c.closed = true
	left, _ := c.take(ParamPolicy)
	return left.Policy
}

// wake makes every Ask wake a clock.
func (c *Controls) wake(clock Clock) {
	c.wakes.Store(&clock)
	clock.Wake() // for what is there already
}

// take takes what was asked of a param.
func (c *Controls) take(p Param) (askedControl, bool) {
	if c.places[p].Load() == nil {
		return askedControl{}, false
	}
	if asked := c.places[p].Swap(nil); asked != nil {
		return *asked, true
	}
	return askedControl{}, false
}

// value is what was asked of a param, or else the given value.
func (c *Controls) value(p Param, otherwise float64) float64 {
	if asked := c.places[p].Load(); asked != nil {
		return asked.Value
	}
	return otherwise
}

// takeAll takes all that was asked, in the order of asking, but what the loop does between frames. It returns how many.
func (c *Controls) takeAll(into *[paramCount]askedControl) (n int) {
	asks := c.asks.Load()
	if asks == c.taken {
		return 0
	}
	c.taken = asks
	for p := range Param(paramCount) {
		if p == ParamPanic || p == ParamTap {
			continue
		}
		asked, ok := c.take(p)
		if !ok {
			continue
		}
		at := n
		for ; at > 0 && into[at-1].order > asked.order; at-- {
			into[at] = into[at-1]
		}
		into[at] = asked
		n++
	}
	return n
}
