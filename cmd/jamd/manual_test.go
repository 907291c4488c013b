package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var updateManual = flag.Bool("update", false, "write the manual page and the reference anew")

const manualFile = "../../assets/package/linux/jamd.1"

// The manual page of the packages says what --help says: it is written from the same definitions.
func TestManualIsFresh(t *testing.T) {
	fresh(t, manualFile, manual)
}

// fresh compares a file with what is written from the command line. With -update it writes the file anew.
func fresh(t *testing.T, file string, write func(*kong.Application) []byte) {
	t.Helper()
	parser, err := newParser(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	want := write(parser.Model)
	if *updateManual {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not of this command line: run go test ./cmd/jamd -run %s -update", file, t.Name())
	}
}

// manual writes the manual page of a command line, in the macros of man(7).
func manual(app *kong.Application) []byte {
	var page bytes.Buffer
	fmt.Fprintf(&page, ".TH JAMD 1\n.SH NAME\njamd \\- live jamming partner\n.SH SYNOPSIS\n.B jamd\n.I command\n[flags]\n")
	fmt.Fprintf(&page, ".SH DESCRIPTION\n%s\n", roff(about))
	fmt.Fprintf(&page, ".PP\nEvery flag can be given as in \\fIjamd play \\-\\-tempo 90\\fR; each command explains itself with \\-\\-help.\n")
	page.WriteString(".SH COMMANDS\n")
	for _, command := range app.Leaves(true) {
		fmt.Fprintf(&page, ".SS %s\n%s\n", roff(command.Summary()), roff(strings.TrimSpace(command.Help+"\n\n"+command.Detail)))
		for _, arg := range command.Positional {
			if arg.Help != "" {
				manualTerm(&page, arg.Summary(), arg.Help)
			}
		}
		manualFlags(&page, flagsOf(command))
	}
	fmt.Fprintf(&page, ".SH EXAMPLES\n.nf\n%s.fi\n.SH EXIT STATUS\n%s\n", roff(examples), roff(exitCodes))
	page.WriteString(".SH FILES\n")
	manualTerm(&page, "~/.config/jamd/config.toml", "The configuration; jamd config path prints its place.")
	manualTerm(&page, "~/.local/state/jamd/sessions", "The recorded sessions.")
	return page.Bytes()
}

func manualFlags(page *bytes.Buffer, flags []*kong.Flag) {
	for _, flag := range flags {
		if !flag.Hidden && flag.Name != "help" {
			manualTerm(page, flagTerm(flag), flag.Help)
		}
	}
}

// flagTerm writes a flag as --help does.
func flagTerm(flag *kong.Flag) string {
	if flag.Tag.Negatable != "" {
		return strings.Replace(flag.String(), "--", "--[no-]", 1)
	}
	return flag.String()
}

func manualTerm(page *bytes.Buffer, term, text string) {
	fmt.Fprintf(page, ".TP\n.B %s\n%s\n", roff(term), roff(text))
}

// roff escapes a text: backslashes, hyphens, and what would be a request at the beginning of a line.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "\n\n", "\n.PP\n").Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "'") || strings.HasPrefix(line, ".") && line != ".PP" {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
