package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/rs/zerolog"

	"jamd/live"
)

// The levels of what jamd says beside the music, all to one logger, console.Log:
//
//	debug  settings that hold, leads that move: for the file alone
//	info   what goes well, such as a port that is here
//	warn   what the player hears or should know
//	error  what failed
//
// It may write to a slow place, so all of a jam comes to it from behind queues, never from the frame path.

// A console is where a command writes: results to Out, everything said beside them to Log. Err is the terminal's end of Log,
// and for what asks the user.
type console struct {
	Out, Err io.Writer
	Log      zerolog.Logger

	file io.Writer // the log's other end; nil where there is none
}

// newConsole makes a console whose log goes to the terminal as lines "jamd: ...", and whole, as JSON, to a file where
// that is not nil.
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

// toFile is the console with its log kept in a file too, until close; an empty path keeps none. What is there already stays.
func (c console) toFile(path string) (_ console, close func(), err error) {
	if path == "" {
		return c, func() {}, nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return c, nil, asInput(fmt.Errorf("--log: %w", err))
	}
	log := &logFile{file: file, failed: c.Err}
	return newConsole(c.Out, c.Err, log), log.close, nil
}

// A logFile is the file of a log. Where it takes no more that is said once, and the jam goes on.
type logFile struct {
	failed io.Writer // where that is said

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
		fmt.Fprintf(f.failed, "jamd: the log is not whole, and ends here: %v\n", err)
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
