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
	"strings"

	"jamd/archive"
	"jamd/atomicfile"
	"jamd/session"
	"jamd/session/report"
	"jamd/usage"
)

type reportCmd struct {
	sessionsArg
	Output string `short:"o" default:"report.html" placeholder:"FILE.html|FILE.csv" help:"Write the report into this file; '-' prints it (${default}). FILE.csv is a table instead, with a row for each jam."`
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
	table := strings.EqualFold(filepath.Ext(c.Output), ".csv")
	if len(c.IDs) == 1 && !c.all() && !table {
		if c.JSON {
			return show(to, records[0], encoders, true)
		}
		return c.write(to, func(w io.Writer) error { return archive.Report(w, records[0], encoders) })
	}
	session.TellApart(records)
	briefs := briefsOf(records)
	participants, repeated := session.Participants(briefs), session.Repeated(briefs)
	records = slices.DeleteFunc(records, func(r *session.Record) bool {
		err := r.WhyHidden() // it has no known policy to compare
		if counts, ok := repeated[r.ID]; ok {
			err = fmt.Errorf("is %v, and so is %s, which counts", counts.Trial, counts.ID)
		}
		if err != nil {
			broken = append(broken, fmt.Errorf("session %s is left out: it %w", r.ID, err))
		}
		return err != nil
	})
	if len(records) == 0 {
		return usage.Errorf("no session to report on: the policies of blind jams are hidden until they are rated; %s", rateSo("ID"))
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
	many.Study.Participants = participants
	if c.JSON {
		return printJSON(to, many.Study)
	}
	if table {
		return c.write(to, many.Study.WriteCSV)
	}
	return c.write(to, func(w io.Writer) error { return report.Study(w, many) })
}

func briefsOf(records []*session.Record) []session.Brief {
	briefs := make([]session.Brief, len(records))
	for i, r := range records {
		briefs[i] = r.Brief()
	}
	return briefs
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
