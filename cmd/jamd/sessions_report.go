package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"jamd/atomicfile"
	"jamd/model"
	"jamd/session"
	"jamd/session/report"
)

type reportCmd struct {
	sessionsArg
	Output string `short:"o" default:"report.html" placeholder:"FILE.html" help:"Write the report into this file; '-' prints it (${default})."`
	JSON   bool   `help:"Print the figures as one JSON object instead."`
	OrtLib string `placeholder:"FILE" help:"ONNX Runtime's shared library, for the Vendi score; else ${ort_env}, beside jamd, the system's."`
}

func (c *reportCmd) Run(ctx context.Context, group *sessionsCmd, to console) error {
	encoders := newEncoders(c.OrtLib)
	defer encoders.close()
	records, broken, err := group.choose(to, &c.sessionsArg)
	if err != nil {
		return err
	}
	mend(to, records...)
	if len(c.IDs) == 1 && !c.all() {
		if c.JSON {
			return show(to, records[0], encoders, true)
		}
		return c.write(to, func(w io.Writer) error { return reportOf(w, records[0], encoders) })
	}
	records = slices.DeleteFunc(records, func(r *session.Record) bool {
		if r.Hides() { // it is no policy to compare with others
			broken = append(broken, fmt.Errorf("session %s: its policy is hidden; %s", r.ID, revealing(r.ID)))
		}
		return r.Hides()
	})
	if len(records) == 0 {
		return asInput(errors.New("no session to report on: who played in these is told when they are rated"))
	}
	sessions, failed, err := measureAll(ctx, records, encoders)
	if err != nil {
		return err
	}
	if len(sessions) == 0 {
		return cmp.Or(errors.Join(failed...), asInput(errors.New("nothing was played in these sessions")))
	}
	many := report.Many{}
	for _, err := range append(broken, failed...) {
		many.Problems = append(many.Problems, err.Error())
	}
	many.Study, many.NoVendi = session.NewStudy(sessions), encoders.why()
	if c.JSON {
		return printJSON(to, many.Study)
	}
	return c.write(to, func(w io.Writer) error { return report.Study(w, many) })
}

// write writes the report whole, or not at all, and says where.
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

// measure reads a session and takes its figures.
func measure(r *session.Record, encoders *encoders) (report.One, error) {
	one := report.One{Brief: r.Brief(), Manifest: r.Shown()}
	encoder, give := encoders.take()
	defer give()
	var err error
	if one.Figures, one.Take, err = r.Figures(encoder); err != nil {
		return one, fmt.Errorf("session %s: %w", r.ID, err)
	}
	switch {
	case encoder == nil:
		one.NoVendi = encoders.why()
	case one.Figures.Windows == 0:
		one.NoVendi = fmt.Sprintf("it takes %d frames with chords.", encoder.Window())
	}
	return one, nil
}

// measureAll measures sessions beside one another: those in which anything was played. failed says why others cannot be.
func measureAll(ctx context.Context, records []*session.Record, encoders *encoders) (found []session.Measured, failed []error, err error) {
	measured, errs := make([]session.Measured, len(records)), make([]error, len(records))
	var work sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		work.Go(func() {
			for i := worker; i < len(records) && ctx.Err() == nil; i += workers {
				one, err := measure(records[i], encoders)
				measured[i], errs[i] = session.Measured{Brief: one.Brief, Figures: one.Figures}, err
			}
		})
	}
	work.Wait()
	for i, err := range errs {
		switch {
		case err != nil:
			failed = append(failed, err)
		case measured[i].Frames > 0:
			found = append(found, measured[i])
		}
	}
	return found, failed, ctx.Err()
}

// encoders are lent, each to one at a time.
type encoders struct {
	library string
	mu      sync.Mutex
	free    []*model.Encoder
	err     error // why there are none
}

func newEncoders(library string) *encoders { return &encoders{library: library} }

// take lends an encoder, nil where there are none, and what gives it back.
func (e *encoders) take() (session.Encoder, func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return nil, func() {}
	}
	if len(e.free) == 0 {
		encoder, err := model.LoadEncoder(e.library)
		if err != nil {
			e.err = err
			return nil, func() {}
		}
		e.free = append(e.free, encoder)
	}
	encoder := e.free[len(e.free)-1]
	e.free = e.free[:len(e.free)-1]
	return encoder, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.free = append(e.free, encoder)
	}
}

// why says why there is no encoder, "" where there is one.
func (e *encoders) why() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *encoders) close() {
	for _, encoder := range e.free {
		_ = encoder.Close()
	}
}

// reportOf writes the report of a session: a page that fetches nothing and runs no script.
func reportOf(w io.Writer, r *session.Record, encoders *encoders) error {
	one, err := measure(r, encoders)
	if err != nil {
		return err
	}
	return report.Session(w, one)
}
