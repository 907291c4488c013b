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

// A TableFormat is how tables are written.
type TableFormat string

// The formats of tables; each is also the ending of its files' names.
const (
	CSV     TableFormat = "csv"
	Parquet TableFormat = "parquet"
)

// A TableWriter writes the tables of any number of sessions into one file each: sessions, frames, notes and decisions.
type TableWriter struct {
	sessions  *tableFile[JamRow]
	frames    *tableFile[FrameRow]
	notes     *tableFile[NoteRow]
	decisions *tableFile[DecisionRow]
}

// NewTableWriter begins the files, in a folder that is made where it is not there. Nothing is to be seen of them before Close.
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

// Write adds a session.
func (w *TableWriter) Write(t Tables) error {
	return errors.Join(w.sessions.write(t.Sessions), w.frames.write(t.Frames), w.notes.write(t.Notes), w.decisions.write(t.Decisions))
}

// Close puts the files in place, and names them. Where one cannot be, none is that was not yet.
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

// Abort leaves nothing behind. After Close it does nothing.
func (w *TableWriter) Abort() {
	for _, f := range w.all() {
		f.abort()
	}
}

func (w *TableWriter) all() []anyTable { return []anyTable{w.sessions, w.frames, w.notes, w.decisions} }

// An anyTable is a tableFile whatever its rows.
type anyTable interface {
	finish() error
	place() error
	name() string
	abort()
}

// A tableFile is one table on its way to the disk.
type tableFile[Row any] struct {
	path string
	file *atomicfile.File
	rows rowWriter[Row]
}

// A rowWriter takes rows, and what it still holds when it is closed.
type rowWriter[Row any] interface {
	Write([]Row) (int, error)
	Close() error
}

// rowGroup is how many rows Parquet keeps together, and in memory while they are written.
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

// A csvWriter writes the columns that Parquet would, as text: null is nothing, a time is RFC 3339 in UTC.
type csvWriter[Row any] struct {
	to     *bufio.Writer
	csv    *csv.Writer
	schema *parquet.Schema
	kinds  []reflect.Type // by column, of Row's fields
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
