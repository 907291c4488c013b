package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestPageIsFresh holds that dist was built from the sources in web: see web/stamp.mjs.
func TestPageIsFresh(t *testing.T) {
	var sources []string
	err := filepath.WalkDir("web", func(path string, d fs.DirEntry, err error) error {
		name := d.Name()
		switch {
		case err != nil:
			return err
		case d.IsDir() && name == "node_modules":
			return fs.SkipDir
		case !d.IsDir() && !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, ".test.ts") && name != "biome.json":
			sources = append(sources, strings.TrimPrefix(filepath.ToSlash(path), "web/"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sources = append(sources, "../openapi.yaml")
	slices.Sort(sources)
	lines := sha256.New()
	for _, source := range sources {
		text, err := os.ReadFile(filepath.Join("web", source))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(lines, "%x  %s\n", sha256.Sum256(text), source)
	}
	stamp, err := dist.ReadFile("dist/sources.sha256")
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%x", lines.Sum(nil)); want != strings.TrimSpace(string(stamp)) {
		t.Error("ui/dist was built from other sources than those in ui/web: run 'make page'")
	}
}

// TestPageLines holds that no line of the page's code is over 120 characters: the formatter leaves comments as they are.
func TestPageLines(t *testing.T) {
	sources, err := filepath.Glob("web/src/*.ts*")
	if err != nil || len(sources) == 0 {
		t.Fatalf("web/src has no sources: %v", err)
	}
	for _, source := range sources {
		if filepath.Base(source) == "protocol.ts" {
			continue // generated
		}
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(text), "\n") {
			if length := utf8.RuneCountInString(line); length > 120 {
				t.Errorf("%s:%d has %d characters: break the line", source, n+1, length)
			}
		}
	}
}

// TestPageIsSmall checks that the page's scripts and styles are below 120 kB compressed and load nothing from elsewhere. The
// engraver of lead sheets, which is loaded only when a sheet is asked for, has a limit of its own.
func TestPageIsSmall(t *testing.T) {
	var total, engraver int
	err := fs.WalkDir(dist, "dist", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := dist.ReadFile(path)
		if err != nil {
			return err
		}
		if ext := filepath.Ext(path); ext == ".js" || ext == ".css" {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = z.Write(text)
			_ = z.Close()
			if strings.HasPrefix(filepath.Base(path), "engrave-") {
				engraver += b.Len()
			} else {
				total += b.Len()
			}
		}
		for _, from := range []string{"src=\"http", "href=\"http", "url(http", "import(\"http"} {
			if bytes.Contains(text, []byte(from)) {
				t.Errorf("%s: something is loaded from elsewhere: %s", path, from)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes of script and style, compressed, and %d of the engraver", total, engraver)
	if total == 0 || total > 120_000 {
		t.Errorf("%d bytes of script and style, compressed: must be at most 120000", total)
	}
	if engraver == 0 || engraver > 360_000 {
		t.Errorf("%d bytes of the engraver, compressed: must be at most 360000", engraver)
	}
	index, err := fs.ReadFile(dist, "dist/index.html")
	if err != nil || bytes.Contains(index, []byte("engrave-")) {
		t.Errorf("the page loads the engraver before a sheet is asked for (%v)", err)
	}
}

func TestPageFiles(t *testing.T) {
	s, _ := serve(t)
	for path, want := range map[string]int{
		"/": 200, "/icon.svg": 200, "/assets": 404, "/assets/": 404, "/none": 404, "/..%2fserver.go": 404, "/sources.sha256/x": 404,
	} {
		response, err := http.DefaultTransport.RoundTrip(ask(t, s, "GET", path, ""))
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, response.Status, want)
		}
	}
}
