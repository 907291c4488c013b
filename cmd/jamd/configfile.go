package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"jamd/atomicfile"
)

// A configFile is a TOML file as it was read.
type configFile struct {
	path  string
	text  []byte
	tree  map[string]any
	lines map[string]int // of keys, each written by joined
}

// parseConfig reads a configuration file's text. The error names file and line.
func parseConfig(path string, text []byte) (*configFile, error) {
	f := &configFile{path: path, text: text, lines: map[string]int{}}
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

// An expression is a key with its value, or the head of a table.
type expression struct {
	table    bool
	keys     []string // from the top
	keyAt    int      // where the first of its own keys begins in the text
	value    [2]int   // from and to where the value lies, of a single one that has a text of its own
	lastByte int      // from where the expression's line may end
}

// walk calls visit for each expression of the text, in order.
func (f *configFile) walk(visit func(expression)) {
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

// where is the file and the line of a key, as near as the text tells: a table within a line has the line's.
func (f *configFile) where(keys []string) string {
	for n := len(keys); n > 0; n-- {
		if line := f.lines[joined(keys[:n])]; line > 0 {
			return fmt.Sprintf("%s:%d", f.path, line)
		}
	}
	return f.path
}

// mistake is the error of a key's.
func (f *configFile) mistake(keys []string, what string) error {
	return fmt.Errorf("%s: %s: %s", f.where(keys), strings.Join(keys, "."), what)
}

// with is the text with a key of a table, or of none, set to a value as TOML writes it. The rest is as it was, byte for byte.
// same tells which keys of the table stand for the one to be set. It fails where the text cannot be changed so simply.
func (f *configFile) with(table []string, key, value string, same func(string) bool) ([]byte, error) {
	line := fmt.Sprintf("%s = %s", bare(key), value)
	end := -1 // of the table's last line
	var old [2]int
	f.walk(func(x expression) {
		switch n := len(table); {
		case x.table && slices.Equal(x.keys, table):
			end = x.lastByte
		case !x.table && len(x.keys) == n+1 && slices.Equal(x.keys[:n], table):
			if end = x.lastByte; same(x.keys[n]) {
				old = x.value
			}
		}
	})
	var text []byte
	switch {
	case old[1] > 0:
		text = slices.Replace(slices.Clone(f.text), old[0], old[1], []byte(value)...)
	case end >= 0:
		if rest := bytes.IndexByte(f.text[end:], '\n'); rest >= 0 {
			text = slices.Insert(slices.Clone(f.text), end+rest+1, []byte(line+"\n")...)
		} else {
			text = append(slices.Clone(f.text), "\n"+line+"\n"...)
		}
	case len(table) == 0: // above all tables
		text = append([]byte(line+"\n"), f.text...)
	default:
		text = slices.Clone(f.text)
		if len(text) > 0 && text[len(text)-1] != '\n' {
			text = append(text, '\n')
		}
		if len(text) > 0 {
			text = append(text, '\n')
		}
		text = append(text, fmt.Sprintf("[%s]\n%s\n", strings.Join(table, "."), line)...)
	}
	changed, err := parseConfig(f.path, text)
	if err != nil || !changed.has(table, value, same) {
		where := "into its table [" + strings.Join(table, ".") + "]"
		if len(table) == 0 {
			where = "above its tables"
		}
		return nil, fmt.Errorf("%s: cannot be changed as it is written; put this line %s: %s", f.path, where, line)
	}
	return text, nil
}

// has is whether a key of a table has a value, which is as TOML writes it.
func (f *configFile) has(table []string, value string, same func(string) bool) bool {
	var want struct{ Value any }
	if err := toml.Unmarshal([]byte("Value = "+value), &want); err != nil {
		return false
	}
	at := f.tree
	for _, key := range table {
		at, _ = at[key].(map[string]any)
	}
	for key, v := range at {
		if same(key) && v == want.Value {
			return true
		}
	}
	return false
}

// quote writes a text as TOML does; keys and values of jamd's have neither quotes nor control characters.
func quote(text string) string { return `"` + text + `"` }

// bare is a key as TOML writes it: in quotes only where it must be.
func bare(key string) string {
	if strings.ContainsFunc(key, func(c rune) bool {
		return c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	}) {
		return quote(key)
	}
	return key
}

// rewrite replaces the content of a file, whole or not at all. The file keeps its permissions.
func rewrite(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	return atomicfile.WriteFile(path, text, mode)
}
