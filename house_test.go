// Package jamd_test holds the rules of the house: what each room may import, who may end the process,
// and that no Go file knows the machine that it was written on.
package jamd_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "jamd"

// rooms says which rooms each room may import. Tests of a room keep the same rule. TestNoCircle checks that the arrows run one
// way.
var rooms = map[string][]string{
	"assets":     {},
	"atomicfile": {},
	"follow":     {"jam"},
	"jam":        {},
	"usage":      {},
	"userdir":    {},

	"spelling": {"jam"},
	"blind":    {"atomicfile"},
	"latency":  {"jam"},
	"learn":    {"jam"},
	"midi":     {"jam"},
	"midiio":   {"jam", "midi"},
	"model":    {"assets", "atomicfile", "jam", "userdir"},
	"realtime": {"jam"},
	"session":  {"atomicfile", "jam", "spelling", "userdir"},
	"ui":       {"atomicfile", "jam", "midi", "spelling", "usage"},

	"archive": {"atomicfile", "jam", "midiio", "model", "session", "ui", "usage"},
	"config":  {"atomicfile", "jam", "learn", "usage"},
	"metrics": {"jam", "latency", "usage"},
	"ports":   {"midiio", "usage"},

	"live": {"archive", "assets", "blind", "config", "follow", "jam", "latency", "learn", "metrics", "midi", "midiio", "model", "ports",
		"realtime", "session", "ui", "usage"},
	"benchmark": {"follow", "jam", "latency", "live", "midiio", "realtime", "usage"},
	"cmd/jamd": {"archive", "atomicfile", "benchmark", "blind", "config", "follow", "jam", "latency", "learn", "live", "midiio", "model",
		"realtime", "session", "spelling", "ui", "usage"},
}

// onlyInTests says which rooms the tests of a room may import in addition.
var onlyInTests = map[string][]string{"cmd/jamd": {"assets"}}

// standardOnly are the rooms that import nothing from outside Go's standard library, except in tests.
var standardOnly = []string{"assets", "atomicfile", "blind", "follow", "jam", "midi", "spelling", "usage", "userdir"}

// exits are the functions that end the process at once and skip deferred calls. Only the file exitFile may use them, and tests
// that are their own child process.
var exits = map[string][]string{
	"log":     {"Fatal", "Fatalf", "Fatalln"},
	"os":      {"Exit"},
	"syscall": {"Exit"},
}

const exitFile = "cmd/jamd/main.go"

// maxFile and maxFunction are the most lines of a file and of a function, except in tests.
const maxFile, maxFunction = 250, 60

// machinePath finds an absolute path that makes sense on one machine only.
var machinePath = regexp.MustCompile(`(?:^|[^\w./~$}])(?:/(?:work|tmp|root|home|Users)/\w|[A-Z]:\\+Users\\)`)

func TestHouse(t *testing.T) {
	problems, files, err := inspect(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	if files < 20 {
		t.Errorf("only %d Go files seen: not the whole house", files)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

func TestHouseSeesWhatIsWrong(t *testing.T) {
	tests := []struct {
		name, file, source, want string // want "" if the file is right
	}{
		{"allowed", "model/a.go", `import ("fmt"; "jamd/assets"; "jamd/jam"; "github.com/yalue/onnxruntime_go")`, ""},
		{"allowed below a room", "model/ort/a.go", `import ("jamd/jam"; "jamd/model/window")`, ""},
		{"the command", "cmd/jamd/main.go", `import ("jamd/model"; "jamd/session"; "os"); func f() { os.Exit(2) }`, ""},
		{"exit in another file of the command", "cmd/jamd/a.go", `import "os"; func f() { os.Exit(2) }`, "os.Exit outside cmd/jamd/main.go"},
		{"past the live jams", "cmd/jamd/a.go", `import "jamd/ports"`, "cmd/jamd may not import ports"},
		{"assets in a test of the command", "cmd/jamd/a_test.go", `import "jamd/assets"`, ""},
		{"assets in the command", "cmd/jamd/a.go", `import "jamd/assets"`, "cmd/jamd may not import assets"},
		{"jams to their command", "live/a.go", `import "jamd/benchmark"`, "live may not import benchmark"},
		{"a long file", "live/a.go", strings.Repeat("\n", maxFile+1), "live/a.go: 251 lines, at most 250"},
		{"a long test", "live/a_test.go", strings.Repeat("\n", maxFile+1), ""},
		{"a long file below a room", "midiio/alsa/a.go", strings.Repeat("\n", maxFile+1), "midiio/alsa/a.go: 251 lines, at most 250"},
		{"a long function", "live/a.go", "func f() {" + strings.Repeat("\n", maxFunction) + "}", "live/a.go:1: f has 61 lines, at most 60"},
		{"core test", "jam/a_test.go", `import ("pgregory.net/rapid"; "testing")`, ""},
		{"sideways", "midiio/a.go", `import "jamd/model"`, "midiio/a.go:1: midiio may not import model"},
		{"sideways by name", "session/a.go", `import _ "jamd/latency"`, "session/a.go:1: session may not import latency"},
		{"sideways in a test", "latency/a_test.go", `import "jamd/session"`, "latency may not import session"},
		{"sideways behind a build tag", "midiio/a_windows.go", `import "jamd/ui"`, "midiio may not import ui"},
		{"upwards", "jam/a.go", `import "jamd/midiio"`, "jam may not import midiio"},
		{"to the command", "ui/a.go", `import "jamd/cmd/jamd"`, "ui may not import cmd/jamd"},
		{"assets to the core", "assets/a.go", `import "jamd/jam"`, "assets may not import jam"},
		{"from outside into the core", "jam/a.go", `import "github.com/rs/zerolog"`, "jam imports the standard library only"},
		{"unknown room", "util/a.go", `import "fmt"`, `util/a.go: no such room in the house`},
		{"unknown command", "cmd/other/a.go", `import "fmt"`, `no such room in the house`},
		{"exit", "model/a.go", `import "os"; func f() { os.Exit(1) }`, "model/a.go:1: os.Exit outside cmd/jamd/main.go"},
		{"exit by another name", "jam/a.go", `import bye "os"; var f = bye.Exit`, "os.Exit outside cmd/jamd/main.go"},
		{"exit through the log", "jam/a.go", `import "log"; func f() { log.Fatal("x") }`, "log.Fatal outside cmd/jamd/main.go"},
		{"exit of a test", "model/a_test.go", `import "os"; func f() { os.Exit(1) }`, ""},
		{"own Exit", "jam/a.go", `type T struct{}; func (T) Exit() {}; func f(os T) { os.Exit() }`, ""},
		{"machine path", "jam/a.go", `const p = "/` + `work/x.mid"`, "jam/a.go:1: a path of one machine"},
		{"machine path in a comment", "jam/a.go", `// see /` + `home/me/x.mid`, "a path of one machine"},
		{"machine path of Windows", "jam/a.go", "const p = `C:\\" + "Users\\me`", "a path of one machine"},
		{"other paths", "jam/a.go", `const p = "/dev/snd/seq"; const q = "example.org/` + `home/x"`, ""},
		{"not Go", "jam/a.go", `import "fmt`, "jam/a.go:1:"},
		{"hidden", ".cache/a.go", `import "jamd/nothing"`, ""},
		{"test data", "model/testdata/a.go", `import "jamd/session"`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree := fstest.MapFS{tt.file: {Data: []byte("package a; " + tt.source)}}
			problems, _, err := inspect(tree)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case tt.want == "" && len(problems) > 0:
				t.Errorf("%q has nothing wrong, but: %q", tt.source, problems)
			case tt.want != "" && (len(problems) != 1 || !strings.Contains(problems[0], tt.want)):
				t.Errorf("problems of %q: %q, want one with %q", tt.source, problems, tt.want)
			}
		})
	}
}

// inspect reads every Go file of the tree, whatever its build tags, and returns what breaks the rules.
func inspect(tree fs.FS) (problems []string, files int, err error) {
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && name != "." && (base[0] == '.' || base[0] == '_' || base == "testdata" || base == "node_modules") {
			return fs.SkipDir
		}
		if d.IsDir() || path.Ext(name) != ".go" {
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		files++
		problems = append(problems, inspectFile(name, source)...)
		return nil
	})
	return problems, files, err
}

