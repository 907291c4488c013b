package model

import (
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestMain lets the test program stand in for jamd: with JAMD_TEST_OPEN set, it opens the library and reports the result,
// because a process opens a library only once.
func TestMain(m *testing.M) {
	if explicit, ok := os.LookupEnv("JAMD_TEST_OPEN"); ok {
		library, err := OpenLibrary(explicit)
		again, errAgain := OpenLibrary("/another/library")
		if err == nil && (errAgain != nil || again != library) {
			os.Stdout.WriteString("a second call differs\n")
		}
		if err != nil {
			os.Stdout.WriteString("error: " + err.Error() + "\n")
			os.Exit(2)
		}
		os.Stdout.WriteString(strings.Join([]string{library.Origin, library.Version, library.Path}, "|") + "\n")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// openInChild runs a program that opens the library, and returns all that it wrote to either stream.
func openInChild(t *testing.T, program, explicit string, environment ...string) string {
	t.Helper()
	command := exec.Command(program)
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, LibraryEnv+"=") && !strings.HasPrefix(pair, "LD_LIBRARY_PATH=") {
			command.Env = append(command.Env, pair)
		}
	}
	command.Env = append(append(command.Env, "JAMD_TEST_OPEN="+explicit), environment...)
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 2) {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestSearchOrder(t *testing.T) {
	library, err := filepath.Abs(testLibrary(t))
	if err != nil {
		t.Fatal(err)
	}
	alone, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	together := filepath.Join(folder, filepath.Base(alone))
	copyFile(t, alone, together)
	if err := os.Symlink(library, filepath.Join(folder, libraryName())); err != nil {
		t.Skip(err)
	}
	link := filepath.Join(t.TempDir(), "jamd")
	if err := os.Symlink(together, link); err != nil {
		t.Skip(err)
	}
	for name, c := range map[string]struct {
		program, explicit string
		environment       []string
		want              string
	}{
		"explicit":             {together, library, []string{LibraryEnv + "=/nowhere"}, "--ort-lib|"},
		"environment":          {together, "", []string{LibraryEnv + "=" + library}, LibraryEnv + "|"},
		"beside":               {together, "", nil, "beside the program|"},
		"beside, through link": {link, "", nil, "beside the program|"},
		"explicit is missing": {together, "/nowhere/lib.so", nil,
			"error: ONNX Runtime library /nowhere/lib.so (--ort-lib) is not found"},
		"environment's is missing": {together, "", []string{LibraryEnv + "=/nowhere/lib.so"},
			"error: ONNX Runtime library /nowhere/lib.so (" + LibraryEnv + ") is not found"},
	} {
		t.Run(name, func(t *testing.T) {
			out := openInChild(t, c.program, c.explicit, c.environment...)
			if !strings.HasPrefix(out, c.want) || strings.Count(out, "\n") != 1 {
				t.Errorf("wrote %q, want %q", out, c.want)
			}
		})
	}
	t.Run("system", func(t *testing.T) {
		if runtime.GOOS != "linux" {
			t.Skip("LD_LIBRARY_PATH stands for the system's folders on Linux only")
		}
		out := openInChild(t, alone, "", "LD_LIBRARY_PATH="+folder)
		if want := "the system|"; !strings.HasPrefix(out, want) || !strings.Contains(out, folder) {
			t.Errorf("wrote %q, want %q and the file's path", out, want)
		}
	})
	t.Run("nowhere", func(t *testing.T) {
		out := openInChild(t, alone, "")
		if strings.HasPrefix(out, "the system|") {
			t.Skip("this system has an ONNX Runtime of its own")
		}
		if !strings.HasPrefix(out, "error: ") || !strings.Contains(out, "make build") || strings.Count(out, "\n") != 1 {
			t.Errorf("wrote %q", out)
		}
	})
}

// broken asserts that the file is refused before the system's loader sees it.
func broken(t *testing.T, path string, kind error, saying string) {
	t.Helper()
	_, err := checkedLibrary(path, "--ort-lib")
	var e *LibraryError
	if !errors.As(err, &e) || !errors.Is(err, kind) {
		t.Errorf("%s: %v, want it to be %v", path, err, kind)
		return
	}
	text := err.Error()
	if !strings.Contains(text, saying) || !strings.Contains(text, path) || strings.Contains(text, "\n") {
		t.Errorf("error %q, want it to say %q", text, saying)
	}
}

func TestTruncatedLibrary(t *testing.T) {
	cut := filepath.Join(t.TempDir(), libraryName())
	copyFile(t, testLibrary(t), cut)
	info, err := os.Stat(cut)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := checkedLibrary(cut, "--ort-lib"); err != nil {
		t.Fatalf("the whole one: %v", err)
	}
	whole := info.Size()
	for _, size := range []int64{whole - 1, whole * 3 / 4, whole / 2, whole / 10, 4096, 1000, 64, 63, 5, 3, 0} {
		if err := os.Truncate(cut, size); err != nil {
			t.Fatal(err)
		}
		broken(t, cut, ErrLibraryBroken, "make build")
	}
}

func TestForeignLibrary(t *testing.T) {
	processor := map[string]uint16{"amd64": 0xB7, "arm64": 0x3E}[runtime.GOARCH] // the other one's number in ELF
	elf := make([]byte, 64)
	copy(elf, "\x7fELF\x02\x01\x01")
	binary.LittleEndian.PutUint16(elf[16:], 3) // a shared object
	binary.LittleEndian.PutUint16(elf[18:], processor)
	binary.LittleEndian.PutUint32(elf[20:], 1)
	binary.LittleEndian.PutUint16(elf[52:], 64)

	pe := make([]byte, 0x400)
	copy(pe, "MZ")
	pe[0x3c] = 0x40
	copy(pe[0x40:], "PE\x00\x00\x64\x86") // no sections, no optional header

	macho := make([]byte, 32)
	copy(macho, "\xcf\xfa\xed\xfe\x0c\x00\x00\x01\x00\x00\x00\x00\x06") // arm64, a dylib without load commands

	saying := map[string]map[string]string{
		"linux":   {"elf": "it is for ", "pe": "it is for windows, this is linux", "macho": "it is for darwin"},
		"darwin":  {"elf": "it is for linux", "pe": "it is for windows"},
		"windows": {"elf": "it is for linux", "macho": "it is for darwin"},
	}[runtime.GOOS]
	for name, data := range map[string][]byte{"elf": elf, "pe": pe, "macho": macho} {
		if saying[name] == "" {
			continue
		}
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		broken(t, path, ErrLibraryForeign, saying[name])
	}
}

func TestNotALibrary(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "text")
	if err := os.WriteFile(text, []byte("not a library at all\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken(t, text, ErrLibraryBroken, "it is not a shared library")
	broken(t, folder, ErrLibraryBroken, "it is not a file")
	broken(t, filepath.Join(folder, "none"), ErrLibraryMissing, "check the path")
}

// Libraries that load but are not usable, built here: another library, and a very old ONNX Runtime.
func TestOtherLibraries(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("builds shared libraries with cc")
	}
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler to build the libraries with")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ source, want string }{
		"another": {"int answer(void) { return 42; }",
			"is broken: it has no OrtGetApiBase, so it is another library; install jamd again, or run make build"},
		"old": {`
			static const void *api(unsigned v) { return 0; }
			static const char *version(void) { return "1.20.1"; }
			static struct { const void *(*a)(unsigned); const char *(*v)(void); } base = {api, version};
			void *OrtGetApiBase(void) { return &base; }`,
			"is too old: it is version 1.20.1; install jamd again, or run make build in its source folder; or give the path of ONNX Runtime 1.24 or newer"},
		"liar": {`
			static const void *api(unsigned v) { return 0; }
			static const char *version(void) { return "nightly"; }
			static struct { const void *(*a)(unsigned); const char *(*v)(void); } base = {api, version};
			void *OrtGetApiBase(void) { return &base; }`,
			"is broken: "},
		"incomplete": {"extern int missing(void); void *OrtGetApiBase(void) { return (void *)(long)missing(); }",
			"is broken: "},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			source, library := filepath.Join(folder, "x.c"), filepath.Join(folder, "x.so")
			if err := os.WriteFile(source, []byte(c.source), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(cc, "-shared", "-fPIC", "-o", library, source).CombinedOutput(); err != nil {
				t.Skipf("cc: %v: %s", err, out)
			}
			out := openInChild(t, program, library)
			if !strings.HasPrefix(out, "error: ONNX Runtime library "+library) || !strings.Contains(out, c.want) ||
				strings.Count(out, "\n") != 1 {
				t.Errorf("wrote %q, want %q", out, c.want)
			}
		})
	}
}

func TestTooOld(t *testing.T) {
	for version, want := range map[string]bool{
		"0.9": true, "1.23.2": true, "1.24.0": false, "1.27.0": false, "1.100.0": false, "2.0.0": false,
		"nightly": false, "": false,
	} {
		if got := tooOld(version); got != want {
			t.Errorf("%q: too old is %v", version, got)
		}
	}
}
