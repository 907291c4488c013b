package benchmark

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"jamd/jam"
)

func TestAnswers(t *testing.T) {
	const frame = 100 * time.Millisecond
	line := func(n int64) time.Duration { return time.Second + time.Duration(n)*frame }
	report := func(n int64, melody jam.MelodyToken) jam.FrameReport {
		return jam.FrameReport{Frame: n, Line: line(n), Melody: melody, Late: time.Millisecond}
	}
	note := func(at time.Duration) jam.Event { return jam.Event{At: at, Status: 0x90, Data1: 60, Data2: 80} }
	onset, rest := jam.MelodyOnset(60), jam.Silence
	missed, held := report(3, onset), report(3, onset)
	missed.Missed, held.Rung = true, jam.RungHold
	tests := []struct {
		name    string
		note    jam.Event
		reports []jam.FrameReport
		want    []answer
	}{
		{"on its line", note(line(2)), []jam.FrameReport{report(2, rest), report(3, onset), report(4, rest)},
			[]answer{{1, frame + time.Millisecond}}},
		{"before it", note(line(2) - 30*time.Millisecond), []jam.FrameReport{report(1, rest), report(2, rest), report(3, onset)},
			[]answer{{1, frame + 31*time.Millisecond}}},
		{"after it", note(line(2) + 49*time.Millisecond), []jam.FrameReport{report(2, rest), report(3, onset)},
			[]answer{{1, frame - 48*time.Millisecond}}},
		{"halfway it is the next one's", note(line(1) + frame/2), []jam.FrameReport{report(1, rest), report(2, rest), report(3, onset)},
			[]answer{{1, 3*frame/2 + time.Millisecond}}},
		{"missed", note(line(2)), []jam.FrameReport{report(2, rest), missed, report(4, rest)},
			[]answer{{2, 2*frame + time.Millisecond}}},
		{"held", note(line(2)), []jam.FrameReport{report(2, rest), held, report(4, rest)},
			[]answer{{2, 2*frame + time.Millisecond}}},
		{"frames were lost", note(line(2)), []jam.FrameReport{report(2, rest), report(5, rest)},
			[]answer{{3, 3*frame + time.Millisecond}}},
		{"another note took its frame", note(line(2)), []jam.FrameReport{report(2, rest), report(3, jam.MelodyOnset(62))}, nil},
		{"before the jam", note(line(1)), []jam.FrameReport{report(2, rest), report(3, onset)}, nil},
		{"at the end", note(line(2)), []jam.FrameReport{report(1, rest), report(2, rest)}, nil},
		{"at the end, for the frame after it", note(line(1) + 60*time.Millisecond), []jam.FrameReport{report(1, rest), report(2, rest)}, nil},
		{"never answered", note(line(2)), []jam.FrameReport{report(2, rest), missed}, nil},
		{"no reports", note(line(2)), nil, nil},
		{"a note off", jam.Event{At: line(2), Status: 0x80, Data1: 60}, []jam.FrameReport{report(2, rest), report(3, onset)}, nil},
		{"a note off by velocity", jam.Event{At: line(2), Status: 0x90, Data1: 60}, []jam.FrameReport{report(2, rest), report(3, onset)}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := answers([]jam.Event{tt.note}, tt.reports); !slices.Equal(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

// The player of a bench plays all of the tune in order, near the lines and on both sides of them.
func TestSway(t *testing.T) {
	s := jam.DefaultSettings()
	events, err := sway(s, 2000)
	if err != nil {
		t.Fatal(err)
	}
	grid, err := jam.NewGrid(0, s.Tempo)
	if err != nil {
		t.Fatal(err)
	}
	early, late := 0, 0
	for i, e := range events {
		if i > 0 && e.At < events[i-1].At {
			t.Fatalf("event %d comes before the one before it", i)
		}
		off := e.At - grid.Line(grid.Nearest(e.At))
		if off < -grid.Step(0)/8 {
			early++
		}
		if off > grid.Step(0)/8 {
			late++
		}
	}
	if grid.Nearest(events[len(events)-1].At) < 1900 || early < len(events)/5 || late < len(events)/5 {
		t.Errorf("%d events, the last at %v, %d early, %d late", len(events), events[len(events)-1].At, early, late)
	}
}

func TestArmFiguresAndBudget(t *testing.T) {
	var reports []jam.FrameReport
	for n := range int64(200) {
		r := jam.FrameReport{Frame: n, Line: time.Duration(n) * time.Second, Step: time.Millisecond, Lead: 20 * time.Millisecond,
			Late: time.Duration(n+1) * time.Microsecond, Missed: n == 50, Began: n == 0}
		if n == 60 {
			r.Step = 6 * time.Millisecond
		}
		if n >= 150 {
			r.Follow = jam.HoldingTempo
		}
		reports = append(reports, r)
	}
	a := newArm(Idle, reports, nil, 5*time.Millisecond)
	if a.Frames != 200 || a.Missed != 1 || a.MissedBy.SlowStep != 1 || a.Followed != 50 || a.OverBudget == nil || *a.OverBudget != 0.01 ||
		a.Step.Max < 5.9 || a.Step.P50 > 1.01 || a.Late.Max < 0.199 || a.Reaction != (Spread{}) ||
		!slices.Equal(a.StepBuckets, []Bucket{{1, 198}, {2, 0}, {5, 0}, {10, 1}}) {
		t.Errorf("%+v", a)
	}
	b := Benchmark{Budget: 5 * time.Millisecond}
	if err := b.Judge(&Result{Arms: []Arm{a}}); err != nil { // 1 % may be over
		t.Error(err)
	}
	*a.OverBudget = 0.015
	if err := b.Judge(&Result{Arms: []Arm{{Arm: UnderLoad}, a}}); err == nil {
		t.Error("the budget is broken, and nobody says so")
	}
}

func TestCompare(t *testing.T) {
	arm := func(name string, step float64) Arm {
		return Arm{Arm: name, Step: Spread{step, 2 * step, 3 * step, 4 * step}, ReactionFrames: Spread{1, 1, 1, 2}}
	}
	before := &Result{Arms: []Arm{arm(Idle, 1)}}
	now := &Result{Arms: []Arm{arm(UnderLoad, 7), arm(Idle, 2)}}
	got := Compare(before, now)
	want := []Comparison{
		{Idle, "policy step", "ms", Spread{2, 2, 2, 2}},
		{Idle, "chord after its line", "ms", Spread{}},
		{Idle, "note to chord", "ms", Spread{}},
		{Idle, "note to chord", "frames", Spread{1, 1, 1, 1}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// What an older run does not have is not compared.
func TestCompareIdleCost(t *testing.T) {
	with := func(core float64) *Result {
		return &Result{Arms: []Arm{{Arm: Idle, Idle: &IdleCost{Core: Spread{core, core, core, core}}}}}
	}
	got := Compare(with(2), with(3))
	want := Comparison{Idle, "nobody playing: one core", "%", Spread{1.5, 1.5, 1.5, 1.5}}
	if !slices.Contains(got, want) || len(got) != 8 {
		t.Errorf("%+v", got)
	}
	follows := &Result{Arms: []Arm{{Arm: Idle, Follower: &Spread{}}}} // a row that the arm before does not have
	if got := Compare(with(2), follows); len(got) != 4 {
		t.Errorf("beside an arm that follows: %+v", got)
	}
	if got := Compare(&Result{Arms: []Arm{{Arm: Idle}}}, with(3)); len(got) != 4 {
		t.Errorf("beside an older run: %+v", got)
	}
}

func TestIdleCostOf(t *testing.T) {
	const ms = time.Millisecond
	got := idleCostOf([]idleUse{{0, 400 * ms, 50e6}, {1000 * ms, 420 * ms, 60e6}, {2000 * ms, 430 * ms, 61e6}, {2500 * ms, 450 * ms, 59e6}})
	if want := (IdleCost{Core: Spread{2, 4, 4, 4}, Memory: Spread{60, 61, 61, 61}}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestExactSpread(t *testing.T) {
	frames := make([]int64, 1000)
	for i := range frames {
		frames[i] = int64(1000 - i)
	}
	if got, want := exactSpread(frames), (Spread{500, 990, 999, 1000}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got := exactSpread[int64](nil); got != (Spread{}) {
		t.Errorf("of nothing: %v", got)
	}
}
