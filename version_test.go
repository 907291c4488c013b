package jamd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The version of a build, in a checkout and in an archive.
func TestVersion(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	script, err := os.ReadFile("assets/package/version.py")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	const unreleased, released = "## 0.3.0 (unreleased)\n\n## 0.2.0 (2026-01-02)\n", "## 0.3.0 (2026-02-03)\n"
	const archived = "0123456789abcdef0123456789abcdef01234567 1767225600 "
	for _, tt := range []struct {
		name, changelog, commit string
		git                     string // commands in the checkout; "" for no checkout
		want                    string
	}{
		{"archive without a commit", unreleased, "$Format:%H %ct %D$\n", "", `0\.3\.0-dev`},
		{"archive", unreleased, archived + "HEAD -> main\n", "", `0\.3\.0-dev\.20260101\+012345678`},
		{"archive of a release", released, archived + "HEAD -> main, tag: v0.3.0\n", "", `0\.3\.0`},
		{"archive after a release", released, archived + "HEAD -> main, tag: v0.2.0\n", "", `0\.3\.0\+012345678`},
		{"archive of a release without a commit", released, "$Format:%H %ct %D$\n", "", `0\.3\.0`},
		{"checkout", unreleased, "", "true", `0\.3\.0-dev\.20260101\+[0-9a-f]{9}`},
		{"checkout of a release", released, "", "git tag v0.3.0", `0\.3\.0`},
		{"changed since", released, "", "git tag v0.3.0; echo >>CHANGELOG.md", `0\.3\.0\+[0-9a-f]{9}\.changed`},
		{"checkout after a release", released, "", "git tag v0.3.0; git commit -qm later --allow-empty", `0\.3\.0\+[0-9a-f]{9}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder := t.TempDir()
			for name, text := range map[string]string{
				"CHANGELOG.md": "# Changelog\n\n" + tt.changelog, "assets/package/version.py": string(script), "assets/package/commit": tt.commit,
			} {
				name = filepath.Join(folder, name)
				if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if tt.git != "" {
				run := exec.CommandContext(t.Context(), "sh", "-ec", "git init -q; git add .; git commit -qm first; "+tt.git)
				run.Dir = folder
				run.Env = append(os.Environ(), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b.invalid", "GIT_COMMITTER_NAME=a",
					"GIT_COMMITTER_EMAIL=a@b.invalid", "GIT_AUTHOR_DATE=1767225600 +0000", "GIT_COMMITTER_DATE=1767225600 +0000")
				if said, err := run.CombinedOutput(); err != nil {
					t.Fatalf("git: %v: %s", err, said)
				}
			}
			said, err := exec.CommandContext(t.Context(), python, filepath.Join(folder, "assets", "package", "version.py")).CombinedOutput()
			if got := strings.TrimSpace(string(said)); err != nil || !regexp.MustCompile("^"+tt.want+"$").MatchString(got) {
				t.Errorf("%s, %v, want %s", got, err, tt.want)
			}
		})
	}
}
