package main

import (
	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish," default:"" help:"bash, zsh or fish (your login shell)."`
	Code  bool   `short:"c" help:"Print only what the shell must run."`
}

func (c *completionCmd) Run(ctx *kong.Context) error {
	return (&kongcompletion.Completion{Shell: c.Shell, Code: c.Code}).Run(ctx)
}
