package midi

import "math/bits"

// held records which keys and pedals are down at an input.
type held struct {
	keys   [16][2]uint64 // by channel; one bit for each pitch
	pedals [2]uint16     // sustain and sostenuto; one bit for each channel
}

// pedalControllers are the controllers of the pedals, in the same order.
var pedalControllers = [2]byte{SustainPedal, SostenutoPedal}

// update records one message.
func (h *held) update(status, data1, data2 byte) {
	channel, word, bit := status&0x0F, data1>>6, uint64(1)<<(data1&63)
	switch kind := status & 0xF0; {
	case kind == NoteOn && data2 > 0:
		h.keys[channel][word] |= bit
	case kind == NoteOn || kind == NoteOff:
		h.keys[channel][word] &^= bit
	case kind == ControlChange && data1 == ResetControllers:
		h.pedals[0] &^= 1 << channel
		h.pedals[1] &^= 1 << channel
	case kind == ControlChange && (data1 == AllSoundOff || data1 >= AllNotesOff): // 123 to 127, the channel mode messages, all end notes
		h.keys[channel] = [2]uint64{}
	case kind == ControlChange:
		for i, controller := range pedalControllers {
			if data1 != controller {
				continue
			}
			h.pedals[i] &^= 1 << channel
			if data2 >= 64 {
				h.pedals[i] |= 1 << channel
			}
		}
	}
}

// release emits the messages that release everything, and then holds nothing. On each channel with a key or pedal down it emits a
// note off for each key, pedal up, and all notes off.
func (h *held) release(emit func(status, data1, data2 byte)) {
	for channel := range byte(16) {
		keys := h.keys[channel]
		if keys == [2]uint64{} && (h.pedals[0]|h.pedals[1])>>channel&1 == 0 {
			continue
		}
		for word, set := range keys {
			for ; set != 0; set &= set - 1 {
				emit(NoteOff|channel, byte(64*word+bits.TrailingZeros64(set)), 0)
			}
		}
		emit(ControlChange|channel, SustainPedal, 0)
		if h.pedals[1]>>channel&1 == 1 {
			emit(ControlChange|channel, SostenutoPedal, 0)
		}
		emit(ControlChange|channel, AllNotesOff, 0)
	}
	*h = held{}
}
