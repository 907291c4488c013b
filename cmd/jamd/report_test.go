package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jamd/session"
)

// twoHours are frames at 120 BPM.
const twoHours = 2 * 3600 * 8

// The report of two hours is a page that a browser can bear, and fetches nothing.
func TestReportOfTwoHours(t *testing.T) {
	r := keepLong(t, t.TempDir(), "jamd", twoHours, 1)
	if err := r.SetNotes(session.Notes{Name: "An <evening> & more", Tags: []string{"player:ann"}, Rating: session.Rating{Adaptation: 4, Control: 3, Enjoyment: 5}}); err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	encoders := newEncoders("")
	defer encoders.close()
	if err := reportOf(&page, r, encoders); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	if len(text) > 5_000_000 {
		t.Errorf("%d bytes", len(text))
	}
	if found := regexp.MustCompile(`<script|https?:|src=|@import|url\(`).FindString(text); found != "" {
		t.Errorf("it has %q", found)
	}
	if strings.Contains(text, "<evening>") || !strings.Contains(text, "An &lt;evening&gt; &amp; more") {
		t.Error("a name is not shown as text")
	}
	if rows := strings.Count(text, `class="row"`); rows != twoHours/256 {
		t.Errorf("%d rows", rows)
	}
	if out := os.Getenv("REPORT_OUT"); out != "" {
		os.WriteFile(filepath.Clean(out), page.Bytes(), 0o644)
	}
}
