package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// argument is what kong adds to the path of a command that has arguments.
var argument = regexp.MustCompile("-<.*")

const outputSchema = "../../docs/output.schema.json"

// fits COMMAND FILE checks that a file holds what docs/output.schema.json says of the JSON output of a command.
func fits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: fits COMMAND FILE")
	}
	schema, err := jsonschema.NewCompiler().Compile(outputSchema + "#/$defs/" + args[0])
	ts.Check(err)
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile(args[1])))
	ts.Check(err)
	ts.Check(schema.Validate(value))
}

// Every command that has --json is described in the schema, and some script holds what it prints against that.
func TestEveryOutputHasASchema(t *testing.T) {
	parser, err := newParser(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	_ = kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		if n, ok := node.(*kong.Node); ok && n.Type == kong.CommandNode && !n.Hidden && slices.ContainsFunc(n.Flags, func(f *kong.Flag) bool { return f.Name == "json" }) {
			name := strings.ReplaceAll(strings.TrimPrefix(n.Path(), "jamd "), " ", "-")
			commands = append(commands, strings.Replace(argument.ReplaceAllString(name, ""), "config-show", "config", 1))
		}
		return next(nil)
	})
	var scripts bytes.Buffer
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		scripts.Write(text)
	}
	compiler := jsonschema.NewCompiler()
	for _, command := range commands {
		if _, err := compiler.Compile(outputSchema + "#/$defs/" + command); err != nil {
			t.Errorf("%s: %v", command, err)
		}
		if !strings.Contains(scripts.String(), "\nfits "+command+" ") {
			t.Errorf("no script checks the output of %s", command)
		}
	}
	if len(commands) < 15 {
		t.Errorf("only %q have --json", commands)
	}
}
