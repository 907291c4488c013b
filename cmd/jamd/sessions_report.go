package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"jamd/archive"
	"jamd/atomicfile"
	"jamd/session"
	"jamd/session/report"
	"jamd/usage"
)

type reportCmd struct {
	sessionsArg
	Output string `short:"o" default:"report.html" placeholder:"FILE.html" help:"Write the report into this file; '-' prints it (${default})."`
	JSON   bool   `help:"Print the figures as one JSON object instead."`
	OrtLib string `placeholder:"FILE" help:"ONNX Runtime's shared library, for the Vendi score; else ${ort_env}, beside jamd, the system's."`
}

func (c *reportCmd) Run(ctx context.Context, group *sessionsCmd, to console) error {
	encoders := archive.NewEncoders(c.OrtLib)
	defer encoders.Close()
	records, broken, err := group.choose(to, &c.sessionsArg)
	if err != nil {
		return err
	}
	repair(to, records...)
	if len(c.IDs) == 1 && !c.all() {
		if c.JSON {
			return show(to, records[0], encoders, true)
		}
		return c.write(to, func(w io.Writer) error { return archive.Report(w, records[0], encoders) })
	}
	records = slices.DeleteFunc(records, func(r *session.Record) bool {
		if r.Hides() { // it has no known policy to compare
			broken = append(broken, fmt.Errorf("session %s: its policy is hidden; %s", r.ID, revealing(r.ID)))
		}
		return r.Hides()
	})
	if len(records) == 0 {
		return usage.Errorf("no session to report on: the policies of these are hidden until they are rated")
	}
	measured := newProgress(to, "measuring sessions", len(records))
	sessions, failed, err := archive.MeasureAll(ctx, records, encoders, func() { measured.add(1) })
	measured.end()
	if err != nil {
		return err
	}
	if len(sessions) == 0 {
		return cmp.Or(errors.Join(failed...), usage.Errorf("nothing was played in these sessions"))
	}
	many := report.Many{}
	for _, err := range append(broken, failed...) {
		many.Problems = append(many.Problems, err.Error())
	}
	many.Study, many.NoVendi = session.NewStudy(sessions), encoders.Why()
	if c.JSON {
		return printJSON(to, many.Study)
	}
	return c.write(to, func(w io.Writer) error { return report.Study(w, many) })
}

// write writes the report to c.Output, whole or not at all, and prints the path.
func (c *reportCmd) write(to console, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	if c.Output == "-" {
		_, err := to.Out.Write(b.Bytes())
		return err
	}
	if err := atomicfile.WriteFile(c.Output, b.Bytes(), 0o644); err != nil {
		return err
	}
	path, err := filepath.Abs(c.Output)
	if err != nil {
		path = c.Output
	}
	fmt.Fprintf(to.Out, "wrote %s\n", path)
	return nil
}
