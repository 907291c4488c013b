package latency

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
)

const at120 = 125 * time.Millisecond

func ms(values ...float64) (d []time.Duration) {
	for _, v := range values {
		d = append(d, time.Duration(v*float64(time.Millisecond)))
	}
	return d
}

func TestLeadBeforeAnythingIsPlayed(t *testing.T) {
	tests := []struct {
		name  string
		steps []time.Duration
		frame time.Duration
		want  time.Duration
	}{
		{"nothing measured", nil, at120, margin},
		{"one step", ms(3), at120, 3*time.Millisecond + margin},
		{"the cold steps do not count", ms(400, 30, 1, 2), at120, 2*time.Millisecond + margin},
		{"in any order", ms(1, 1, 1, 1, 3, 9, 2, 1), at120, 9*time.Millisecond + margin},
		{"a slow policy", ms(80, 80), at120, at120 * 7 / 16},
		{"a fast tempo", ms(1, 1), 32 * time.Millisecond, 14 * time.Millisecond},
		{"no time at all", ms(1, 1), 16, 7},
	}
	for _, tt := range tests {
		if got := NewGuard(GuardConfig{Steps: tt.steps}).Orders(tt.frame); got != (jam.Orders{Lead: tt.want}) {
			t.Errorf("%s: %+v, want %v", tt.name, got, tt.want)
		}
	}
}

// A machine plays a jam under a guard: it wakes as late and steps as slowly as it is told to, and a step that is not done at
// its line delays the next one.
type machine struct {
	guard  jam.Guard
	frame  time.Duration
	n      int64
	busy   time.Duration // until when the policy is
	report jam.FrameReport
	orders jam.Orders
	misses int
	silent bool // about the policy while the chord is held
}

// play plays a frame; faster is how long a step of the faster variant takes.
func (m *machine) play(late, step, faster time.Duration) {
	m.orders = m.guard.Orders(m.frame)
	o := m.orders
	line := time.Duration(m.n+1) * m.frame
	woke := line - o.Lead + late
	if o.Rung == jam.RungFaster {
		step = faster
	}
	r := &m.report
	*r = jam.FrameReport{Frame: m.n, Line: line, Lead: line - woke, Rung: o.Rung}
	if m.busy > woke {
		r.Behind = 1
	}
	m.busy = max(m.busy, woke) + step
	switch {
	case m.silent && o.Rung == jam.RungHold:
	case m.busy > line:
		r.Missed = true
		m.misses++
	default:
		r.Step = step
	}
	m.n++
	m.guard.Saw(r)
}

func drain(q *jam.Queue[Change]) (all []Change) {
	for len(q.C()) > 0 {
		all = append(all, <-q.C())
	}
	return all
}

// levels writes changes as words.
func levels(changes []Change) (words []string) {
	for _, c := range changes {
		word := map[Kind]string{LeadWidened: "wide", LeadNarrowed: "near", BudgetBroken: "broken", BudgetMet: "met"}[c.Kind]
		if c.Kind == RungChanged {
			word = c.Rung.String()
		}
		words = append(words, word+" "+c.Cause.String())
	}
	return words
}

