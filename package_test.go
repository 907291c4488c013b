package jamd_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Every part that the SBOM names besides the Go modules has a licence, written as CycloneDX wants it: the name of one licence is an id,
// anything else an expression.
func TestSBOMLicences(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	run := exec.CommandContext(t.Context(), python, "-B", "-c", `import json, notices, sbom
print(json.dumps([sbom.component("npm", *part) for part in notices.npm()]))`)
	run.Dir = "assets/package"
	said, err := run.Output()
	if err != nil {
		t.Fatal(err)
	}
	var parts []struct {
		Name     string
		Licenses []struct {
			Expression string
			License    struct{ ID string }
		}
	}
	if err := json.Unmarshal(said, &parts); err != nil {
		t.Fatal(err)
	}
	if len(parts) == 0 {
		t.Fatal("the page has no packages")
	}
	for _, part := range parts {
		if len(part.Licenses) != 1 {
			t.Errorf("%s has %d licences, want 1", part.Name, len(part.Licenses))
			continue
		}
		id, expression := part.Licenses[0].License.ID, part.Licenses[0].Expression
		if (id == "") == (expression == "") || strings.ContainsAny(id, " ()") {
			t.Errorf("%s: licence %q, expression %q", part.Name, id, expression)
		}
	}
}

// An .rpm has the name of the machine that built it unless nfpm is told another: then no two machines build the same bytes.
func TestPackagesNameNoMachine(t *testing.T) {
	files, err := filepath.Glob("assets/package/nfpm*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no configuration of nfpm", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), "\nrpm: {buildhost: localhost}") {
			t.Errorf("%s lets nfpm write the name of the machine into the .rpm", name)
		}
	}
}
