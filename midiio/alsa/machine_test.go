package alsa

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// vm finds the machine, or skips the test with the reason.
func vm(t *testing.T) *Machine {
	t.Helper()
	if os.Getenv("JAMD_ALSA_VM") == "" {
		t.Skip("boots an emulated machine: run 'make test-alsa', or set JAMD_ALSA_VM=1")
	}
	m, err := Find(t.Context())
	if errors.Is(err, ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestGuest(t *testing.T) {
	m := vm(t)
	greeting := filepath.Join(t.TempDir(), "greeting")
	if err := os.WriteFile(greeting, []byte("hello from the host\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := m.Run(t.Context(), Guest{Script: "aconnect -l\ncat greeting\nexit 7\n", Files: map[string]string{"greeting": greeting}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Exit != 7 || strings.Contains(r.Console, "no module") ||
		!strings.Contains(r.Console, "VirMIDI 0-3") || !strings.Contains(r.Console, "hello from the host") {
		t.Errorf("exit %d, console:\n%s", r.Exit, r.Console)
	}
	_, err = m.Run(t.Context(), Guest{Script: "echo begun; sleep 1000", Limit: 12 * time.Second})
	if err == nil || !strings.Contains(err.Error(), "stopped after 12s") {
		t.Errorf("a script without end: %v", err)
	}
}

// TestJob is behind the script run.
func TestJob(t *testing.T) {
	job := os.Getenv("JAMD_ALSA_JOB")
	if job == "" {
		t.Skip("runs any script in the emulated machine: midiio/alsa/run SCRIPT [FILE...]")
	}
	m := vm(t)
	paths := strings.Split(job, "\n")
	script, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	g := Guest{Script: string(script), Files: map[string]string{}, Limit: 10 * time.Minute}
	for _, p := range paths[1:] {
		g.Files[filepath.Base(p)] = p
	}
	r, err := m.Run(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = os.Stdout.WriteString(r.Console)
	if r.Exit != 0 {
		t.Errorf("the script ended with exit status %d", r.Exit)
	}
}
