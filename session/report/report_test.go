package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"jamd/jam"
	"jamd/session"
)

// wellFormed reads a page as XML, in which each element that is opened must be closed, but for those that HTML never closes.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, []string{"meta", "input", "br"}, xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%.3000s", err, page)
		}
	}
}

// foreign is what the page of a report never holds: scripts, what is fetched, and markup of names.
var foreign = regexp.MustCompile(`<script|https?:|src=|@import|url\(|<evil|NaN|\bInf\b|%!`)

const evil = `<evil onclick="x">&'`

func onePlayed() One {
	settings := jam.DefaultSettings()
	o := One{
		Brief: session.Brief{
			ID: "20261124-201500-abcdef", Policy: evil, Start: time.Now(), Seconds: 8, Tempo: 120, Frames: 64, Misses: 1, Key: "C",
			Notes: session.Notes{Name: evil, Tags: []string{evil}, Rating: session.Rating{Control: 4}},
		},
		Manifest: session.Manifest{Policy: session.Policy{Name: evil}, Settings: settings},
		Take: jam.Take{
			Tempo: []jam.TempoChange{{BPM: 120}, {Frame: 32, BPM: 90}}, Meter: settings.Meter, Frames: 64,
			Melody: []jam.TakeNote{{Frame: 2, Pitch: 60, Duration: 6}, {Frame: 60, Pitch: 64, Duration: 1 << 50}},
			Chords: []jam.TakeChord{{Frame: 4, Symbol: evil, Pitches: []uint8{48, 52}, Duration: 12}, {Frame: 16, Symbol: "C", Duration: 48}},
		},
		NoVendi: evil,
	}
	o.Figures = session.Figures{
		NoteInChord: 0.5, Harmony: session.Harmony{Inside: 10, Both: 20}, OverBars: 1,
		OverTime:    []session.Stretch{{Frame: 0, Harmony: session.Harmony{Inside: 1, Both: 2}}, {Frame: 16}, {Frame: 1 << 40}},
		ChordUse:    session.ChordUse{Distinct: 2, Durations: []session.Duration{{Frames: 12, Count: 1}, {Frames: 48, Count: 1}}, Shares: []session.ChordShare{{Symbol: evil, Frames: 12}, {Symbol: "C", Frames: 48}}},
		Adaptations: []session.Adaptation{{Beat: 8, From: "C", To: "F#", Before: session.Harmony{Inside: 1, Both: 4}, ByBeat: []session.Harmony{{Inside: 1, Both: 4}, {}}, Beats: 2}},
		Timing: session.Timing{
			Stages: []session.Stage{{Name: "step", Count: 2, P99: time.Millisecond, Bins: []session.Bin{{To: 631e3, Count: 1}, {To: time.Millisecond, Count: 1}}}, {Name: "age"}},
			Misses: []session.Miss{{Frame: 33, At: 10 * time.Minute, Cause: evil}}, MissedBy: map[string]int64{evil: 1},
		},
		BadLines: []string{evil},
	}
	return o
}

func TestSession(t *testing.T) {
	var b bytes.Buffer
	if err := Session(&b, onePlayed()); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	wellFormed(t, page)
	if found := foreign.FindString(page); found != "" {
		t.Errorf("the page has %q", found)
	}
	for _, want := range []string{`id="bar-1"`, "3.1&#43;1</td><td>0:04</td>", "C → F#", "not back in 2 beats", "4 of 5", "No Vendi score: &lt;evil"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

// A session in which nothing was played has a report too.
func TestEmptySession(t *testing.T) {
	var b bytes.Buffer
	take := jam.Take{Tempo: []jam.TempoChange{{BPM: 120}}, Meter: jam.Quarters(4)}
	if err := Session(&b, One{Take: take, Figures: session.Figures{OverBars: 1}}); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, b.String())
	if found := foreign.FindString(b.String()); found != "" || !strings.Contains(b.String(), "Nothing was played") {
		t.Errorf("%q in the page of nothing", found)
	}
}

func TestStudy(t *testing.T) {
	one := onePlayed()
	m := session.Measured{Brief: one.Brief, Figures: one.Figures}
	other := m
	other.Policy, other.Adaptations = "other", nil
	m.Tags, other.Tags = []string{"player:" + "ann"}, []string{"player:ann"}
	for name, sessions := range map[string][]session.Measured{"two": {m, other}, "none": {}} {
		var b bytes.Buffer
		if err := Study(&b, Many{Study: session.NewStudy(sessions), Problems: []string{evil}}); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, b.String())
		if found := foreign.FindString(b.String()); found != "" {
			t.Errorf("%s: the page has %q", name, found)
		}
		if name == "two" && !strings.Contains(b.String(), "2 sessions of 2 policies, 1 player,") {
			_, header, _ := strings.Cut(b.String(), "<header>")
			t.Errorf("the counts of the page are not in English: %.200s", header)
		}
	}
}

func TestTimes(t *testing.T) {
	tempo := []jam.TempoChange{{BPM: 120}, {Frame: 80, BPM: 60}}
	for frame, seconds := range map[int64]float64{0: 0, 8: 1, 80: 10, 84: 11} {
		if s := secondsAt(tempo, frame); math.Abs(s-seconds) > 1e-9 {
			t.Errorf("frame %d is at %v s, want %v", frame, s, seconds)
		}
		if f := frameAt(tempo, seconds); math.Abs(f-float64(frame)) > 1e-9 {
			t.Errorf("%v s are at frame %v, want %d", seconds, f, frame)
		}
	}
	for seconds, want := range map[float64]string{0: "0:00", 61: "1:01", 3661: "1:01:01", -1: "0:00"} {
		if got := clock(seconds); got != want {
			t.Errorf("%v s: %s, want %s", seconds, got, want)
		}
	}
}

func TestSteps(t *testing.T) {
	for most, want := range map[float64]float64{0: 1, 1: 1, 0.43: 0.6, 7: 8, 2460: 3000, 99: 100} {
		if ticks, high := steps(most); math.Abs(high-want) > 1e-9 || len(ticks) > 7 {
			t.Errorf("up to %v: %v, %d ticks; want %v", most, high, len(ticks), want)
		}
	}
}
