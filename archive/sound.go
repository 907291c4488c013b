package archive

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"jamd/atomicfile"
	"jamd/jam"
	"jamd/midiio"
	"jamd/usage"
)

// soundfontPlaces are the usual folders of soundfonts. soundfontNames are General MIDI soundfonts, best first.
var (
	soundfontPlaces = []string{
		"/usr/share/sounds/sf2", "/usr/share/sounds/sf3", "/usr/share/soundfonts", "/usr/local/share/soundfonts",
		"/opt/homebrew/share/soundfonts", "~/.local/share/soundfonts", "~/Library/Audio/Sounds/Banks", `C:\soundfonts`,
	}
	soundfontNames = []string{
		"FluidR3_GM.sf2", "FluidR3_GM2-2.sf2", "GeneralUser-GS.sf2", "GeneralUser GS*.sf2", "MuseScore_General.sf3", "MuseScore_General.sf2",
		"default-GM.sf2", "default-GM.sf3", "default.sf2", "TimGM6mb.sf2", "*GM*.sf2",
	}
)

// findSoundfont returns the path of the best installed soundfont.
func findSoundfont() (string, error) {
	home, _ := os.UserHomeDir() // without a home folder its places do not exist
	for _, name := range soundfontNames {
		for _, place := range soundfontPlaces {
			if below, found := strings.CutPrefix(place, "~"); found {
				place = home + below
			}
			if found, _ := filepath.Glob(filepath.Join(place, name)); len(found) > 0 {
				return found[0], nil
			}
		}
	}
	return "", errors.New("no General MIDI soundfont is installed in the usual places: install fluid-soundfont-gm, or give --soundfont FILE.sf2")
}

// checkSoundfont returns an error if a file is not a soundfont. FluidSynth would use its own soundfont instead, or be silent.
func checkSoundfont(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var head [12]byte
	if _, err := io.ReadFull(f, head[:]); err != nil || string(head[:4]) != "RIFF" || string(head[8:]) != "sfbk" && string(head[8:]) != "DLS " {
		return fmt.Errorf("%s is not a soundfont (SF2, SF3 or DLS)", path)
	}
	return nil
}

// WriteSound renders a take with FluidSynth, faster than real time, and writes a WAV file (16 bits, 48 kHz, stereo) to out.
// soundfont is the path of a soundfont, or "" for an installed one.
func WriteSound(ctx context.Context, out *os.File, take jam.Take, soundfont string) error {
	synth, err := exec.LookPath("fluidsynth")
	if err != nil {
		return usage.Errorf("FluidSynth is not installed, and a WAV file needs it: install fluidsynth")
	}
	if soundfont == "" {
		if soundfont, err = findSoundfont(); err != nil {
			return usage.Error(err)
		}
	} else if err := checkSoundfont(soundfont); err != nil {
		return usage.Errorf("--soundfont: %w", err)
	}
	dir := ""
	if info, err := out.Stat(); err == nil && info.Mode().IsRegular() {
		dir = filepath.Dir(out.Name()) // an hour takes 690 MB, and the system's temporary folder may be in memory
	}
	dir, err = os.MkdirTemp(dir, ".jamd-sound-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	midi, wav := filepath.Join(dir, "take.mid"), filepath.Join(dir, "take.wav")
	err = atomicfile.Write(midi, 0o600, func(f *os.File) error { return midiio.WriteTake(f, take) })
	if err != nil {
		return err
	}
	said, err := exec.CommandContext(ctx, synth, "-n", "-i", "-q", "-r", "48000", "-T", "wav", "-F", wav, soundfont, midi).CombinedOutput()
	sound, openErr := os.Open(wav)
	if err := cmp.Or(ctx.Err(), err, openErr); err != nil {
		return fmt.Errorf("FluidSynth with %s: %w: %s", soundfont, err, lastLine(said))
	}
	defer sound.Close()
	_, err = io.Copy(out, sound)
	return err
}

// lastLine returns the last line of a program's output that is not empty.
func lastLine(text []byte) string {
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(bytes.ToValidUTF8(lines[len(lines)-1], []byte("?")))
}
