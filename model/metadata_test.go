package model

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"jamd/jam"
)

func readTiny(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(tiny)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// withMetadata rewrites one property of an ONNX file; an empty value removes it.
func withMetadata(t testing.TB, data []byte, key, value string) []byte {
	t.Helper()
	var out []byte
	for rest := data; len(rest) > 0; {
		number, kind, n := protowire.ConsumeTag(rest)
		size := protowire.ConsumeFieldValue(number, kind, rest[n:])
		if n < 0 || size < 0 {
			t.Fatal("tiny.onnx is not well formed")
		}
		field := rest[:n+size]
		rest = rest[n+size:]
		if number == modelMetadata {
			entry := onnxFile{metadata: map[string]string{}}
			inner, _ := protowire.ConsumeBytes(field[n:])
			if err := entry.readEntry(inner); err != nil {
				t.Fatal(err)
			}
			if _, ok := entry.metadata[key]; ok {
				continue
			}
		}
		out = append(out, field...)
	}
	if value == "" {
		return out
	}
	var entry []byte
	entry = protowire.AppendTag(entry, entryKey, protowire.BytesType)
	entry = protowire.AppendString(entry, key)
	entry = protowire.AppendTag(entry, entryValue, protowire.BytesType)
	entry = protowire.AppendString(entry, value)
	out = protowire.AppendTag(out, modelMetadata, protowire.BytesType)
	return protowire.AppendBytes(out, entry)
}

func TestBrokenPolicies(t *testing.T) {
	whole := readTiny(t)
	with := func(key, value string) []byte { return withMetadata(t, whole, key, value) }
	bar, err := os.ReadFile(tinyBar)
	if err != nil {
		t.Fatal(err)
	}
	told, err := os.ReadFile(tinyBusy)
	if err != nil {
		t.Fatal(err)
	}
	rename := func(from, to string) []byte { return bytes.ReplaceAll(whole, []byte(from), []byte(to)) }
	for name, c := range map[string]struct {
		data []byte
		want []string
	}{
		"empty":              {nil, []string{"empty"}},
		"text":               {[]byte("once upon a time there was a chord\n"), []string{"not an ONNX file"}},
		"zeros":              {make([]byte, 1000), []string{"not an ONNX file"}},
		"MIDI":               {[]byte("MThd\x00\x00\x00\x06\x00\x01\x00\x01\x01\xe0MTrk"), []string{"not an ONNX file"}},
		"cut in the graph":   {whole[:len(whole)/2], []string{"cut short", "byte"}},
		"cut in the first":   {whole[:1], []string{"cut short"}},
		"cut by a byte":      {whole[:len(whole)-1], []string{"cut short"}},
		"no format":          {with("format", ""), []string{"not a jamd policy", "jamd.policy/1"}},
		"other format":       {with("format", "jamd.policy/2"), []string{`"jamd.policy/2"`, `"jamd.policy/1"`}},
		"no name":            {with("name", ""), []string{"metadata name", "none"}},
		"no window":          {with("window", ""), []string{"metadata window", "none"}},
		"window of words":    {with("window", "wide"), []string{"metadata window", `"wide"`}},
		"window of nothing":  {with("window", "0"), []string{"metadata window", `"0"`}},
		"negative window":    {with("window", "-16"), []string{"metadata window", `"-16"`}},
		"huge window":        {with("window", "99999999999"), []string{"metadata window"}},
		"huge window in all": {withMetadata(t, with("window", "65536"), "layers", "65536"), []string{"more memory"}},
		"other window":       {with("window", "32"), []string{`input "mask"`, "float32[16]", "float32[32]"}},
		"other layers":       {with("layers", "3"), []string{`input "keys.2"`, "found none", "float32[2,16,8]"}},
		"other heads":        {with("heads", "4"), []string{`input "keys.0"`, "float32[2,16,8]", "float32[4,16,8]"}},
		"other head":         {with("head_size", "16"), []string{`input "cos"`, "float32[4]", "float32[8]"}},
		"odd head":           {with("head_size", "7"), []string{"head_size", "even"}},
		"no rotary base":     {with("rotary_base", ""), []string{"metadata rotary_base"}},
		"rotary base of nan": {with("rotary_base", "NaN"), []string{"metadata rotary_base", "above 0"}},
		"other beat":         {with("frames_per_beat", "12"), []string{"frames_per_beat", "12", "4"}},
		"vocabulary of text": {with("vocabulary", "C Dm"), []string{"metadata vocabulary", "JSON"}},
		"vocabulary empty":   {with("vocabulary", "[]"), []string{"vocabulary", "no chord"}},
		"vocabulary unknown": {with("vocabulary", `["C","H"]`), []string{"vocabulary", `"H"`}},
		"vocabulary twice":   {with("vocabulary", `["Db","C#"]`), []string{"vocabulary", "twice"}},
		"plays the drums":    {with("plays", "drums"), []string{"metadata plays", `"drums"`, "chords or melody"}},
		"plays the melody":   {with("plays", "melody"), []string{`output "logits"`, "float32[13]", "float32[257]"}},
		"vocabulary short":   {with("vocabulary", `["C","Dm"]`), []string{`output "logits"`, "float32[13]", "float32[5]"}},
		"figures of text":    {with("figures", "good"), []string{"metadata figures"}},
		"corpora of text":    {with("corpora", "pop909"), []string{"metadata corpora"}},
		"bar unsaid":         {withMetadata(t, bar, "bar_places", ""), []string{`input "bar"`, "has no such"}},
		"bar unheard":        {with("bar_places", "41"), []string{`input "bar"`, "found none", "int64[1]"}},
		"other places":       {withMetadata(t, bar, "bar_places", "16"), []string{"metadata bar_places", `"16"`, "expected 41"}},
		"places of words":    {withMetadata(t, bar, "bar_places", "all"), []string{"metadata bar_places", `"all"`, "expected 41"}},
		"busy unsaid":        {withMetadata(t, told, "busy_levels", ""), []string{`input "busy"`, "has no such"}},
		"busy unheard":       {with("busy_levels", "6"), []string{`input "busy"`, "found none", "int64[1]"}},
		"other levels":       {withMetadata(t, told, "busy_levels", "5"), []string{"metadata busy_levels", `"5"`, "expected 6"}},
		"input renamed":      {rename("melody", "melodi"), []string{`input "melody"`, "found none"}},
		"output renamed":     {rename("new_key", "new_kez"), []string{`output "new_key"`, "found none"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "broken.onnx")
			if err := os.WriteFile(path, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			p, err := Load(path, Options{Provider: CPU, Library: "/nowhere"})
			if err == nil {
				p.Close()
				t.Fatal("no error")
			}
			var broken *PolicyError
			if !errors.As(err, &broken) {
				t.Fatalf("error of type %T: %v", err, err)
			}
			text := err.Error()
			t.Log(text)
			for _, want := range append(c.want, path) {
				if !strings.Contains(text, want) {
					t.Errorf("error %q does not say %q", text, want)
				}
			}
			if strings.Contains(text, "\n") {
				t.Errorf("error of several lines: %q", text)
			}
		})
	}
}

// A file that declares everything correctly, but whose graph ONNX Runtime refuses, or which fails when it runs.
func TestBrokenGraphs(t *testing.T) {
	library := testLibrary(t)
	whole := readTiny(t)
	for name, data := range map[string][]byte{
		"unknown operator": bytes.ReplaceAll(whole, []byte("Softmax"), []byte("Softmay")),
		// Sizes of the declared tensors agree, but a Reshape inside does not.
		"wrong sizes inside": bytes.Replace(whole, []byte("\x03\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00"),
			[]byte("\x03\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00"), 1),
	} {
		if bytes.Equal(data, whole) {
			t.Fatalf("%s: nothing was changed", name)
		}
		path := filepath.Join(t.TempDir(), "broken.onnx")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := Load(path, Options{Library: library, Provider: CPU})
		if err == nil {
			p.Close()
			t.Errorf("%s: no error", name)
			continue
		}
		t.Logf("%s: %v", name, err)
		if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %q", name, err)
		}
	}
}

