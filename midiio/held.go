package midiio

import "math/bits"

// held is what a player holds down at an input: keys and pedals.
type held struct {
	keys  [16][2]uint64 // by channel, a bit for each pitch
	pedal uint16        // a bit for each channel
}

// take follows one message.
func (h *held) take(status, data1, data2 byte) {
	channel, word, bit := status&0x0F, data1>>6, uint64(1)<<(data1&63)
	switch kind := status & 0xF0; {
	case kind == noteOn && data2 > 0:
		h.keys[channel][word] |= bit
	case kind == noteOn || kind == noteOff:
		h.keys[channel][word] &^= bit
	case kind == controlChange && data1 == sustainPedal:
		h.pedal &^= 1 << channel
		if data2 >= 64 {
			h.pedal |= 1 << channel
		}
	case kind == controlChange && (data1 == allNotesOff || data1 == allSoundOff):
		h.keys[channel] = [2]uint64{}
	}
}

// letGo releases it all: an off for each key, the pedal up, and all notes off, on the channels where something was held.
func (h *held) letGo(emit func(status, data1, data2 byte)) {
	for channel := range byte(16) {
		keys, pedal := h.keys[channel], h.pedal>>channel&1 == 1
		if keys == [2]uint64{} && !pedal {
			continue
		}
		for word, set := range keys {
			for ; set != 0; set &= set - 1 {
				emit(noteOff|channel, byte(64*word+bits.TrailingZeros64(set)), 0)
			}
		}
		emit(controlChange|channel, sustainPedal, 0)
		emit(controlChange|channel, allNotesOff, 0)
	}
	*h = held{}
}
