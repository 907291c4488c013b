package alsa

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Message is a line that aseqdump prints: a message that it received from a port.
type Message struct {
	Source  string // the sender's address, "129:0"
	Kind    string // "Note on", "Note off", "Control change", ...
	Channel int    // as printed
	Data1   int    // note or controller; 0 if the kind has none
	Data2   int    // velocity or value
}

var (
	dumpLine  = regexp.MustCompile(`^ *(\d+:\d+) +([A-Z][A-Za-z ]*?)  +(\d+), (.*)$`)
	dumpOther = regexp.MustCompile(`^ *\d+:\d+ +\S|^Source +Event|^Waiting for data`)
	dumpValue = regexp.MustCompile(`^(?:[a-z]+) (-?\d+)$`)
)

// ParseDump reads what aseqdump printed. It leaves out events without a channel (SysEx, clock, connections). Any other line
// is an error.
func ParseDump(text string) ([]Message, error) {
	var messages []Message
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, " \r")
		m := dumpLine.FindStringSubmatch(line)
		if m == nil {
			if line != "" && !dumpOther.MatchString(line) {
				return nil, fmt.Errorf("line %d is not aseqdump's: %q", i+1, line)
			}
			continue
		}
		message := Message{Source: m[1], Kind: m[2]}
		values := []*int{&message.Data1, &message.Data2}
		message.Channel, _ = strconv.Atoi(m[3]) // digits, by the pattern
		for k, part := range strings.Split(m[4], ", ") {
			v := dumpValue.FindStringSubmatch(part)
			if v == nil || k >= len(values) {
				return nil, fmt.Errorf("line %d: %q is not understood", i+1, part)
			}
			*values[k], _ = strconv.Atoi(v[1])
		}
		messages = append(messages, message)
	}
	return messages, nil
}

// Balance counts the notes that began, and lists those that never ended, as "129:0 channel 1 note 60".
func Balance(messages []Message) (began int, hanging []string) {
	sounding := map[string]int{}
	for _, m := range messages {
		key := fmt.Sprintf("%s channel %d note %d", m.Source, m.Channel, m.Data1)
		switch {
		case m.Kind == "Note on" && m.Data2 > 0:
			began++
			sounding[key]++
		case m.Kind == "Note on" || m.Kind == "Note off":
			sounding[key] = max(sounding[key]-1, 0)
		}
	}
	for key, n := range sounding {
		if n > 0 {
			hanging = append(hanging, key)
		}
	}
	slices.Sort(hanging)
	return began, hanging
}

// Section returns what a script printed between the lines "--- begin NAME" and "--- end NAME".
func Section(console, name string) (string, error) {
	_, rest, ok := strings.Cut(console, "--- begin "+name+"\n")
	text, _, end := strings.Cut(rest, "--- end "+name)
	if !ok || !end {
		return "", fmt.Errorf("the console has no section %q", name)
	}
	return text, nil
}