func TestLadder(t *testing.T) {
	type part struct {
		frames             int
		late, step, faster float64 // ms
	}
	tests := []struct {
		name   string
		faster bool
		budget float64
		parts  []part
		want   []string
		rung   jam.Rung // at the end
	}{
		{"all is well", true, 0, []part{{5000, 1, 1, 1}}, nil, jam.RungFull},
		{"the lead follows what is slow slowly", false, 0, []part{{300, 0, 1, 1}, {300, 0, 12, 1}, {300, 0, 24, 1}}, nil, jam.RungFull},
		{"one spike", true, 0, []part{{50, 0, 1, 1}, {1, 0, 30, 1}, {300, 0, 1, 1}},
			[]string{"wide slow step", "near calm"}, jam.RungFull},
		{"woken late once", true, 0, []part{{50, 0, 1, 1}, {1, 16, 1, 1}, {300, 0, 1, 1}},
			[]string{"wide late wake", "near calm"}, jam.RungFull},
		{"a faster variant helps", true, 0, []part{{50, 0, 1, 1}, {5, 0, 60, 5}, {20, 0, 60, 5}},
			[]string{"wide slow step", "faster slow step"}, jam.RungFaster},
		{"and is left again", true, 0, []part{{50, 0, 1, 1}, {20, 0, 60, 5}, {400, 0, 1, 1}},
			[]string{"wide slow step", "faster slow step", "full calm", "near calm"}, jam.RungFull},
		{"it does not help", true, 0, []part{{50, 0, 1, 1}, {60, 0, 60, 60}},
			[]string{"wide slow step", "faster slow step", "hold slow step"}, jam.RungHold},
		{"there is none", false, 0, []part{{50, 0, 1, 1}, {30, 0, 60, 0}},
			[]string{"wide slow step", "hold slow step"}, jam.RungHold},
		{"held, and up again", true, 0, []part{{50, 0, 1, 1}, {60, 0, 60, 60}, {600, 0, 1, 1}},
			[]string{"wide slow step", "faster slow step", "hold slow step", "faster calm", "full calm", "near calm"}, jam.RungFull},
		{"held while the overload lasts", false, 0, []part{{50, 0, 1, 1}, {3000, 0, 100, 0}},
			[]string{"wide slow step", "hold slow step"}, jam.RungHold},
		{"a policy that is behind", false, 0, []part{{50, 0, 1, 1}, {1, 0, 500, 1}, {300, 0, 1, 1}},
			[]string{"wide slow step", "near calm"}, jam.RungFull},
		{"over budget without a variant", false, 5, []part{{120, 0, 1, 1}, {300, 0, 7, 1}, {600, 0, 1, 1}},
			[]string{"broken over budget", "met calm"}, jam.RungFull},
		{"over budget with one", true, 5, []part{{120, 0, 1, 1}, {300, 0, 7, 1}},
			[]string{"broken over budget", "faster over budget"}, jam.RungFaster},
		{"a single step over budget", true, 5, []part{{120, 0, 1, 1}, {1, 0, 7, 1}, {300, 0, 1, 1}}, nil, jam.RungFull},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changes := jam.NewQueue[Change](100)
			g := NewGuard(GuardConfig{
				Steps: ms(1, 1), Faster: tt.faster, Budget: ms(tt.budget)[0], Changes: []*jam.Queue[Change]{changes},
			})
			m := &machine{guard: g, frame: at120}
			for _, p := range tt.parts {
				for range p.frames {
					m.play(ms(p.late)[0], ms(p.step)[0], ms(p.faster)[0])
				}
			}
			if got := levels(drain(changes)); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if got := g.Orders(at120).Rung; got != tt.rung {
				t.Errorf("at the end: %v, want %v", got, tt.rung)
			}
		})
	}
}

func TestErrorsOfThePolicyMoveNothing(t *testing.T) {
	changes := jam.NewQueue[Change](10)
	g := NewGuard(GuardConfig{Faster: true, Changes: []*jam.Queue[Change]{changes}})
	for range 200 {
		g.Orders(at120)
		g.Saw(&jam.FrameReport{Missed: true, Failed: true, Lead: margin})
	}
	if got := drain(changes); len(got) > 0 {
		t.Errorf("%v", got)
	}
}

// The longer an overload lasts, the longer the guard rests, up to a limit.
func TestEndlessOverload(t *testing.T) {
	const frames = 20_000
	changes := jam.NewQueue[Change](1000)
	m := &machine{guard: NewGuard(GuardConfig{Changes: []*jam.Queue[Change]{changes}}), frame: at120, silent: true}
	for range frames {
		m.play(0, 100*time.Millisecond, 0)
	}
	falls := 0
	for _, c := range drain(changes) {
		if c.Rung == jam.RungHold {
			falls++
		}
	}
	if most := 5 + frames/longestRest; falls > most || m.misses > (falls+1)*holdAfter+1 {
		t.Errorf("%d trials (at most %d), %d misses", falls, most, m.misses)
	}
}

// Another policy is judged by its own steps.
func TestAnotherPolicy(t *testing.T) {
	g := NewGuard(GuardConfig{Steps: ms(20, 20)})
	saw := func(step time.Duration) time.Duration {
		r := jam.FrameReport{Lead: g.Orders(at120).Lead, Step: step}
		g.Saw(&r)
		return g.Orders(at120).Lead
	}
	if got := saw(20 * time.Millisecond); got != 20*time.Millisecond+margin {
		t.Errorf("before: %v", got)
	}
	g.PolicyChanged()
	if got := saw(time.Millisecond); got != time.Millisecond+margin {
		t.Errorf("after: %v", got)
	}
}

