package midiio

import (
	"testing"

	"pgregory.net/rapid"
)

func TestHeld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h held
		s := &synth{on: map[[2]byte]int{}}
		pedals := map[[2]byte]bool{} // by channel and controller
		take := func(status, data1, data2 byte) {
			switch {
			case status&0xF0 == noteOn && data2 > 0:
				s.on[[2]byte{status & 0x0F, data1}] = 1
			case status&0xF0 <= noteOn:
				s.on[[2]byte{status & 0x0F, data1}] = 0
			case data1 == sustainPedal || data1 == sostenutoPedal:
				pedals[[2]byte{status & 0x0F, data1}] = data2 >= 64
			case data1 == resetControllers:
				pedals[[2]byte{status & 0x0F, sustainPedal}], pedals[[2]byte{status & 0x0F, sostenutoPedal}] = false, false
			case data1 == allSoundOff || data1 >= allNotesOff:
				for pitch := range byte(128) {
					s.on[[2]byte{status & 0x0F, pitch}] = 0
				}
			}
		}
		for range rapid.IntRange(0, 50).Draw(t, "messages") {
			status := rapid.SampledFrom([]byte{noteOn, noteOff, controlChange}).Draw(t, "kind") | rapid.ByteMax(15).Draw(t, "channel")
			data1, data2 := rapid.ByteMax(127).Draw(t, "data1"), rapid.ByteMax(127).Draw(t, "data2")
			if status >= controlChange {
				data1 = rapid.SampledFrom([]byte{sustainPedal, sostenutoPedal, allSoundOff, resetControllers, 122, allNotesOff, 126}).Draw(t, "controller")
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
		if s.sounding() != 0 {
			t.Errorf("%d keys stay down", s.sounding())
		}
		h.release(func(status, _, _ byte) { t.Errorf("released twice: %X", status) })
	})
}
