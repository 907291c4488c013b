package jam

import (
	"sync"
	"sync/atomic"
)

const paramCount = int(ParamPanic) + 1

// Controls hold the controls that were requested and have not taken effect yet. Each param has one place: if several values
// are requested before the loop takes them, the last one wins. So no control is refused, however fast a knob turns and
// however long the loop waits for its first note. Any goroutine may call Ask.
type Controls struct {
	places [paramCount]atomic.Pointer[askedControl]
	wakes  atomic.Pointer[Clock]
	asks   atomic.Uint64 // number of asks so far
	taken  uint64        // asks at the last takeAll; used by the loop only

	asking sync.Mutex // held by those who ask; the loop never waits for it
	closed bool
}

// An askedControl is a control and its number in the order of asking.
type askedControl struct {
	Control
	order uint64
}

// NewControls makes empty Controls.
func NewControls() *Controls { return &Controls{} }

// Ask requests a control and wakes the loop. It returns a policy that the loop will not take and the caller must release:
// one that was requested before and not taken yet or, after Close, the control's own. Usually there is none. A param that
// does not exist is ignored.
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

// Close ends the controls when the loop is over. It returns a policy that was requested and never taken, if there is one.
// From now on, Ask returns the policy of its control.
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
	clock.Wake() // for what is already there
}

// take removes and returns what was asked of a param.
func (c *Controls) take(p Param) (askedControl, bool) {
	if c.places[p].Load() == nil {
		return askedControl{}, false
	}
	if asked := c.places[p].Swap(nil); asked != nil {
		return *asked, true
	}
	return askedControl{}, false
}

// value returns what was asked of a param, or else the given value.
func (c *Controls) value(p Param, otherwise float64) float64 {
	if asked := c.places[p].Load(); asked != nil {
		return asked.Value
	}
	return otherwise
}

// takeAll removes all that was asked, except what the loop does between frames, and returns the number of controls. They are in
// the order of asking.
func (c *Controls) takeAll(into *[paramCount]askedControl) (n int) {
	asks := c.asks.Load()
	if asks == c.taken {
		return 0
	}
	c.taken = asks
	for p := range Param(paramCount) {
		if p == ParamPanic || p == ParamTap || p == ParamOne {
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