// A policy that was set in mid-jam has no faster variant: the guard orders none and announces none.
func TestAnotherPolicyHasNoFasterVariant(t *testing.T) {
	changes := jam.NewQueue[Change](100)
	m := machine{guard: NewGuard(GuardConfig{Steps: ms(20, 20), Faster: true, Changes: []*jam.Queue[Change]{changes}}), frame: at120}
	for range 8 { // one miss widens the lead, four bring in the faster variant
		m.play(0, 150*time.Millisecond, time.Millisecond)
	}
	if m.orders.Rung != jam.RungFaster {
		t.Fatalf("after %d misses the rung is %v", m.misses, m.orders.Rung)
	}
	m.guard.PolicyChanged()
	if o := m.guard.Orders(at120); o.Rung == jam.RungFaster {
		t.Errorf("the order is %v", o.Rung)
	}
	for len(changes.C()) > 0 {
		<-changes.C()
	}
	for range 1000 {
		m.play(0, 150*time.Millisecond, 150*time.Millisecond)
	}
	var told []string
	for len(changes.C()) > 0 {
		c := <-changes.C()
		told = append(told, c.String())
		if c.Rung == jam.RungFaster {
			t.Errorf("announced: %v", c)
		}
	}
	if len(told) < 2 || told[0] != "the policy plays again: new policy" || !strings.HasPrefix(told[1], "the chord is held") {
		t.Errorf("announced: %q", told)
	}
}

// A load comes and goes: how late the loop wakes and how long a step takes while it is there.
type load struct {
	frames     int
	step, wake float64 // medians, ms
	spread     float64 // of their logarithms
	spikes     float64 // how probable a step of nearly a frame is
}

func drawLoad(t *rapid.T, name string) load {
	return load{
		frames: rapid.IntRange(1, 1500).Draw(t, name+" frames"),
		step:   rapid.Float64Range(0.1, 90).Draw(t, name+" step"),
		wake:   rapid.Float64Range(0.01, 20).Draw(t, name+" wake"),
		spread: rapid.Float64Range(0, 1).Draw(t, name+" spread"),
		spikes: rapid.Float64Range(0, 0.1).Draw(t, name+" spikes"),
	}
}

// times draws how late the loop wakes and how long a step takes: log-normal, at most a quarter of a frame and a whole frame.
func (l load) times(rng *rand.Rand, frame time.Duration) (late, step time.Duration) {
	draw := func(median float64, most time.Duration) time.Duration {
		return min(time.Duration(median*math.Exp(rng.NormFloat64()*l.spread)*float64(time.Millisecond)), most)
	}
	late, step = draw(l.wake, frame/4), draw(l.step, frame)
	if rng.Float64() < l.spikes {
		step = frame
	}
	return late, step
}

// widest always orders the widest lead. No guard without a faster policy can have fewer misses.
type widest struct{}

func (widest) Orders(frame time.Duration) jam.Orders {
	return jam.Orders{Lead: frame * widestOf16 / 16}
}
func (widest) Saw(*jam.FrameReport) {}
func (widest) PolicyChanged()       {}

func TestGuardOnAMachineUnderLoad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frame := time.Duration(rapid.Int64Range(int64(40*time.Millisecond), int64(400*time.Millisecond)).Draw(t, "frame"))
		withFaster := rapid.Bool().Draw(t, "faster")
		changes := jam.NewQueue[Change](1 << 14)
		guarded := &machine{frame: frame, silent: rapid.Bool().Draw(t, "silent"), guard: NewGuard(GuardConfig{
			Steps: ms(1, 1), Faster: withFaster, Changes: []*jam.Queue[Change]{changes},
			Budget: time.Duration(rapid.IntRange(0, 50).Draw(t, "budget")) * time.Millisecond,
		})}
		oracle := &machine{frame: frame, guard: widest{}}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		for i := range rapid.IntRange(1, 4).Draw(t, "loads") {
			l := drawLoad(t, string(rune('a'+i)))
			for range l.frames {
				late, step := l.times(rng, frame)
				guarded.play(late, step, step/4)
				oracle.play(late, step, step)
				if o := guarded.orders; o.Lead <= 0 || o.Lead > frame*widestOf16/16 || o.Rung == jam.RungFaster && !withFaster {
					t.Fatalf("frame %d of %v: %+v", guarded.n, frame, o)
				}
			}
		}
		loaded := int(guarded.n)
		quiet := 2*longestRest + 4*window // two rungs up, the lead, and a budget that is met again
		for range quiet {
			guarded.play(10*time.Microsecond, 50*time.Microsecond, 50*time.Microsecond)
			oracle.play(10*time.Microsecond, 50*time.Microsecond, 50*time.Microsecond)
		}

		// A narrow lead costs a miss, and what that delays, once in a window of frames at most.
		if most := oracle.misses + 3*(loaded/window+1); guarded.misses > most {
			t.Fatalf("%d misses, %d with the widest lead always", guarded.misses, oracle.misses)
		}
		if last := guarded.orders; last.Rung != jam.RungFull || last.Lead > max(margin+2*time.Millisecond, frame/8) {
			t.Fatalf("after %d quiet frames: %+v", quiet, last)
		}
		checkCalm(t, drain(changes))
	})
}

