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

// apiVersion is ONNX Runtime's C API that onnxruntime_go is built against; 1.N offers all versions up to N.
const apiVersion = 24

// A Library is ONNX Runtime's shared library as it was found.
type Library struct {
	Path    string // "" where the system does not say which file it took
	Origin  string // who named it: --ort-lib, JAMD_ORT_LIB, beside the program, the system
	Version string // such as 1.27.0
}

// What may be wrong with a library; a LibraryError wraps one of these.
var (
	ErrLibraryMissing = errors.New("not found")
	ErrLibraryBroken  = errors.New("broken")
	ErrLibraryForeign = errors.New("made for another machine")
	ErrLibraryTooOld  = errors.New("too old")
)

// A LibraryError says in one line what is wrong with ONNX Runtime's library, where, and what to do.
type LibraryError struct {
	Kind   error
	Path   string // as looked for
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

// oneLine joins the lines of a message from elsewhere.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// ONNX Runtime has one environment a process: what was opened first stays.
var (
	opening sync.Mutex
	opened  *Library
)

// OpenLibrary finds, checks and loads ONNX Runtime: from explicit where it is not empty, else from what the environment
// names, else from beside the program, else by name from the system. The first of these that is there is used, and an
// error with it is final: nobody wants another library than the one they named. Once it has succeeded, later calls
// return the same library whatever they ask for. Errors are of type *LibraryError.
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

// libraryName is what the library is called beside the program; systemNames what to ask the system for.
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
	if program, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(program); err == nil {
			program = real
		}
		for _, name := range []string{cudaLibrary, libraryName()} {
			beside, _ := filepath.Glob(filepath.Join(filepath.Dir(program), name)) // fails for a malformed pattern only
			if len(beside) > 0 {
				return checkedLibrary(beside[0], "beside the program")
			}
		}
	}
	return Library{Origin: "the system"}, nil
}

// checkedLibrary looks into the file before the system loads it: a cut file would end the process with SIGBUS.
func checkedLibrary(path, origin string) (Library, error) {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute // a bare name would be looked for in the system's folders
	}
	if detail, kind := checkImage(path); kind != nil {
		cure := "run make build again, or give the path of a whole one with --ort-lib or " + LibraryEnv
		if errors.Is(kind, ErrLibraryMissing) {
			cure = "check the path"
		}
		return Library{}, &LibraryError{Kind: kind, Path: path, Origin: origin, Detail: detail, Cure: cure}
	}
	return Library{Path: path, Origin: origin}, nil
}

// load hands the library to the binding, having asked it for its version first: ONNX Runtime prints a line of its own
// when it is asked for an API that it does not have.
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
		return &LibraryError{Kind: kind, Path: path, Origin: l.Origin, Detail: detail,
			Cure: fmt.Sprintf("run make build, or give the path of ONNX Runtime 1.%d or newer with --ort-lib or %s",
				apiVersion, LibraryEnv)}
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
	// Errors come back as values; ONNX Runtime need not print them as well.
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return fail(ErrLibraryBroken, err.Error())
	}
	// Only Windows builds have telemetry, and whether it is off already makes no difference.
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
		return false // not a release: let the binding ask
	}
	return major < 1 || major == 1 && minor < apiVersion
}

// probed is what a library says of itself: its version, and the file it came from where the system tells.
type probed struct{ version, file string }
