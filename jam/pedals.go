package jam

const (
	lowerMaster = 0 // the two master channels of MPE, from 0
	upperMaster = 15

	dataEntry     = 6 // controller numbers
	sustain       = 64
	sostenuto     = 66
	parameterLow  = 100 // of a registered parameter number
	parameterHigh = 101
	soundOff      = 120 // all sound off
	reset         = 121 // reset all controllers
	notesOff      = 123 // all notes off; so are omni off and on, mono on and poly on, 124 to 127

	// mpeConfiguration is the registered parameter with which an MPE controller says how many channels its master has.
	mpeConfiguration = 6
)

// pedals holds the state of the sustain and sostenuto pedals of each channel. A pedal on one channel can hold the notes of
// others.
//
// An MPE controller plays each note on a channel of its own and sends its pedals on a master channel: 1 for the channels above
// it, 16 for those below (MIDI Polyphonic Expression 1.0, section 2). It announces this with an MPE configuration message, but
// jamd may have been started later. So channel 1 or 16 also counts as the master of all others as long as no note has come on it.
type pedals struct {
	sustained  uint16 // channels whose sustain pedal is down
	sostenutos uint16
	played     uint16    // channels that notes have come on
	members    [2]int    // number of channels of the lower and of the upper master
	configured bool      // an MPE configuration message has come
	parameter  [2]uint16 // the parameters that the masters last selected
}

// heard records that a note on came on a channel.
func (p *pedals) heard(channel uint8) { p.played |= 1 << channel }

// sustains reports whether a sustain pedal holds notes of a channel.
func (p *pedals) sustains(channel uint8) bool { return p.sustained&p.holders(channel) != 0 }

// holders returns the channels whose pedals hold the notes of a channel.
func (p *pedals) holders(channel uint8) uint16 {
	holders := uint16(1) << channel
	if p.configured {
		if c := int(channel); c > lowerMaster && c <= p.members[0] {
			holders |= 1 << lowerMaster
		}
		if c := int(channel); c < upperMaster && c >= upperMaster-p.members[1] {
			holders |= 1 << upperMaster
		}
		return holders
	}
	return holders | (1<<lowerMaster|1<<upperMaster)&^p.played
}

// configure reads MPE configuration messages: registered parameters that are set on the master channels.
func (p *pedals) configure(channel, controller, value uint8) {
	zone := 0
	if channel == upperMaster {
		zone = 1
	} else if channel != lowerMaster {
		return
	}
	switch controller {
	case parameterHigh:
		p.parameter[zone] = p.parameter[zone]&0x7F | uint16(value)<<7
	case parameterLow:
		p.parameter[zone] = p.parameter[zone]&^0x7F | uint16(value)
	case dataEntry:
		if p.parameter[zone] == mpeConfiguration {
			// The newer zone takes channels from the older one.
			p.members[zone] = min(int(value), 15)
			p.members[1-zone] = min(p.members[1-zone], max(14-p.members[zone], 0))
			p.configured = p.members[0]+p.members[1] > 0
		}
	}
}
