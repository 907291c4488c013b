package main

import (
	"fmt"
	"runtime"

	"jamd/model"
)

// version is set by the Makefile.
var version = "unknown"

type versionCmd struct {
	JSON   bool   `help:"Print one JSON object."`
	OrtLib string `placeholder:"FILE" help:"ONNX Runtime's shared library, as for 'jamd play'."`

	Configured configFlags `embed:""`
}

func (c *versionCmd) Run(to console) error {
	runtimeVersion := "not found"
	if library, err := model.OpenLibrary(c.OrtLib); err == nil {
		runtimeVersion = library.Version
	}
	if c.JSON {
		return printJSON(to, map[string]string{"jamd": version, "go": runtime.Version(), "onnxruntime": runtimeVersion,
			"system": runtime.GOOS + "/" + runtime.GOARCH})
	}
	fmt.Fprintf(to.Out, "jamd %s (%s, %s/%s, ONNX Runtime %s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtimeVersion)
	return nil
}
