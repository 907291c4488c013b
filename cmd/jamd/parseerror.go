package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/dustin/go-humanize/english"
)

// rephrased are kong's errors of values that could not be read, and what they say in the user's words.
var rephrased = []struct {
	kong *regexp.Regexp // its groups are the arguments of says
	says string
}{
	{regexp.MustCompile(`expected a float but got "(\d+),(\d+)" \(\w+\)`), `"%[1]s,%[2]s" is not a number; write it as %[1]s.%[2]s`},
	{regexp.MustCompile(`expected a float but got (".*") \(\w+\)`), "%s is not a number"},
	{regexp.MustCompile(`expected (?:\w+ )+but got "(.*)" \(short flag\); perhaps try (--.*=)".*"\?`), `a value that begins with a dash is written %[2]s%[1]s`},
	{regexp.MustCompile(`expected a valid \d+ bit u?int but got (".*")`), "%s is not a whole number"},
	{regexp.MustCompile(`expected an int but got (".*") \(\w+\)`), "%s is not a whole number"},
	{regexp.MustCompile(`expected duration but got (".*?")(?:: .*)?$`), "%s is not a length of time; write it as 30s, 5m or 1h30m"},
	{regexp.MustCompile(`expected (?:\w+ )+but got "EOL" \(<EOL>\)`), "its value is missing"},
	{regexp.MustCompile(`bool value must be true, 1, yes, false, 0 or no but got (".*")`), "%s is neither true nor false"},
}

// oneOf is kong's error of a value that is none of a list.
var oneOf = regexp.MustCompile(`^(.*) must be one of (".*?")(?:,"")? but got "(.*)"$`)

// groups returns the groups of a match.
func groups(match []string) (all []any) {
	for _, group := range match[1:] {
		all = append(all, group)
	}
	return all
}

// parseMistake is what the user reads about a command line that could not be parsed: the mistake, and whose help to read.
func parseMistake(err error) string {
	text, command := err.Error(), "jamd"
	for _, r := range rephrased {
		if m := r.kong.FindStringSubmatch(text); m != nil {
			said := r.says
			if len(m) > 1 {
				said = fmt.Sprintf(r.says, groups(m)...)
			}
			text = text[:r.kong.FindStringIndex(text)[0]] + said
			break
		}
	}
	if m := oneOf.FindStringSubmatch(text); m != nil {
		text = fmt.Sprintf("%s: %q: must be %s", m[1], m[3], english.WordSeries(strings.Split(strings.ReplaceAll(m[2], `"`, ""), ","), "or"))
	}
	var parse *kong.ParseError
	if errors.As(err, &parse) {
		if node := parse.Context.Selected(); node != nil {
			command += " " + commandPath(node)
			switch missing, ok := strings.CutPrefix(text, "expected "); {
			case ok && strings.HasPrefix(missing, `"<`):
				text = needs(node, missing)
			case ok && strings.HasPrefix(missing, "one of "):
				text = fmt.Sprintf("%s: which of %s?", commandPath(node), strings.Join(subcommands(node), ", "))
			}
		}
	}
	return fmt.Sprintf("%s (see %s --help)", text, command)
}

// commandPath returns the names of a command and those above it: "sessions show".
func commandPath(node *kong.Node) string {
	name := node.Name
	for up := node.Parent; up != nil && up.Parent != nil; up = up.Parent {
		name = up.Name + " " + name
	}
	return name
}

// subcommands returns the names of a command's own commands.
func subcommands(node *kong.Node) (names []string) {
	for _, child := range node.Children {
		if !child.Hidden {
			names = append(names, child.Name)
		}
	}
	return names
}

// needs says which argument of a command is missing, and what it is.
func needs(node *kong.Node, missing string) string {
	for _, arg := range node.Positional {
		if strings.HasPrefix(missing, `"<`+arg.Name+`>`) {
			return fmt.Sprintf("%s: which %s? %s", commandPath(node), arg.Name, strings.TrimSuffix(arg.Help, "."))
		}
	}
	return fmt.Sprintf("%s: %s is missing", commandPath(node), missing)
}
