package jam

import (
	"sync"
	"sync/atomic"
)

const paramCount = int(ParamPanic) + 1

// Controls hold the controls that were requested and have not taken effect yet. Each param has one place: if it is requested
// several times before the loop takes it, the last value wins. So no control is refused, however fast a knob turns and however
// long the loop waits for its first note. Ask is safe for concurrent use.
type Controls struct {
	places [paramCount]atomic.Pointer[askedControl]
	wakes  atomic.Pointer[Clock]
	asks   atomic.Uint64 // number of requests so far
	taken  uint64        // requests at the last takeAll; only the loop uses it

	asking sync.Mutex // held by those who ask; the loop never waits for it
	closed bool
}

// An askedControl is a requested control and its number in the order of requests.
type askedControl struct {
	Control
	order uint64
}

// NewControls makes empty Controls.
func NewControls() *Controls { return &Controls{} }

// Ask requests a control and wakes the loop. It returns a policy that the loop will not take, which the caller must release: one
// that was requested earlier and not taken yet or, after Close, the control's own. Usually there is none. A param that does not
// exist is ignored.
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

// Close ends the controls. The loop must have ended. It returns a policy that was requested and never taken, or nil. After Close,
// Ask returns the policy of its control.
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
	clock.Wake() // for requests that are already there
}

// take removes and returns the request for a param.
func (c *Controls) take(p Param) (askedControl, bool) {
	if c.places[p].Load() == nil {
		return askedControl{}, false
	}
	if asked := c.places[p].Swap(nil); asked != nil {
		return *asked, true
	}
	return askedControl{}, false
}

// value returns the requested value of a param, or else the given one.
func (c *Controls) value(p Param, otherwise float64) float64 {
	if asked := c.places[p].Load(); asked != nil {
		return asked.Value
	}
	return otherwise
}

// takeAll removes all requests, except those that the loop handles between frames. It stores them in the order of requests and
// returns their number.
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
