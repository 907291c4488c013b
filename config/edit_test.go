package config

import (
	"bytes"
	"testing"

	"jamd/learn"
)

// Learning changes one line of a file, whatever the file holds, or is refused.
func FuzzLearn(f *testing.F) {
	for _, text := range []string{"", "[learn]", "[learn]\n\"cc 1\" = \"tap\"", "a = 1\r\n[learn]\r\n[x]\r\n", "learn.\"cc 1\" = 'tap' # x", "learn = {}", "[learn.x]\n", "[[learn]]"} {
		f.Add(text)
	}
	trigger, err := learn.ParseTrigger("cc 1")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse("f.toml", []byte(text))
		if err != nil {
			return
		}
		changed, err := file.withTrigger("", trigger, "panic")
		if err != nil {
			return
		}
		now, err := Parse("f.toml", changed)
		if err != nil {
			t.Fatalf("%q became %q: %v", text, changed, err)
		}
		if table, _ := now.tree["learn"].(map[string]any); len(table) == 0 {
			t.Fatalf("%q became %q, with nothing learned", text, changed)
		}
		if again, err := now.withTrigger("", trigger, "panic"); err != nil || !bytes.Equal(again, changed) {
			t.Fatalf("%q, learned again, became %q, %v", changed, again, err)
		}
		bare, err := now.withTrigger("", trigger, "")
		if err != nil {
			return
		}
		if now, err = Parse("f.toml", bare); err != nil || now.target("", trigger) != "" {
			t.Fatalf("%q, forgotten, became %q, %v", changed, bare, err)
		}
	})
}
