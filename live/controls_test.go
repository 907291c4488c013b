package live

import (
	"errors"
	"strings"
	"testing"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// A slider moves from .9 to .8 after the loop has taken .9, and before it reports so: what was asked for last stays, so that a
// move back to .9 is not mistaken for one that changes nothing.
func TestALateReportChangesNothing(t *testing.T) {
	s, stop := play(t, Options{})
	defer stop()
	j := await(t, "jam", s.jams)
	late := jam.Control{At: j.Clock.Now(), Param: jam.ParamTemperature, Value: 0.9}
	for _, asked := range []jam.Control{late, {At: late.At + 1, Param: jam.ParamTemperature, Value: 0.8}} {
		if err := j.controls.Ask(asked); err != nil {
			t.Fatal(err)
		}
	}
	j.controls.update(jam.Applied{Frame: 7, Control: late})
	if got := value(t, j, "temperature").Value; got != "0.8" {
		t.Errorf("the temperature is %s, though 0.8 was asked for last", got)
	}
}

// Of two policies that are asked for in quick succession, the later one plays, even if it is loaded sooner.
func TestThePolicyAskedForLastPlays(t *testing.T) {
	c := &controls{loop: jam.NewControls()}
	slow, quick := jamtest.NewPolicy(1), jamtest.NewPolicy(2)
	first, broken, last := c.expect("slow"), c.expect("broken"), c.expect("quick")
	c.failed(broken)
	c.loaded(last, jam.Control{Param: jam.ParamPolicy, Text: "quick", Policy: quick})
	c.loaded(first, jam.Control{Param: jam.ParamPolicy, Text: "slow", Policy: slow})
	if got := c.loop.Close(); got != quick {
		t.Error("the policy that was asked for first plays")
	}
}

// If the policy that was asked for last cannot be loaded, the one before it plays, and the page shows that one.
func TestAPolicyThatFailsLeavesTheOneBefore(t *testing.T) {
	c := &controls{loop: jam.NewControls(), policy: "plays"}
	good := jamtest.NewPolicy(1)
	bad, first, last := c.expect("bad"), c.expect("good"), c.expect("broken")
	c.failed(bad)
	c.loaded(first, jam.Control{Param: jam.ParamPolicy, Text: "good", Policy: good})
	c.failed(last)
	if got := c.wanted(); got != "good" {
		t.Errorf("the page shows %q", got)
	}
	if got := c.loop.Close(); got != good {
		t.Error("the policy that could be loaded does not play")
	}

	c = &controls{loop: jam.NewControls(), policy: "plays"}
	first, last = c.expect("one"), c.expect("other")
	c.failed(first)
	c.failed(last)
	if got := c.wanted(); got != "plays" {
		t.Errorf("the page shows %q, which failed", got)
	}
}

// A setting with a slip of the fingers is guessed, whether it is one of the music or a choice.
func TestUnknownSetting(t *testing.T) {
	for name, says := range map[string]string{
		"temperatur": "; did you mean temperature?", "meters": "; did you mean meter?", "flavour": "there is no such setting",
	} {
		if err := unknownSetting(name); !errors.Is(err, errUnknownSetting) || !strings.HasSuffix(err.Error(), says) {
			t.Errorf("%s: %v, want %q", name, err, says)
		}
	}
}