func inspectFile(name string, source []byte) (problems []string) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, 0)
	if err != nil {
		return []string{err.Error()}
	}
	report := func(pos token.Pos, format string, args ...any) {
		problems = append(problems, fmt.Sprintf("%s:%d: ", name, set.Position(pos).Line)+fmt.Sprintf(format, args...))
	}
	for i, line := range strings.Split(string(source), "\n") {
		if machinePath.MatchString(line) {
			problems = append(problems, fmt.Sprintf("%s:%d: a path of one machine: %s", name, i+1, strings.TrimSpace(line)))
		}
	}
	if path.Dir(name) == "." && strings.HasSuffix(name, "_test.go") {
		return problems // this file
	}
	room := roomOf(path.Dir(name))
	allowed, known := rooms[room]
	if !known {
		return append(problems, fmt.Sprintf("%s: no such room in the house: %q", name, room))
	}
	test := strings.HasSuffix(name, "_test.go")
	if test {
		allowed = append(slices.Clone(allowed), onlyInTests[room]...)
	}
	imported := map[string]string{} // local name to path
	for _, spec := range file.Imports {
		full, _ := strconv.Unquote(spec.Path.Value)
		local := path.Base(full)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		imported[local] = full
		if inside, ours := strings.CutPrefix(full, module+"/"); ours {
			if other := roomOf(inside); other != room && !slices.Contains(allowed, other) {
				report(spec.Pos(), "%s may not import %s", room, other)
			}
			continue
		}
		foreign := strings.Contains(strings.Split(full, "/")[0], ".")
		if foreign && slices.Contains(standardOnly, room) && !test {
			report(spec.Pos(), "%s imports the standard library only, not %s", room, full)
		}
	}
	if test {
		return problems
	}
	if lines := strings.Count(string(source), "\n"); lines > maxFile {
		problems = append(problems, fmt.Sprintf("%s: %d lines, at most %d", name, lines, maxFile))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			lines := set.Position(n.End()).Line - set.Position(n.Pos()).Line + 1
			if lines > maxFunction {
				report(n.Pos(), "%s has %d lines, at most %d", n.Name.Name, lines, maxFunction)
			}
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			if ok && name != exitFile && slices.Contains(exits[imported[x.Name]], n.Sel.Name) {
				report(n.Pos(), "%s.%s outside %s", imported[x.Name], n.Sel.Name, exitFile)
			}
		}
		return true
	})
	return problems
}

// No room imports itself through others.
func TestNoCircle(t *testing.T) {
	var path []string
	var visit func(room string)
	visit = func(room string) {
		if slices.Contains(path, room) {
			t.Fatalf("a circle: %v, %s", path, room)
		}
		path = append(path, room)
		for _, below := range rooms[room] {
			if _, known := rooms[below]; !known {
				t.Errorf("%s may import %s, which is no room", room, below)
			}
			visit(below)
		}
		path = path[:len(path)-1]
	}
	for room := range rooms {
		visit(room)
	}
}

// roomOf names the room that a folder belongs to: its first part, or two parts below cmd.
func roomOf(dir string) string {
	parts := strings.SplitN(dir, "/", 3)
	if parts[0] == "cmd" && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}
