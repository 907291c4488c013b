package midi

import (
	"testing"

	"pgregory.net/rapid"
)

func TestHeld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h held
		keys := map[[2]byte]bool{}   // that are down, by channel and pitch
		pedals := map[[2]byte]bool{} // by channel and controller
		take := func(status, data1, data2 byte) {
			switch {
			case status&0xF0 == NoteOn && data2 > 0:
				keys[[2]byte{status & 0x0F, data1}] = true
			case status&0xF0 <= NoteOn:
				delete(keys, [2]byte{status & 0x0F, data1})
			case data1 == SustainPedal || data1 == SostenutoPedal:
				pedals[[2]byte{status & 0x0F, data1}] = data2 >= 64
			case data1 == ResetControllers:
				pedals[[2]byte{status & 0x0F, SustainPedal}], pedals[[2]byte{status & 0x0F, SostenutoPedal}] = false, false
			case data1 == AllSoundOff || data1 >= AllNotesOff:
				for pitch := range byte(128) {
					delete(keys, [2]byte{status & 0x0F, pitch})
				}
			}
		}
		for range rapid.IntRange(0, 50).Draw(t, "messages") {
			status := rapid.SampledFrom([]byte{NoteOn, NoteOff, ControlChange}).Draw(t, "kind") | rapid.ByteMax(15).Draw(t, "channel")
			data1, data2 := rapid.ByteMax(127).Draw(t, "data1"), rapid.ByteMax(127).Draw(t, "data2")
			if status >= ControlChange {
				data1 = rapid.SampledFrom([]byte{SustainPedal, SostenutoPedal, AllSoundOff, ResetControllers, 122, AllNotesOff, 126}).Draw(t, "controller")
			}
			take(status, data1, data2)
			h.update(status, data1, data2)
		}
		h.release(take)
		for channel, down := range pedals {
			if down {
				t.Errorf("the pedal %d stays down", channel)
			}
		}
		if len(keys) != 0 {
			t.Errorf("keys stay down: %v", keys)
		}
		h.release(func(status, _, _ byte) { t.Errorf("released twice: %X", status) })
	})
}