// checkCalm checks what keeps the guard from flapping.
func checkCalm(t *rapid.T, all []Change) {
	fell := map[jam.Rung]int64{}
	widened, alert, broken := int64(-1), int64(-1), false
	rung := jam.RungFull
	for _, c := range all {
		switch c.Kind {
		case RungChanged:
			if d := int(c.Rung) - int(rung); c.Rung > rung {
				if before, again := fell[c.Rung]; again && c.Frame-before < leastRest {
					t.Fatalf("down to %v at %d and at %d", c.Rung, before, c.Frame)
				}
				fell[c.Rung] = c.Frame
			} else if d == 0 {
				t.Fatalf("no change: %v", c)
			}
			rung = c.Rung
		case LeadWidened:
			if widened >= 0 && c.Frame-widened < window {
				t.Fatalf("widened at %d and at %d", widened, c.Frame)
			}
			widened = c.Frame
		case BudgetBroken, BudgetMet:
			if broken == (c.Kind == BudgetBroken) {
				t.Fatalf("said twice: %v", c)
			}
			broken = !broken
			if !broken && c.Frame-alert < window {
				t.Fatalf("met %d frames after it was broken", c.Frame-alert)
			}
			alert = c.Frame
		}
	}
	if broken {
		t.Fatal("the budget is still broken")
	}
}

func TestTailIsThePercentileOfTheLastWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tl tail
		n := rapid.IntRange(0, 3*window).Draw(t, "n")
		all := rapid.SliceOfN(rapid.Int64Range(0, 50), n, n).Draw(t, "times")
		for i, d := range all {
			tl.add(time.Duration(d))
			last := slices.Sorted(slices.Values(all[max(0, i+1-window) : i+1]))
			if want := last[int(math.Ceil(0.99*float64(len(last))))-1]; tl.p99() != time.Duration(want) {
				t.Fatalf("after %d: %v, want %v", i+1, tl.p99(), want)
			}
		}
	})
}

func TestChangesReadAsSentences(t *testing.T) {
	c := Change{Cause: SlowStep, Misses: 3, Step: 12_340 * time.Microsecond, Lead: 15 * time.Millisecond, Budget: 5 * time.Millisecond}
	tests := []struct {
		kind  Kind
		rung  jam.Rung
		cause Cause
		want  string
	}{
		{LeadWidened, jam.RungFull, SlowStep, "lead widened: slow step (3 of the last 32 frames missed, a policy step takes p99 12.34 ms, lead 15.00 ms)"},
		{LeadNarrowed, jam.RungFull, Calm, "lead narrowed: calm"},
		{RungChanged, jam.RungFaster, LateWake, "the faster policy plays: late wake (3 of"},
		{RungChanged, jam.RungHold, Backlog, "the chord is held: backlog (3 of"},
		{RungChanged, jam.RungFull, Calm, "the policy plays again: calm"},
		{BudgetBroken, jam.RungFull, OverBudget, "budget broken: a policy step takes p99 12.34 ms, over 5.00 ms"},
		{BudgetMet, jam.RungFull, Calm, "budget met again: a policy step takes p99 12.34 ms, within 5.00 ms"},
	}
	for _, tt := range tests {
		c.Kind, c.Rung, c.Cause = tt.kind, tt.rung, tt.cause
		if got := c.String(); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestGuardAllocatesNothing(t *testing.T) {
	changes := jam.NewQueue[Change](1)
	g := NewGuard(GuardConfig{Faster: true, Budget: time.Millisecond, Changes: []*jam.Queue[Change]{changes}})
	m := &machine{guard: g, frame: at120}
	rng := rand.New(rand.NewPCG(1, 2))
	if n := testing.AllocsPerRun(4000, func() { m.play(0, time.Duration(rng.Int64N(int64(at120))), 0) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
	if m.misses == 0 || changes.Dropped() == 0 {
		t.Error("nothing happened")
	}
}
