package main

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

	"jamd/jam"
)

// soundfontPlaces are where systems and their users keep soundfonts; soundfontNames the General MIDI ones, the better first.
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

// findSoundfont is the first that is there.
func findSoundfont() (string, error) {
	home, _ := os.UserHomeDir() // without one, its places are not there
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
	return "", errors.New("no General MIDI soundfont is in the usual places: install fluid-soundfont-gm, or give --soundfont FILE.sf2")
}

// checkSoundfont returns an error for what is no soundfont: FluidSynth would take its own in its place, or be silent.
func checkSoundfont(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var head [12]byte
	if _, err := io.ReadFull(f, head[:]); err != nil || string(head[:4]) != "RIFF" || string(head[8:]) != "sfbk" && string(head[8:]) != "DLS " {
		return fmt.Errorf("%s is no soundfont (SF2, SF3 or DLS)", path)
	}
	return nil
}

// writeSound lets FluidSynth play a take, as fast as it can, and writes what is heard as a WAV file of 16 bits, 48 kHz, stereo.
func writeSound(ctx context.Context, out *os.File, take jam.Take, soundfont string) error {
	synth, err := exec.LookPath("fluidsynth")
	if err != nil {
		return asInput(errors.New("wav is made by FluidSynth, which is not there: install fluidsynth"))
	}
	if soundfont == "" {
		if soundfont, err = findSoundfont(); err != nil {
			return asInput(err)
		}
	} else if err := checkSoundfont(soundfont); err != nil {
		return asInput(fmt.Errorf("--soundfont: %w", err))
	}
	dir := ""
	if info, err := out.Stat(); err == nil && info.Mode().IsRegular() {
		dir = filepath.Dir(out.Name()) // where there is room: an hour is 690 MB, and the system's place is in memory at times
	}
	dir, err = os.MkdirTemp(dir, ".jamd-sound-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	midi, wav := filepath.Join(dir, "take.mid"), filepath.Join(dir, "take.wav")
	if err := writeTake(midi, take); err != nil {
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

// lastLine is the last line that says anything.
func lastLine(text []byte) string {
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return printable(string(lines[len(lines)-1]))
}
