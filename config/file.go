// Package config reads and changes jamd's configuration file, a TOML file (docs/configuration.md).
//
// A [File] is the text of the file. [File.Select] returns the values of one profile as a [Config], in which each value knows its
// line. A change leaves the rest of the text as it is, byte for byte.
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
	lines map[string]int // line of each key; a key is joined by joined
}

// DefaultPath returns the path of the user's configuration file.
func DefaultPath() (string, error) {
	folder, err := os.UserConfigDir()
	return filepath.Join(folder, "jamd", "config.toml"), err
}

// Read reads a file in order to change it. A missing file counts as empty.
func Read(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return Parse(path, text)
}

// Parse parses the text of a configuration file. path is only for messages. Errors name the file and, if possible, the line.
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
	keys     []string // path from the root
	keyAt    int      // offset of the first key in the expression
	value    [2]int   // offsets of the start and end of the value; 0 if it has no single text
	lastByte int      // the line of the expression ends after this offset
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

// joined returns a path as one map key.
func joined(keys []string) string { return strings.Join(keys, "\x00") }

// where returns the file and line of a key. The keys of an inline table have the table's line.
func (f *File) where(keys []string) string {
	for n := len(keys); n > 0; n-- {
		if line := f.lines[joined(keys[:n])]; line > 0 {
			return fmt.Sprintf("%s:%d", f.path, line)
		}
	}
	return f.path
}

// mistake returns an error about a key, with its file and line.
func (f *File) mistake(keys []string, what string) error {
	return fmt.Errorf("%s: %s: %s", f.where(keys), strings.Join(keys, "."), what)
}
