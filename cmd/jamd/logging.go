package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/rs/zerolog"

	"jamd/live"
	"jamd/usage"
)

// A console is where a command writes: results to Out, messages to Log, questions to Err. Log has these levels:
//
//	debug  settings that take effect, changes of the lead; only in the log file
//	info   good news, such as a port that is back
//	warn   what the player hears or should know
//	error  what failed
//
// Log may be slow. A jam writes to it through queues, never from the frame path.
type console struct {
	Out, Err io.Writer
	Log      zerolog.Logger

	file io.Writer // a second destination of Log; nil for none
}

// newConsole makes a console. Its log goes to err as lines "jamd: ...", and, if file is not nil, in full to file, as JSON.
func newConsole(out, err, file io.Writer) console {
	said := zerolog.ConsoleWriter{
		Out: err, NoColor: true, PartsOrder: []string{zerolog.MessageFieldName}, FieldsExclude: []string{live.FrameField},
		FormatMessage: func(text any) string { return fmt.Sprintf("jamd: %v", text) },
	}
	ends := []io.Writer{&zerolog.FilteredLevelWriter{Writer: zerolog.LevelWriterAdapter{Writer: said}, Level: zerolog.InfoLevel}}
	if file != nil {
		ends = append(ends, file)
	}
	return console{Out: out, Err: err, Log: zerolog.New(zerolog.MultiLevelWriter(ends...)).With().Timestamp().Logger(), file: file}
}

// toFile returns the console with its log also appended to a file, until close is called. path "" means no file.
func (c console) toFile(path string) (_ console, close func(), err error) {
	if path == "" {
		return c, func() {}, nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return c, nil, usage.Errorf("--log: %w", err)
	}
	log := &logFile{file: file, failed: c.Err}
	return newConsole(c.Out, c.Err, log), log.close, nil
}

// A logFile is the file of a log. If it cannot be written, that is reported once, and the jam continues.
type logFile struct {
	failed io.Writer // where that is reported

	mu   sync.Mutex
	file *os.File // nil after the end
}

func (f *logFile) Write(line []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return len(line), nil
	}
	if _, err := f.file.Write(line); err != nil {
		fmt.Fprintf(f.failed, "jamd: the log is incomplete and ends here: %v\n", err)
		_ = f.file.Close()
		f.file = nil
	}
	return len(line), nil
}

func (f *logFile) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file != nil {
		_ = f.file.Close()
		f.file = nil
	}
}
