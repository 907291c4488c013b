// Command jamd is a live jamming partner: it hears a melody and plays chords to it on the grid. A learned policy decides the
// chords.
//
// This package is the command line: flags, printing and exit codes, with one file for each command. The work is done in other
// packages, above all live, archive and benchmark.
//
// Exit codes: 0 fine, 1 failed while running, 2 wrong usage or input.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"jamd/model"
	"jamd/usage"
)

// The exit codes of every command.
const (
	exitFine   = 0
	exitFailed = 1
	exitUsage  = 2
)

type cli struct {
	Play        playCmd        `cmd:"" help:"Play live: hear a melody, send chords on the grid."`
	Open        openCmd        `cmd:"" help:"Open the page of the running jam in the browser; if none runs, start one as 'jamd play' does."`
	Jam         jamCmd         `cmd:"" help:"Let an agent play the melody, so that two models play together, live."`
	Ctl         ctlCmd         `cmd:"" help:"Control the running jam: set, panic, start, stop, status."`
	Accompany   accompanyCmd   `cmd:"" help:"Write chords to the melody of a MIDI file, faster than real time."`
	Bench       benchCmd       `cmd:"" help:"Measure how soon and how exactly jamd answers on this machine, idle and under load."`
	BenchLoad   benchLoadCmd   `cmd:"" hidden:""`
	BenchIdle   benchIdleCmd   `cmd:"" hidden:""`
	FollowLines followLinesCmd `cmd:"" hidden:""`
	Sessions    sessionsCmd    `cmd:"" help:"Find, replay, export and delete the recorded sessions."`
	Config      configCmd      `cmd:"" help:"Print the settings in force and where each comes from: a default, the configuration file, a flag."`
	Learn       learnCmd       `cmd:"" help:"MIDI learn: turn a knob or press a pad or key, and it changes a setting from then on."`
	Ports       portsCmd       `cmd:"" help:"List the MIDI ports."`
	Policies    policiesCmd    `cmd:"" help:"List, add, check and remove policies and agents."`
	Doctor      doctorCmd      `cmd:"" help:"Check every part that a jam needs, and say how to fix what is missing."`
	Version     versionCmd     `cmd:"" help:"Print the versions of jamd and its parts."`
	Completion  completionCmd  `cmd:"" help:"Print the line that gives your shell completion of jamd's commands."`
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the whole program, except that it returns the exit code instead of exiting.
func run(args []string, stdout, stderr io.Writer) int {
	exited, code := false, exitFine
	parser, err := newParser(&cli{}, kong.Writers(stdout, stderr), kong.Exit(func(c int) { exited, code = true, c }))
	if err != nil {
		fmt.Fprintln(stderr, "jamd:", err)
		return exitFailed
	}
	if completeLine(parser); exited { // a shell asked what could stand here, and has been told
		return code
	}
	if len(args) == 0 { // whoever types "jamd" alone wants to know what there is
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if exited { // --help has been printed
		return code
	}
	if err != nil {
		fmt.Fprintln(stderr, "jamd:", parseMistake(err))
		return exitUsage
	}
	signal.Ignore(syscall.SIGPIPE) // a closed pipe must not end a jam, because its notes would not end
	ctx, stop := untilInterrupted(signalled(), os.Exit)
	defer stop()
	command.BindTo(ctx, (*context.Context)(nil))
	if err = command.Run(newConsole(stdout, stderr, nil)); err == nil {
		return exitFine
	}
	fmt.Fprintln(stderr, "jamd:", err)
	if usage.Is(err) {
		return exitUsage
	}
	return exitFailed
}

// What the help and the manual page say of the whole.
const (
	about     = "A live jamming partner: it hears your melody and answers with chords on the next sixteenth note."
	exitCodes = "Exit codes: 0 fine, 1 failed while running, 2 wrong usage or input."
	examples  = `    jamd play                           play at a keyboard, or at the page
    jamd play --demo                    listen to a bundled tune
    jamd play --tempo 96 --count-in 4   be counted in
    jamd ctl set style=arpeggio         change the jam from another terminal
    jamd accompany song.mid -o out.mid  write chords to a melody
    jamd sessions list                  see what was played
    jamd doctor                         find what is missing
`
)

// newParser makes the parser of the command line.
func newParser(grammar *cli, options ...kong.Option) (*kong.Kong, error) {
	parser, err := kong.New(grammar, append([]kong.Option{
		kong.Name("jamd"), kong.Description(about + "\n\n" + examples + "\n" + exitCodes),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Vars{"policy": defaultPolicy, "ort_env": model.LibraryEnv},
	}, options...)...)
	if err == nil {
		parser.Model.HelpFlag.Help = "Print this help."
	}
	return parser, err
}
