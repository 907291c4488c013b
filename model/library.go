//go:build cgo

package model

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// LibraryEnv names the environment variable with the path of ONNX Runtime's shared library.
const LibraryEnv = "JAMD_ORT_LIB"

// apiVersion is the version of ONNX Runtime's C API that onnxruntime_go is built against. Release 1.N has all versions up to N.
const apiVersion = 24

// A Library is ONNX Runtime's shared library.
type Library struct {
	Path    string // "" if the system does not say which file it took
	Origin  string // who named it: --ort-lib, JAMD_ORT_LIB, beside the program, the system
	Version string // such as 1.27.0
}

// The kinds of error of a library. A LibraryError wraps one of them.
var (
	ErrLibraryMissing = errors.New("not found")
	ErrLibraryBroken  = errors.New("broken")
	ErrLibraryForeign = errors.New("made for another machine")
	ErrLibraryTooOld  = errors.New("too old")
)

// A LibraryError says in one line what is wrong with ONNX Runtime's library, where, and what to do.
type LibraryError struct {
	Kind   error
	Path   string // path that was tried
	Origin string
	Detail string
	Cure   string
}

func (e *LibraryError) Error() string {
	text := fmt.Sprintf("ONNX Runtime library %s (%s) is %v", e.Path, e.Origin, e.Kind)
	if e.Detail != "" {
		text += ": " + oneLine(e.Detail)
	}
	return text + "; " + e.Cure
}

func (e *LibraryError) Unwrap() error { return e.Kind }

// oneLine joins the lines of a message from another program.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// A process has only one ONNX Runtime environment, so the library that was opened first stays in use.
var (
	opening sync.Mutex
	opened  *Library
)

// OpenLibrary finds, checks and loads ONNX Runtime: the file explicit, if it is not empty; else the one that the environment
// names; else one beside the program; else the system's. It uses the first of these that exists, and an error of that one is
// final, because nobody wants another library than the one they named. Once it has succeeded, later calls return the same
// library, whatever they ask for. Errors are of type *LibraryError.
func OpenLibrary(explicit string) (Library, error) {
	opening.Lock()
	defer opening.Unlock()
	if opened != nil {
		return *opened, nil
	}
	found, err := findLibrary(explicit)
	if err != nil {
		return Library{}, err
	}
	if err := found.load(); err != nil {
		return Library{}, err
	}
	opened = &found
	return found, nil
}

// libraryName is the library's file name beside the program; systemNames are the names to ask the system for.
func libraryName() string {
	switch runtime.GOOS {
	case "darwin":
		return "libonnxruntime.dylib"
	case "windows":
		return "onnxruntime.dll"
	}
	return "libonnxruntime.so"
}

func systemNames() []string {
	switch runtime.GOOS {
	case "darwin":
		return []string{"libonnxruntime.dylib", "/opt/homebrew/lib/libonnxruntime.dylib"}
	case "windows":
		return []string{"onnxruntime.dll"}
	}
	return []string{"libonnxruntime.so", "libonnxruntime.so.1"}
}

func findLibrary(explicit string) (Library, error) {
	if explicit != "" {
		return checkedLibrary(explicit, "--ort-lib")
	}
	if named := os.Getenv(LibraryEnv); named != "" {
		return checkedLibrary(named, LibraryEnv)
	}
	if program := programPath(); program != "" {
		for _, name := range []string{cudaLibrary, libraryName()} {
			beside, _ := filepath.Glob(filepath.Join(filepath.Dir(program), name)) // fails only for a malformed pattern
			if len(beside) > 0 {
				return checkedLibrary(beside[0], "beside the program")
			}
		}
	}
	return Library{Origin: "the system"}, nil
}

// reinstall is the advice for a library that is missing or damaged.
const reinstall = "install jamd again, or run make build in its source folder"

// checkedLibrary inspects the file before the system loads it: a truncated file would end the process with SIGBUS.
func checkedLibrary(path, origin string) (Library, error) {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute // the system would look for a bare name in its own folders
	}
	if detail, kind := checkImage(path); kind != nil {
		cure := reinstall + "; or give the path of a whole one with --ort-lib or " + LibraryEnv
		if errors.Is(kind, ErrLibraryMissing) {
			cure = "check the path"
		}
		return Library{}, &LibraryError{Kind: kind, Path: path, Origin: origin, Detail: detail, Cure: cure}
	}
	return Library{Path: path, Origin: origin}, nil
}

// load gives the library to the binding, after asking for its version: if asked for an API that it does not have, ONNX Runtime
// prints a line of its own.
func (l *Library) load() error {
	names := systemNames()
	if l.Path != "" {
		names = []string{l.Path}
	}
	var name string
	var found probed
	var err error
	for _, name = range names {
		if found, err = probe(name); err == nil {
			break
		}
	}
	fail := func(kind error, detail string) error {
		path := name
		if l.Path == "" {
			path = names[0]
		}
		cure := missingPart(err)
		if cure == "" {
			cure = fmt.Sprintf("%s; or give the path of ONNX Runtime 1.%d or newer with --ort-lib or %s", reinstall, apiVersion, LibraryEnv)
		}
		return &LibraryError{Kind: kind, Path: path, Origin: l.Origin, Detail: detail, Cure: cure}
	}
	switch {
	case err != nil && l.Path == "":
		return fail(ErrLibraryMissing, "it is neither beside the program nor among the system's libraries")
	case err != nil:
		return fail(ErrLibraryBroken, err.Error())
	case tooOld(found.version):
		return fail(ErrLibraryTooOld, "it is version "+found.version)
	}
	ort.SetSharedLibraryPath(name)
	// Errors are returned as values, so ONNX Runtime need not print them too.
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return fail(ErrLibraryBroken, err.Error())
	}
	// only Windows builds have telemetry; an error here makes no difference
	_ = ort.DisableTelemetry()
	l.Version = found.version
	if found.file != "" {
		l.Path = found.file
	}
	return nil
}

// tooOld reports whether a version such as 1.22.1 lacks the API that the binding needs.
func tooOld(version string) bool {
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		return false // not a release: the binding finds out
	}
	return major < 1 || major == 1 && minor < apiVersion
}

// A probed library is loaded. Its version is known, and its file too if the system tells it.
type probed struct{ version, file string }
