package ui

import (
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"jamd/usage"
)

// A jamd that was killed has left its place. Whoever asks there is told that none runs, as if there were no place.
func TestPlaceOfTheKilled(t *testing.T) {
	s, _ := serve(t)
	path := filepath.Join(t.TempDir(), "page.json")
	if err := s.Publish(path); err != nil {
		t.Fatal(err)
	}
	place, err := ReadPlace(path)
	if err != nil {
		t.Fatal(err)
	}
	var status Status
	if err := place.Ask(t.Context(), http.MethodGet, "status", nil, &status); err != nil || status.Jam == nil {
		t.Errorf("%+v, %v", status, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	err = place.Ask(t.Context(), http.MethodGet, "status", nil, &status)
	if !usage.Is(err) || runtime.GOOS != "windows" && !strings.Contains(err.Error(), "no jamd is running: start") {
		t.Errorf("nobody answers: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPlace(path); err == nil || !strings.Contains(err.Error(), "no jamd is running: start") {
		t.Errorf("no place: %v", err)
	}
}
