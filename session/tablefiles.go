package session

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"

	"jamd/atomicfile"
)

// A TableFormat is a file format of tables.
type TableFormat string

// The formats of tables. Each is also the extension of its files.
const (
	CSV     TableFormat = "csv"
	Parquet TableFormat = "parquet"
)

// A TableWriter writes the tables of any number of sessions into four files: sessions, frames, notes and decisions.
type TableWriter struct {
	sessions  *tableFile[JamRow]
	frames    *tableFile[FrameRow]
	notes     *tableFile[NoteRow]
	decisions *tableFile[DecisionRow]
}

// NewTableWriter begins the files in a folder, which is made if it does not exist. The files get their names at
// [TableWriter.Close].
func NewTableWriter(dir string, format TableFormat) (*TableWriter, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	w := &TableWriter{}
	var errs [4]error
	w.sessions, errs[0] = newTableFile[JamRow](dir, "sessions", format)
	w.frames, errs[1] = newTableFile[FrameRow](dir, "frames", format)
	w.notes, errs[2] = newTableFile[NoteRow](dir, "notes", format)
	w.decisions, errs[3] = newTableFile[DecisionRow](dir, "decisions", format)
	if err := errors.Join(errs[:]...); err != nil {
		w.Abort()
		return nil, err
	}
	return w, nil
}

// Write adds the rows of a session.
func (w *TableWriter) Write(t Tables) error {
	return errors.Join(w.sessions.write(t.Sessions), w.frames.write(t.Frames), w.notes.write(t.Notes), w.decisions.write(t.Decisions))
}

// Close gives the files their names and returns the names. If that fails for one file, the files after it do not get their names
// either.
func (w *TableWriter) Close() (files []string, err error) {
	for _, f := range w.all() {
		err = errors.Join(err, f.finish())
	}
	for _, f := range w.all() {
		if err == nil {
			files = append(files, f.name())
			err = f.place()
		}
	}
	if err != nil {
		w.Abort()
		return nil, err
	}
	return files, nil
}

// Abort removes the unfinished files. After Close it does nothing.
func (w *TableWriter) Abort() {
	for _, f := range w.all() {
		f.abort()
	}
}

func (w *TableWriter) all() []anyTable { return []anyTable{w.sessions, w.frames, w.notes, w.decisions} }

// An anyTable is a tableFile of any row type.
type anyTable interface {
	finish() error
	place() error
	name() string
	abort()
}

// A tableFile is a table that is being written.
type tableFile[Row any] struct {
	path string
	file *atomicfile.File
	rows rowWriter[Row]
}

// A rowWriter writes rows. Close writes the rows that it has buffered.
type rowWriter[Row any] interface {
	Write([]Row) (int, error)
	Close() error
}

// rowGroup is the number of rows in a row group of Parquet. A row group is in memory while it is written.
const rowGroup = 1 << 19

func newTableFile[Row any](dir, name string, format TableFormat) (*tableFile[Row], error) {
	path := filepath.Join(dir, name+"."+string(format))
	file, err := atomicfile.Create(path, 0o644)
	if err != nil {
		return nil, err
	}
	f := &tableFile[Row]{path: path, file: file}
	if format == Parquet {
		f.rows = parquet.NewGenericWriter[Row](file, parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(rowGroup))
	} else {
		f.rows, err = newCSVWriter[Row](file)
	}
	return f, err
}

func (f *tableFile[Row]) write(rows []Row) error {
	_, err := f.rows.Write(rows)
	return err
}

func (f *tableFile[Row]) finish() error { return f.rows.Close() }

func (f *tableFile[Row]) place() error { return f.file.Commit() }

func (f *tableFile[Row]) name() string { return f.path }

func (f *tableFile[Row]) abort() {
	if f != nil {
		f.file.Abort()
	}
}

// A csvWriter writes the same columns as Parquet, as text: null is empty, a time is RFC 3339 in UTC.
type csvWriter[Row any] struct {
	to     *bufio.Writer
	csv    *csv.Writer
	schema *parquet.Schema
	kinds  []reflect.Type // types of Row's fields, by column
	values parquet.Row
	fields []string
}

func newCSVWriter[Row any](to io.Writer) (*csvWriter[Row], error) {
	w := &csvWriter[Row]{to: bufio.NewWriterSize(to, 1<<16), schema: parquet.SchemaOf(new(Row))}
	w.csv = csv.NewWriter(w.to)
	var names []string
	for _, column := range w.schema.Fields() {
		names = append(names, column.Name())
	}
	for field := range reflect.TypeFor[Row]().NumField() {
		w.kinds = append(w.kinds, reflect.TypeFor[Row]().Field(field).Type)
	}
	return w, w.csv.Write(names)
}

func (w *csvWriter[Row]) Write(rows []Row) (int, error) {
	for i := range rows {
		w.values = w.schema.Deconstruct(w.values[:0], &rows[i])
		w.fields = w.fields[:0]
		for column, v := range w.values {
			w.fields = append(w.fields, w.field(column, v))
		}
		if err := w.csv.Write(w.fields); err != nil {
			return i, err
		}
	}
	return len(rows), nil
}

func (w *csvWriter[Row]) field(column int, v parquet.Value) string {
	if v.IsNull() {
		return ""
	}
	switch w.kinds[column] {
	case reflect.TypeFor[time.Time]():
		return time.UnixMicro(v.Int64()).UTC().Format(time.RFC3339Nano)
	case reflect.TypeFor[uint64]():
		return strconv.FormatUint(v.Uint64(), 10)
	case reflect.TypeFor[float32]():
		return strconv.FormatFloat(float64(v.Float()), 'f', -1, 32)
	case reflect.TypeFor[float64](), reflect.TypeFor[*float64]():
		return strconv.FormatFloat(v.Double(), 'f', -1, 64)
	}
	return v.String()
}

func (w *csvWriter[Row]) Close() error {
	w.csv.Flush()
	return errors.Join(w.csv.Error(), w.to.Flush())
}
