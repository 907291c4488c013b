package archive

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"

	"jamd/session"
	"jamd/session/report"
)

// Measure reads a session and computes its figures.
func Measure(r *session.Record, encoders *Encoders) (report.One, error) {
	one := report.One{Brief: r.Brief(), Manifest: r.Shown()}
	encoder, giveBack := encoders.borrow()
	defer giveBack()
	var err error
	if one.Figures, one.Take, err = r.Figures(encoder); err != nil {
		return one, fmt.Errorf("session %s: %w", r.ID, err)
	}
	switch {
	case encoder == nil:
		one.NoVendi = encoders.Why()
	case one.Figures.Windows == 0:
		one.NoVendi = fmt.Sprintf("it takes %d frames with chords.", encoder.Window())
	}
	return one, nil
}

// MeasureAll measures sessions in parallel. It leaves out sessions in which nothing was played. failed holds an error for each
// session that could not be read. MeasureAll calls each after every session, from several goroutines.
func MeasureAll(ctx context.Context, records []*session.Record, encoders *Encoders, each func()) (found []session.Measured, failed []error, err error) {
	measured, errs := make([]session.Measured, len(records)), make([]error, len(records))
	var work sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		work.Go(func() {
			for i := worker; i < len(records) && ctx.Err() == nil; i += workers {
				one, err := Measure(records[i], encoders)
				measured[i], errs[i] = session.Measured{Brief: one.Brief, Figures: one.Figures}, err
				each()
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

// Report writes the report of a session: an HTML page that loads nothing and runs no script.
func Report(w io.Writer, r *session.Record, encoders *Encoders) error {
	one, err := Measure(r, encoders)
	if err != nil {
		return err
	}
	return report.Session(w, one)
}
