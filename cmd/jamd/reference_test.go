package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

const referenceFile = "../../docs/reference.md"

// The reference of the documentation says what --help says: it is written from the same definitions.
func TestReferenceIsFresh(t *testing.T) {
	fresh(t, referenceFile, reference)
}

// wanted is what a player looks for first, with commands in quotes. TestDocumentedCommands and TestLinks check its commands and
// links.
const wanted = `
| you want to | command |
| --- | --- |
| play live: it hears a melody and sends chords on the grid | ['jamd play'](#play) |
| open the page in the browser; it starts a jam if none runs | ['jamd open'](#open) |
| have chords written to a MIDI file, as causally as live | ['jamd accompany'](#accompany) |
| let an agent play the melody | ['jamd jam'](#jam) |
| steer the running jam from another terminal | ['jamd ctl set'](#ctl-set), ['jamd ctl tap'](#ctl-tap), ['jamd ctl panic'](#ctl-panic), ['jamd ctl stop'](#ctl-stop) |
| put a setting on a knob, pad or key | ['jamd learn'](#learn) |
| find, replay, report or export what you played | ['jamd sessions'](#sessions-list) |
| see the settings in force, and where each comes from | ['jamd config'](#config-show) |
| see, add or check policies | ['jamd policies'](#policies-list) |
| see the MIDI ports | ['jamd ports'](#ports) |
| know what is wrong, and how to repair it | ['jamd doctor'](#doctor) |
| measure how soon and how exactly this machine answers | ['jamd bench'](#bench) |
`

// reference writes the commands and flags of a command line in Markdown.
func reference(app *kong.Application) []byte {
	var page bytes.Buffer
	fmt.Fprintf(&page, "# Commands\n\nWritten from the command line itself; `jamd COMMAND --help` prints the same. %s\n\n", exitCodes)
	page.WriteString("Other references: [configuration](configuration.md), [output as JSON](output.schema.json), [sessions](sessions.md), [the page's API](../ui/openapi.yaml).\n")
	page.WriteString(strings.ReplaceAll(wanted, "'", "`"))
	for _, command := range app.Leaves(true) {
		fmt.Fprintf(&page, "\n## %s\n\n`jamd %s`\n\n%s\n\n", strings.TrimPrefix(command.Path(), "jamd "), command.Summary(), markdown(strings.TrimSpace(command.Help+"\n\n"+command.Detail)))
		referenceTable(&page, command.Positional, flagsOf(command))
	}
	return append(bytes.TrimRight(page.Bytes(), "\n"), '\n')
}

// flagsOf returns the flags that a command has: its own, then those of the group that it is in.
func flagsOf(command *kong.Node) (flags []*kong.Flag) {
	for node := command; node != nil; node = node.Parent {
		flags = append(flags, node.Flags...)
	}
	return flags
}

func referenceTable(page *bytes.Buffer, args []*kong.Value, flags []*kong.Flag) {
	var rows []string
	for _, arg := range args {
		rows = append(rows, fmt.Sprintf("| %s | %s |\n", monospaced(arg.Summary()), markdown(arg.Help)))
	}
	for _, flag := range flags {
		if !flag.Hidden && flag.Name != "help" {
			rows = append(rows, fmt.Sprintf("| %s | %s |\n", monospaced(flagTerm(flag)), markdown(flag.Help)))
		}
	}
	if len(rows) > 0 {
		fmt.Fprintf(page, "| flag | what it does |\n| --- | --- |\n%s", strings.Join(rows, ""))
	}
}

// monospaced sets text as code in a table. A bar there ends the cell, and the site shows the backslash that GitHub would take
// for its escape. After a bar the line may break.
func monospaced(text string) string {
	if strings.Contains(text, "|") {
		return "<code>" + strings.NewReplacer("&", "&amp;", "<", "&lt;", "|", "&#124;<wbr>", "*", "&#42;", "_", "&#95;").Replace(text) + "</code>"
	}
	return "`" + text + "`"
}

// markdown escapes what Markdown would take for markup.
func markdown(text string) string {
	return strings.NewReplacer("|", `\|`, "<", `\<`, "*", `\*`, "_", `\_`).Replace(text)
}

// commandLine finds what a document shows as typed: between backquotes, or a line of an indented block.
var commandLine = regexp.MustCompile("`((?:bin/)?jamd [^ `][^`]*)`|(?m)^    ((?:bin/)?jamd [^ ].*)$")

// Every command line in the documents has a command and flags that exist.
func TestDocumentedCommands(t *testing.T) {
	parser, err := newParser(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("../../docs/*.md")
	files = append(files, "../../README.md", "../../train/README.md", "../../SECURITY.md")
	seen := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range commandLine.FindAllStringSubmatch(string(text), -1) {
			line, _, _ := strings.Cut(found[1]+found[2], " #")
			if strings.HasPrefix(line, "jamd in") || strings.HasPrefix(line, "jamd out") || strings.HasPrefix(line, "jamd config show ") {
				continue // names of ports; flags of another command
			}
			seen++
			if wrong := unknownPart(parser.Model.Node, strings.Fields(line)[1:]); wrong != "" {
				t.Errorf("%s: %s: there is no %s", filepath.Base(file), line, wrong)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d command lines were found", seen)
	}
}

// unknownPart returns the first word of a command line that is neither a command nor a flag, if the words before it call for one.
func unknownPart(node *kong.Node, words []string) string {
	flags := slices.Clone(node.Flags)
	for _, word := range words {
		name, _, _ := strings.Cut(strings.TrimRight(word, ",.;:"), "=")
		if flag, ok := strings.CutPrefix(name, "--"); ok {
			if !slices.ContainsFunc(flags, func(f *kong.Flag) bool { return f.Name == flag || "no-"+f.Name == flag }) {
				return name
			}
			continue
		}
		i := slices.IndexFunc(node.Children, func(child *kong.Node) bool { return child.Type == kong.CommandNode && child.Name == name })
		if i >= 0 {
			node = node.Children[i]
			flags = append(flags, node.Flags...)
			if node.DefaultCmd != nil {
				flags = append(flags, node.DefaultCmd.Flags...)
			}
		} else if node.Parent == nil && name != "COMMAND" {
			return name
		}
	}
	return ""
}