func TestUnknownPolicy(t *testing.T) {
	for spec, want := range map[string]string{
		"no-such":             `"no-such": unknown; `,
		"":                    `"": unknown; `,
		"no-such.onnx":        "no such file",
		"no/such":             "no such file",
		t.TempDir():           "not a file",
		"testdata/tiny\x00":   "invalid argument",
		"../policies/x.onnx/": "no such file",
	} {
		_, err := Load(spec, Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", spec, err, want)
			continue
		}
		for _, name := range Names(Chords) {
			if strings.Contains(want, "unknown") && !strings.Contains(err.Error(), name) {
				t.Errorf("%q: %v does not name %s", spec, err, name)
			}
		}
	}
}

// A policy is no agent, and an agent is no policy.
func TestLoadRefusesTheOtherPart(t *testing.T) {
	for _, c := range []struct {
		spec  string
		plays Part
		want  string
	}{
		{tiny, Melody, "agent testdata/tiny.onnx: it plays chords, not melody: give it as the policy"},
		{tinyMelody, Chords, "policy testdata/tiny-melody.onnx: it plays melody, not chords: give it as the agent"},
		{"nobody", Melody, `agent "nobody": unknown; `},
		{"jamd", Melody, `agent "jamd": it is a policy, which plays the chords; `},
	} {
		_, err := Load(c.spec, Options{Plays: c.plays, Library: "/nowhere"})
		var broken *PolicyError
		if !errors.As(err, &broken) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s as %v: %v, want %s", c.spec, c.plays, err, c.want)
		}
	}
	m, v, _, err := read(tinyMelody, Melody)
	if err != nil || m.Plays != Melody || v.Len() != 6 {
		t.Errorf("%+v, %v", m, err)
	}
	if text, err := m.Plays.MarshalText(); err != nil || string(text) != "melody" {
		t.Errorf("%s, %v", text, err)
	}
}

// A PolicyError wraps the error behind it, if there is one.
func TestPolicyErrorWrapsItsCause(t *testing.T) {
	_, err := Load("testdata/nothing.onnx", Options{Library: "/nowhere"})
	if !errors.Is(err, fs.ErrNotExist) || !strings.HasSuffix(err.Error(), "there is no such file") {
		t.Errorf("a file that is not there: %v", err)
	}
	_, err = Load("nobody", Options{Library: "/nowhere"})
	if cause := errors.Unwrap(err); err == nil || cause != nil {
		t.Errorf("an unknown name: %v wraps %v", err, cause)
	}
}

func FuzzParse(f *testing.F) {
	whole := readTiny(f)
	f.Add(whole)
	f.Add(whole[:100])
	f.Add(withMetadata(f, whole, "window", "32"))
	f.Add(withMetadata(f, whole, "plays", "melody"))
	f.Add(withMetadata(f, whole, "bar_places", "41"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		m, vocabulary, err := parse(data)
		if err != nil {
			return
		}
		// What parse accepts, newTensors must be able to hold.
		for _, tensor := range append(m.inputs(), m.outputs(vocabulary)...) {
			if n := tensor.elements(); n < 1 || n > maxRingFloats {
				t.Errorf("%s: %d elements", tensor.name, n)
			}
		}
		if vocabulary.Logits() < 3 || vocabulary.Symbol(jam.NoChord) != "N.C." {
			t.Errorf("%d logits", vocabulary.Logits())
		}
	})
}
