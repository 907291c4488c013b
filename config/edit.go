package config

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"jamd/atomicfile"
)

// with returns the file's text with one key set to a value in TOML syntax. The key is in the table at that path; an empty path
// means above all tables. same reports which existing keys of the table mean the same key. with returns an error if it cannot
// make the change in one line.
func (f *File) with(table []string, key, value string, same func(string) bool) ([]byte, error) {
	line := fmt.Sprintf("%s = %s", bare(key), value)
	end := -1 // offset of the table's last line
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
		var header []string
		for _, name := range table {
			header = append(header, bare(name))
		}
		text = append(text, fmt.Sprintf("[%s]\n%s\n", strings.Join(header, "."), line)...)
	}
	changed, err := Parse(f.path, text)
	if err != nil || !changed.has(table, value, same) {
		where := "into its table [" + strings.Join(table, ".") + "]"
		if len(table) == 0 {
			where = "above its tables"
		}
		return nil, fmt.Errorf("%s: cannot be changed automatically; put this line %s: %s", f.path, where, line)
	}
	return text, nil
}

// without returns the file's text without a key of a table, which must be in a line of its own.
func (f *File) without(table []string, same func(string) bool) ([]byte, error) {
	text := f.text
	f.walk(func(x expression) {
		if n := len(table); x.table || len(x.keys) != n+1 || !slices.Equal(x.keys[:n], table) || !same(x.keys[n]) {
			return
		}
		from, to := bytes.LastIndexByte(f.text[:x.keyAt], '\n')+1, len(f.text)
		if end := bytes.IndexByte(f.text[x.lastByte:], '\n'); end >= 0 {
			to = x.lastByte + end + 1
		}
		text = slices.Delete(slices.Clone(f.text), from, to)
	})
	changed, err := Parse(f.path, text)
	if err != nil || len(changed.find(table, same)) > 0 {
		return nil, fmt.Errorf("%s: cannot be changed automatically; remove the line from its table [%s]", f.path, strings.Join(table, "."))
	}
	return text, nil
}

// set returns the file with a key of a table set to a value in TOML syntax, or without the key if the value is "".
func (f *File) set(table []string, name, value string) (*File, error) {
	is := func(key string) bool { return key == name }
	change := func() ([]byte, error) { return f.with(table, name, value, is) }
	if value == "" {
		change = func() ([]byte, error) { return f.without(table, is) }
	}
	text, err := change()
	if err != nil {
		return nil, err
	}
	return Parse(f.path, text)
}

// literal returns the value of a key of a table as the file has it, or "" if the file has no such line.
func (f *File) literal(table []string, name string) (value string) {
	f.walk(func(x expression) {
		if n := len(table); !x.table && len(x.keys) == n+1 && slices.Equal(x.keys[:n], table) && x.keys[n] == name {
			value = string(f.text[x.value[0]:x.value[1]])
		}
	})
	return value
}

// has reports whether a key of a table has a value, which is given in TOML syntax.
func (f *File) has(table []string, value string, same func(string) bool) bool {
	var want struct{ Value any }
	if err := toml.Unmarshal([]byte("Value = "+value), &want); err != nil {
		return false
	}
	return slices.Contains(f.find(table, same), want.Value)
}

// find returns the values of the keys of a table that mean the same.
func (f *File) find(table []string, same func(string) bool) (values []any) {
	at := f.tree
	for _, key := range table {
		at, _ = at[key].(map[string]any)
	}
	for key, v := range at {
		if same(key) {
			values = append(values, v)
		}
	}
	return values
}

// quote writes a text in TOML syntax. jamd's keys and targets contain neither quotes nor control characters.
func quote(text string) string { return `"` + text + `"` }

// bare writes a key in TOML syntax, with quotes only if it needs them.
func bare(key string) string {
	if strings.ContainsFunc(key, func(c rune) bool {
		return c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	}) {
		return quote(key)
	}
	return key
}

// write replaces a file, whole or not at all. The file's permissions stay.
func write(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	return atomicfile.WriteFile(path, text, mode)
}
