package main

import (
	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"
	"github.com/posener/complete"

	"jamd/jam"
	"jamd/model"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish," default:"" help:"bash, zsh or fish (your login shell)."`
	Code  bool   `short:"c" help:"Print only what the shell must run."`
}

func (c *completionCmd) Run(ctx *kong.Context) error {
	return (&kongcompletion.Completion{Shell: c.Shell, Code: c.Code}).Run(ctx)
}

// completeLine answers a shell that asks what could stand at the end of a line, and then calls the parser's Exit.
func completeLine(parser *kong.Kong) {
	kongcompletion.Register(parser, kongcompletion.WithPredictors(predictors()))
}

// predictors returns what completion offers for the values of flags and arguments, by the names in their predictor tags. Flags with
// an enum need none. The names of policies are not all: a file may stand there too, which the shell offers if no name fits.
func predictors() map[string]complete.Predictor {
	names := func(parts ...model.Part) complete.Predictor {
		return complete.PredictFunc(func(complete.Args) (all []string) {
			for _, plays := range parts {
				all = append(all, model.Names(plays)...)
			}
			return all
		})
	}
	all := map[string]complete.Predictor{
		"policy": names(model.Chords), "agent": names(model.Melody), "policy-or-agent": names(model.Chords, model.Melody),
		"provider": complete.PredictSet(model.ProviderNames()...),
	}
	for _, p := range jam.Params() {
		if p.Kind == jam.List {
			all[p.Name] = complete.PredictSet(p.Words...)
		}
	}
	return all
}
