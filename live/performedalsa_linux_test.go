package live

import (
	"os"
	"testing"

	"jamd/jam"
)

// virtualKeys is the raw end of VirMIDI's first port: what is written to it comes out of the sequencer's port virtualPort.
const (
	virtualKeys = "/dev/snd/midiC0D0"
	virtualPort = "VirMIDI 0-0"
)

// A person's playing at a port of the real sequencer is followed as offline. midiio/alsa runs this test in its emulated machine.
func TestPersonAtAnALSAPortIsFollowedAsOffline(t *testing.T) {
	keys, err := os.OpenFile(virtualKeys, os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("no virtual MIDI port (the emulated machine of 'make test-alsa' has one): %v", err)
	}
	defer keys.Close()
	followsAPerson(t, virtualPort, 60, 8, func(_ *Jam, e jam.Event) {
		if _, err := keys.Write([]byte{e.Status, e.Data1, e.Data2}); err != nil {
			t.Error(err)
		}
	})
}
