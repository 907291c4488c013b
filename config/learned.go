package config

import (
	"fmt"
	"strings"

	"jamd/learn"
	"jamd/usage"
)

// A Learned is what a trigger changes as the file has it: in its own table [learn], and in that of the profile in use. "" is nothing.
type Learned struct{ Own, Profile string }

// Learn lets a trigger change a target, or nothing if target is "", whenever jamd starts. It returns what the trigger changed before,
// and the path of the file with the table that holds the line.
func (d *Defaults) Learn(t learn.Trigger, target string) (before Learned, where string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	file, err := d.learnable()
	if err != nil {
		return before, "", err
	}
	before = Learned{file.target("", t), file.target(d.profile, t)}
	now := before
	switch {
	case target == "":
		now = Learned{}
	case d.profile == "":
		now.Own = target
	default:
		now.Profile = target
	}
	return before, d.path + " [" + strings.Join(learnTable(d.profile), ".") + "]", d.learned(file, t, now)
}

// Relearn lets a trigger change what it changed before a Learn.
func (d *Defaults) Relearn(t learn.Trigger, before Learned) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	file, err := d.learnable()
	if err != nil {
		return err
	}
	return d.learned(file, t, before)
}

// learnable reads the file. The caller holds d.mu.
func (d *Defaults) learnable() (*File, error) {
	file, err := Read(d.path)
	if err != nil {
		return nil, err
	}
	profiles, _ := file.tree["profile"].(map[string]any)
	if _, there := profiles[d.profile]; d.profile != "" && !there {
		return nil, usage.Errorf("%s: there is no [profile.%s]; the profiles are %v", d.path, d.profile, Sorted(profiles))
	}
	return file, nil
}

// learned writes what a trigger changes. The caller holds d.mu.
func (d *Defaults) learned(file *File, t learn.Trigger, now Learned) error {
	tables := map[string]string{"": now.Own}
	if d.profile != "" {
		tables[d.profile] = now.Profile
	}
	for profile, target := range tables {
		if file.target(profile, t) == target {
			continue
		}
		text, err := file.withTrigger(profile, t, target)
		if err != nil {
			return usage.Error(err)
		}
		if file, err = Parse(d.path, text); err != nil {
			return err
		}
	}
	return write(d.path, file.text)
}

// learnTable returns the path of the table [learn] of a profile, or of the file itself if profile is "".
func learnTable(profile string) []string {
	if profile == "" {
		return []string{"learn"}
	}
	return []string{"profile", profile, "learn"}
}

// target returns what a trigger changes, as a profile or the file itself has it; "" for nothing.
func (f *File) target(profile string, t learn.Trigger) string {
	for _, v := range f.find(learnTable(profile), is(t)) {
		return fmt.Sprint(v)
	}
	return ""
}

// is returns a function that reports whether a key is a trigger, however it is written.
func is(t learn.Trigger) func(key string) bool {
	return func(key string) bool {
		other, err := learn.ParseTrigger(key)
		return err == nil && other == t
	}
}

// withTrigger returns the text with a trigger and its target in the table [learn], or without the trigger if target is "".
func (f *File) withTrigger(profile string, t learn.Trigger, target string) ([]byte, error) {
	if target == "" {
		return f.without(learnTable(profile), is(t))
	}
	return f.with(learnTable(profile), t.String(), quote(target), is(t))
}
