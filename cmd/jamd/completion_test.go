package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"
	"github.com/posener/complete"
)

// Completion offers the values of every flag that takes one of a list: those that its help names.
func TestCompletionOffersValues(t *testing.T) {
	parser, err := newParser(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	completion, err := kongcompletion.Command(parser, kongcompletion.WithPredictors(predictors()))
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`^[a-z0-9!-]+(\|[a-z0-9!-]+)+$`)
	checked := map[string]bool{}
	var check func(*kong.Node, complete.Command)
	check = func(node *kong.Node, c complete.Command) {
		for _, flag := range node.Flags {
			if flag.Hidden || !list.MatchString(flag.PlaceHolder) {
				continue
			}
			checked[flag.Name] = true
			offered := c.GlobalFlags["--"+flag.Name].Predict(complete.Args{})
			for value := range strings.SplitSeq(flag.PlaceHolder, "|") {
				if !slices.Contains(offered, value) {
					t.Errorf("%s --%s: %q is not offered: %q", node.FullPath(), flag.Name, value, offered)
				}
			}
		}
		for _, child := range node.Children {
			if !child.Hidden {
				check(child, c.Sub[child.Name])
			}
		}
	}
	check(parser.Model.Node, completion)
	for _, name := range []string{"style", "clock", "provider", "sort"} {
		if !checked[name] {
			t.Errorf("--%s was not checked", name)
		}
	}
}
