package live

import (
	"fmt"
	"time"

	"jamd/jam"
	"jamd/latency"
	"jamd/midiio"
	"jamd/ui"
)

// args are the arguments of a notice, by name.
type args = map[string]string

// notice shows a notice on the pages.
func (j *Jam) notice(n ui.Notice) {
	if j.host.server != nil {
		j.host.server.Notice(n)
	}
}

// portNotice tells what happened to a port.
func portNotice(c midiio.Change) ui.Notice {
	n := ui.Notice{Code: ui.NoticeInputGone, Args: args{"port": c.Port.Name}, Text: c.String()}
	switch {
	case c.Event == midiio.Back:
		n.Code = ui.NoticePortBack
	case c.Event == midiio.Awaited:
		n.Code = ui.NoticePortAwaited
	case c.Event == midiio.Overrun:
		n.Code = ui.NoticePortOverrun
	case c.Kind == "output":
		n.Code = ui.NoticeOutputGone
	}
	return n
}

// guardNotice tells what the guard has changed. at is the bar and beat.
func guardNotice(at string, c latency.Change) ui.Notice {
	n := ui.Notice{Code: ui.NoticeHold, Args: args{"at": at}, Text: fmt.Sprintf("At %s: %v", at, c)}
	switch {
	case c.Kind == latency.BudgetBroken || c.Kind == latency.BudgetMet:
		n.Code, n.Args["step"], n.Args["budget"] = ui.NoticeBudgetBroken, inMS(c.Step), inMS(c.Budget)
		if c.Kind == latency.BudgetMet {
			n.Code = ui.NoticeBudgetMet
		}
	case c.Rung == jam.RungFull:
		n.Code = ui.NoticeFull
	case c.Rung == jam.RungFaster:
		n.Code = ui.NoticeFaster
	}
	return n
}

func inMS(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()*1000) }
