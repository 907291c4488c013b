package live

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"jamd/jam"
	"jamd/model"
	"jamd/ui"
)

// controlEntries is the length of the queue from the loop to the jam's controls.
const controlEntries = 1024

var errUnknownSetting = errors.New("there is no such setting")

// unknownSetting is the error for a name that neither a setting of the music nor a choice has.
func unknownSetting(name string) error {
	var names []string
	for _, p := range jam.Params() {
		names = append(names, p.Name)
	}
	for _, c := range choices {
		names = append(names, c.Name)
	}
	return fmt.Errorf("%q: %w%s", name, errUnknownSetting, jam.DidYouMean(name, names))
}

// controls hold the settings of one jam's music and change them. They are safe for concurrent use.
type controls struct {
	jam     *Jam
	loop    *jam.Controls
	entries *jam.Reader // what the loop reports
	running sync.WaitGroup

	mu       sync.Mutex
	settings jam.Settings                // in force or asked for
	asked    map[jam.Param]time.Duration // when each param was asked for last
	policy   string                      // name of the policy that plays
	coming   []*string                   // names of the policies that were asked for and do not play yet, the latest last. If the jam ends first, that one is for the next jam.
}

// newControls makes the controls of j and adds them to the configuration of its loop.
func newControls(j *Jam) *controls {
	c := &controls{
		jam: j, loop: jam.NewControls(), entries: jam.NewReader(controlEntries),
		settings: j.Config.Settings, asked: map[jam.Param]time.Duration{}, policy: j.Policy.Metadata().Name,
	}
	j.Config.Controls, j.Config.Readers = c.loop, append(j.Config.Readers, c.entries)
	return c
}

// run updates settings and policy until close, and calls applied for each control that takes effect. It does not block.
func (c *controls) run(applied func(jam.Applied)) {
	c.running.Go(func() {
		for e := range c.entries.C() {
			if e.Kind == jam.EntryApplied {
				c.update(e.Applied)
				applied(e.Applied)
			}
		}
	})
}

func (c *controls) update(a jam.Applied) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.Param != jam.ParamPolicy {
		if a.At >= c.asked[a.Param] { // else it was asked for anew since
			_ = c.settings.Set(a.Control) // the engine has accepted it
		}
		return
	}
	c.policy = a.Text
	if i := slices.IndexFunc(c.coming, func(name *string) bool { return *name == a.Text }); i >= 0 {
		c.coming = c.coming[i+1:]
	}
}

// close ends run. The loop must have ended. Controls that are asked for later hold for the next jam.
func (c *controls) close() {
	release(c.loop.Close())
	c.entries.Close()
	c.running.Wait()
}

// Settings returns the settings in force, or those that were asked for since.
func (c *controls) Settings() jam.Settings {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.settings
}

// playing returns the name of the policy that plays.
func (c *controls) playing() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.policy
}

// wanted returns the name of the policy that was asked for last, or else of the one that plays.
func (c *controls) wanted() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.coming); n > 0 {
		return *c.coming[n-1]
	}
	return c.policy
}

// set asks for a setting by its name and value, as users write them. The error says what the user must change.
func (c *controls) set(name, value string) error {
	if _, err := jam.ParseParam(name); err != nil {
		return unknownSetting(name)
	}
	control, err := jam.ParseControl(name, value)
	if err != nil {
		return err
	}
	return c.Ask(control)
}

// Ask asks for a control. It takes effect at the next frame; a policy takes effect when it has replayed the jam so far. A policy
// must be one of those that come with jamd, so that no page can make jamd read a file.
func (c *controls) Ask(control jam.Control) error {
	if control.At == 0 { // a tap on a controller has the time of its arrival
		control.At = c.jam.Clock.Now()
	}
	if err := c.check(control); err != nil {
		return err
	}
	if control.Param == jam.ParamPolicy {
		return c.askPolicy(control)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[control.Param] = control.At
	if c.jam.tellEar(control) {
		_ = c.settings.Set(control)
		return nil
	}
	c.loop.Ask(control)
	_ = c.settings.Set(control) // a jam that waits for its first note reports the control only then
	return nil
}

// askPolicy loads the policy that a control names, which takes a moment. If the jam ends first, the next jam gets the policy.
func (c *controls) askPolicy(control jam.Control) error {
	if c.jam.blind() {
		return refused(ui.ReasonHidden, "policy: "+policyHidden)
	}
	if err := model.CheckName(control.Text, model.Chords); err != nil {
		return err
	}
	asked := c.expect(control.Text)
	policy, _, err := c.jam.options.Policies.Warm(control.Text, model.Chords)
	if err != nil {
		c.failed(asked)
		return err
	}
	control.Policy = policy
	c.loaded(asked, control)
	return nil
}

// expect notes that a policy was asked for. Either loaded or failed must follow.
func (c *controls) expect(policy string) (asked *string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.coming = append(c.coming, &policy)
	return &policy
}

// loaded gives the loop a policy that was asked for. If one that was asked for later is loaded already, that one stays.
func (c *controls) loaded(asked *string, control jam.Control) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.coming, asked)
	if i < 0 {
		release(control.Policy)
		return
	}
	c.coming = c.coming[i:]
	release(c.loop.Ask(control)) // a policy that this one replaces; after the end of the jam, this one
}

// failed forgets a policy that could not be loaded.
func (c *controls) failed(asked *string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.coming = slices.DeleteFunc(c.coming, func(name *string) bool { return name == asked })
}

// check returns an error for a control that the engine would refuse, and for one that makes no sense in this jam.
func (c *controls) check(control jam.Control) error {
	switch control.Param {
	case jam.ParamPolicy, jam.ParamPanic, jam.ParamTap, jam.ParamOne:
		return nil
	case jam.ParamTranspose, jam.ParamSplit:
		if c.jam.melody.agent != nil {
			return refused(ui.ReasonAgent, "an agent plays: its melody is neither split nor transposed")
		}
	}
	settings := c.Settings()
	return settings.Set(control)
}
