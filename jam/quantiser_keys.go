package jam

func (q *quantiser) control(channel, controller, value uint8) {
	bit := uint16(1) << channel
	switch {
	case controller == sustain && value >= 64:
		q.pedals.sustained |= bit
	case controller == sustain:
		q.pedals.sustained &^= bit
		q.endUnheld()
	case controller == sostenuto && value >= 64:
		if q.pedals.sostenutos&bit == 0 {
			q.pedals.sostenutos |= bit
			q.catch(channel)
		}
	case controller == sostenuto:
		q.pedals.sostenutos &^= bit
		q.endUnheld()
	case controller == reset:
		q.pedals.sustained &^= bit
		q.pedals.sostenutos &^= bit
		q.endUnheld()
	case controller == soundOff:
		q.releaseAll(channel)
		q.endSound(channel)
	case controller >= notesOff:
		q.releaseAll(channel)
	default:
		q.pedals.configure(channel, controller, value)
	}
}

func (q *quantiser) strike(pitch, channel, velocity uint8) {
	q.pedals.heard(channel)
	q.trapped.remove(pitch)
	q.struck.add(pitch)
	q.held.add(pitch)
	q.ringing.add(pitch)
	q.by[pitch].channel, q.by[pitch].velocity = channel, velocity
}

func (q *quantiser) release(pitch, channel uint8) {
	switch {
	case q.struck.has(pitch):
		if q.by[pitch].channel != channel {
			return
		}
		q.held.remove(pitch)
		if !q.pedalHolds(channel, q.trapped.has(pitch)) {
			q.ringing.remove(pitch)
		}
	case q.sounding && q.note == pitch && q.channel == channel:
		q.down, q.sounding = false, q.pedalHolds(channel, q.caught)
	}
}

// pedalHolds reports whether a pedal holds a note on a channel.
func (q *quantiser) pedalHolds(channel uint8, caught bool) bool {
	return q.pedals.sustains(channel) || caught && q.pedals.sostenutos&q.pedals.holders(channel) != 0
}

// catch makes the sostenuto pedal of a channel hold the notes whose keys are down.
func (q *quantiser) catch(pedal uint8) {
	if q.sounding && q.down && q.pedals.holders(q.channel)>>pedal&1 == 1 {
		q.caught = true
	}
	for pitch := range uint8(128) {
		if q.held.has(pitch) && q.pedals.holders(q.by[pitch].channel)>>pedal&1 == 1 {
			q.trapped.add(pitch)
		}
	}
}

// releaseAll releases every key of a channel.
func (q *quantiser) releaseAll(channel uint8) {
	for pitch := range uint8(128) {
		q.release(pitch, channel)
	}
}

// endUnheld ends the released notes that no pedal holds any more.
func (q *quantiser) endUnheld() {
	if !q.down && !q.pedalHolds(q.channel, q.caught) {
		q.sounding = false
	}
	for pitch := range uint8(128) {
		if q.ringing.has(pitch) && !q.held.has(pitch) && !q.pedalHolds(q.by[pitch].channel, q.trapped.has(pitch)) {
			q.ringing.remove(pitch)
		}
	}
}

// endSound ends the notes on a channel, whatever holds them.
func (q *quantiser) endSound(channel uint8) {
	if q.channel == channel {
		q.sounding = false
	}
	for pitch := range uint8(128) {
		if q.by[pitch].channel == channel {
			q.ringing.remove(pitch)
		}
	}
}
