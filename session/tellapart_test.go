package session

import (
	"slices"
	"testing"
)

// sessionOf is a session of a policy, which is rated unless it is blind.
func sessionOf(name, hash string, blind bool) *Record {
	r := &Record{Manifest: Manifest{Policy: Policy{name, hash}}}
	if blind {
		r.Manifest.Blind = []string{"a", "b"}
	}
	return r
}

// Two files of one name are two policies, one file of two names is one. A hidden policy stays hidden, and tells nothing by the names of others.
func TestTellApart(t *testing.T) {
	for name, c := range map[string]struct {
		records []*Record
		want    []string
	}{
		"two files": {
			[]*Record{sessionOf("a", "0123456789", false), sessionOf("a", "1123456789", false), sessionOf("b", "2123456789", false)},
			[]string{"a 01234567", "a 11234567", "b"},
		},
		"one file":       {[]*Record{sessionOf("b", "01", false), sessionOf("a", "01", false)}, []string{"a", "a"}},
		"a hidden jam":   {[]*Record{sessionOf("a", "01", false), sessionOf("a", "02", true)}, []string{"a", Hidden}},
		"without a hash": {[]*Record{sessionOf("a", "01", false), sessionOf("a", "", false)}, []string{"a", "a"}},
	} {
		TellApart(c.records)
		for i, r := range c.records {
			if got := r.shownPolicy(r.Manifest.Policy.Name); got != c.want[i] {
				t.Errorf("%s: session %d was played by %q, want %q", name, i, got, c.want[i])
			}
		}
		if got := c.records[0].shownPolicy("other"); got != "other" {
			t.Errorf("%s: another policy is called %q", name, got)
		}
	}
}

// Two machines that have the files of a study in different folders make one study.
func TestStudyOfFilesInOtherFolders(t *testing.T) {
	ann, bob := jamOf("ann", 1, 1), jamOf("bob", 2, 1)
	ann.Drawn, bob.Drawn = []string{"/srv/lab/a.onnx", "jamd"}, []string{"jamd", `C:\lab\a.onnx`}
	for _, p := range Participants([]Brief{ann, bob}) {
		if !slices.Equal(p.Policies, []string{"a.onnx", "jamd"}) {
			t.Errorf("%s plays in the study of %q", p.Participant, p.Policies)
		}
	}
	if next := NextTrial([]Brief{ann, bob}, []string{"jamd", "/elsewhere/a.onnx"}, "ann", 2); next.Number != 1 || next.Jam != 2 {
		t.Errorf("ann plays on as %+v", next)
	}
	same := []string{"/x/a.onnx", "/y/a.onnx"}
	if got := studied(same); !slices.Equal(got, same) {
		t.Errorf("two files of one name: %q", got)
	}
}
