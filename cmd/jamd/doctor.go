package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"jamd/live"
	"jamd/midiio"
	"jamd/model"
	"jamd/realtime"
	"jamd/session"
)

type doctorCmd struct {
	Policy     string         `default:"${policy}" placeholder:"NAME|FILE" predictor:"policy" help:"Policy to try (${default})."`
	OrtLib     string         `placeholder:"FILE" help:"ONNX Runtime's shared library, as for 'jamd play'."`
	Provider   model.Provider `default:"auto" placeholder:"auto|cpu|cuda|cuda!" predictor:"provider" help:"Where the policy runs; cuda! fails without CUDA (${default})."`
	SessionDir string         `placeholder:"DIR" help:"Folder of the sessions, as for 'jamd play'."`
	JSON       bool           `help:"Print one JSON array."`

	Configured configFlags `embed:""`
}

// A finding is the result of one check. If Needed, a jam cannot start without the part.
type finding struct {
	Part   string `json:"part"`
	OK     bool   `json:"ok"`
	Needed bool   `json:"needed"`
	Detail string `json:"detail"` // what was found, or how to fix it
}

func (c *doctorCmd) Run(to console) error {
	found := c.examine()
	if c.JSON {
		if err := printJSON(to, found); err != nil {
			return err
		}
	} else {
		for _, f := range found {
			state := "ok"
			if !f.OK {
				state = "--"
				if f.Needed {
					state = "NO"
				}
			}
			fmt.Fprintf(to.Out, "%-2s  %-16s %s\n", state, f.Part, f.Detail)
		}
	}
	if slices.ContainsFunc(found, func(f finding) bool { return f.Needed && !f.OK }) {
		return errors.New("a jam cannot start: see the lines marked NO")
	}
	return nil
}

func (c *doctorCmd) examine() []finding {
	found := []finding{c.library()}
	found = append(found, c.policy()...)
	granted, detail := realtime.Check()
	found = append(found, sequencer(), finding{"real-time rights", granted, false, detail})
	root, err := c.SessionDir, error(nil)
	if root == "" {
		root, err = session.DefaultRoot()
	}
	if err == nil {
		err = writable(root)
	}
	if err != nil {
		return append(found, finding{"session folder", false, false, err.Error() + " (jams are not recorded; give another folder with --session-dir)"})
	}
	return append(found, finding{"session folder", true, false, root})
}

func (c *doctorCmd) library() finding {
	library, err := model.OpenLibrary(c.OrtLib)
	if err != nil {
		return finding{"ONNX Runtime", false, true, err.Error()}
	}
	return finding{"ONNX Runtime", true, true, fmt.Sprintf("%s, %s (%s)", library.Version, library.Path, library.Origin)}
}

func (c *doctorCmd) policy() []finding {
	p, err := model.Load(c.Policy, model.Options{Library: c.OrtLib, Provider: c.Provider})
	if err != nil {
		return []finding{{"policy", false, true, err.Error()}}
	}
	defer p.Close()
	steps, err := p.Warm(live.WarmSteps)
	if err != nil {
		return []finding{{"policy", false, true, err.Error()}}
	}
	m, q := p.Metadata(), quantilesOf(steps[len(steps)/2:])
	provider := finding{"provider", true, false, p.Provider().String()}
	if note := p.ProviderNote(); note != "" {
		provider.OK, provider.Detail = false, note
	}
	return []finding{
		{"policy", true, true, fmt.Sprintf("%s, %d chords, a step takes p50 %.2f ms, max %.2f ms", m.Name, len(m.Vocabulary), q.P50, q.Max)},
		provider,
	}
}

func sequencer() finding {
	ins, outs, err := midiio.List()
	if err != nil {
		return finding{"MIDI sequencer", false, false, err.Error()}
	}
	return finding{"MIDI sequencer", true, false, fmt.Sprintf("%d input ports, %d output ports (jamd ports)", len(ins), len(outs))}
}

// writable checks that files can be created in a folder. It makes the folder if needed.
func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
