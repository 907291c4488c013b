package live

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"jamd/blind"
	"jamd/model"
	"jamd/ui"
)

// isOfTest reports whether a choice is about the blind test. Undo does not take it back.
func isOfTest(name string) bool {
	return name == choiceBlind || name == choiceParticipant || name == choiceRounds
}

func (j *Jam) showBlind(p *ui.Param) {
	p.Words, p.Value = PolicyNames(), cmp.Or(strings.Join(j.host.next.get().blind.Policies, ","), "off")
	j.fixTest(p)
}

// fixTest fixes a choice if there can be no blind test.
func (j *Jam) fixTest(p *ui.Param) {
	if j.melody.agent != nil {
		p.Fix(ui.ReasonAgent, "an agent plays: nobody is there to rate the jam")
	}
}

func (j *Jam) setBlind(value string) error {
	b := j.host.next.get().blind
	if value == "off" {
		return j.changeTest(b.ended())
	}
	b.Policies = strings.Split(value, ",")
	if err := blind.Check(b.Policies, func(name string) error { return model.CheckName(name, model.Chords) }); err != nil {
		return err
	}
	return j.changeTest(b)
}

func (j *Jam) showParticipant(p *ui.Param) {
	p.Value = j.host.next.get().blind.Participant
	j.fixTest(p)
}

func (j *Jam) setParticipant(value string) error {
	b := j.host.next.get().blind
	b.Participant = strings.TrimSpace(value)
	return j.changeTest(b)
}

func (j *Jam) showRounds(p *ui.Param) {
	p.Value = strconv.Itoa(j.host.next.get().blind.Rounds)
	j.fixTest(p)
}

func (j *Jam) setRounds(value string) error {
	b := j.host.next.get().blind
	var err error
	if b.Rounds, err = strconv.Atoi(value); err != nil {
		return fmt.Errorf("rounds %q: must be a whole number", value)
	}
	return j.changeTest(b)
}

// changeTest sets the blind test of the next jams. If the jam still waits for its first note, and the old or the new choice is
// a blind test, the jam ends, so that the next one draws its policy by the new choice.
func (j *Jam) changeTest(b Blind) error {
	waits := ""
	if !j.hasBegun() {
		waits = j.session
	}
	if _, err := b.next(j.options.SessionDir, waits); err != nil {
		return err
	}
	if j.host.next.change(func(c *nextChoices) { c.blind = b }) && !j.hasBegun() && (b.on() || j.blind()) {
		j.end(nextWaits)
	}
	return nil
}
