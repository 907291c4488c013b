// Package config reads and changes the configuration file of jamd, a TOML file (docs/configuration.md).
//
// A [File] is its text. [File.Select] gives the values of one profile as a [Config]; each value knows the line that it comes from. A
// change keeps the rest of the text byte for byte.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// A File is the text of a configuration file, parsed.
type File struct {
	path  string
	text  []byte
	tree  map[string]any
	lines map[string]int // of keys, joined by joined
}

// DefaultPath returns the path of the configuration file of this user.
func DefaultPath() (string, error) {
	folder, err := os.UserConfigDir()
	return filepath.Join(folder, "jamd", "config.toml"), err
}

// Read reads a file that is to be changed. A file that does not exist is empty.
func Read(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return Parse(path, text)
}

// Parse parses the text of a configuration file. The error names file and line.
func Parse(path string, text []byte) (*File, error) {
	f := &File{path: path, text: text, lines: map[string]int{}}
	if err := toml.Unmarshal(text, &f.tree); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			line, _ := at.Position()
			return nil, fmt.Errorf("%s:%d: %s", path, line, strings.TrimPrefix(at.Error(), "toml: "))
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f.walk(func(x expression) {
		if joined := joined(x.keys); f.lines[joined] == 0 {
			f.lines[joined] = 1 + bytes.Count(text[:x.keyAt], []byte("\n"))
		}
	})
	return f, nil
}

// An expression is a key with its value, or the header of a table.
type expression struct {
	table    bool
	keys     []string // from the root
	keyAt    int      // offset of the first of its own keys
	value    [2]int   // offsets of the value, if it is a single one with a text of its own
	lastByte int      // offset from which the expression's line may end
}

// walk calls visit for each expression of the text, in order.
func (f *File) walk(visit func(expression)) {
	var p unstable.Parser
	p.Reset(f.text)
	var table []string
	for p.NextExpression() {
		node := p.Expression()
		if node.Kind != unstable.Table && node.Kind != unstable.ArrayTable && node.Kind != unstable.KeyValue {
			continue
		}
		x := expression{table: node.Kind != unstable.KeyValue, keyAt: -1}
		var own []string
		for keys := node.Key(); keys.Next(); {
			key := keys.Node()
			if x.keyAt < 0 {
				x.keyAt = int(key.Raw.Offset)
			}
			x.lastByte = int(key.Raw.Offset + key.Raw.Length)
			own = append(own, string(key.Data))
		}
		if x.table {
			table = own
		} else if raw := node.Value().Raw; raw.Length > 0 {
			x.value = [2]int{int(raw.Offset), int(raw.Offset + raw.Length)}
			x.lastByte = x.value[1]
		}
		x.keys = own
		if !x.table {
			x.keys = append(slices.Clone(table), own...)
		}
		visit(x)
	}
}

func joined(keys []string) string { return strings.Join(keys, "\x00") }

// where returns file and line of a key. Keys of an inline table have the line of the table.
func (f *File) where(keys []string) string {
	for n := len(keys); n > 0; n-- {
		if line := f.lines[joined(keys[:n])]; line > 0 {
			return fmt.Sprintf("%s:%d", f.path, line)
		}
	}
	return f.path
}

// mistake returns an error about a key, with file and line.
func (f *File) mistake(keys []string, what string) error {
	return fmt.Errorf("%s: %s: %s", f.where(keys), strings.Join(keys, "."), what)
}
