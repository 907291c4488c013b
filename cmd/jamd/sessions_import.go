package main

import (
	"fmt"

	"jamd/midiio"
	"jamd/session"
	"jamd/usage"
)

type importCmd struct {
	Folders []string `arg:"" name:"folder" placeholder:"DIR" help:"Folders of sessions, such as 20260131-201500-4f9a1c."`
}

func (c *importCmd) Run(group *sessionsCmd, to console) error {
	a, err := group.archive()
	if err != nil {
		return err
	}
	for _, dir := range c.Folders {
		r, err := a.Import(dir)
		if err != nil {
			return usage.Error(err)
		}
		fmt.Fprintln(to.Out, "imported", r.ID)
	}
	return nil
}

type repairCmd struct {
	sessionsArg
}

func (c *repairCmd) Run(group *sessionsCmd, to console) error {
	records, broken, err := group.choose(to, &c.sessionsArg)
	if err != nil {
		return err
	}
	failed := len(broken)
	for _, r := range records {
		m, err := r.Repair(true, midiio.WriteTake)
		if err != nil && !c.all() {
			return err
		}
		if err != nil {
			failed++
			to.Log.Error().Msg(err.Error())
			continue
		}
		log := "the log was whole"
		if m.Cut > 0 {
			log = fmt.Sprintf("cut %d bytes off the log", m.Cut)
		}
		fmt.Fprintf(to.Out, "%s: %s, made %s with %d frames\n", r.ID, log, session.MIDIFile, m.Frames)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d sessions could not be repaired", failed, len(records)+len(broken))
	}
	return nil
}
