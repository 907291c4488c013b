package midi

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func parseAll(packets ...[]byte) (messages [][3]byte, dropped Dropped) {
	var p parser
	for _, packet := range packets {
		p.parse(packet, func(s, d1, d2 byte) { messages = append(messages, [3]byte{s, d1, d2}) }, nil)
	}
	return messages, p.dropped()
}

// parseWithClock puts a clock's messages among the others.
func parseWithClock(packet []byte) (messages [][3]byte, dropped Dropped) {
	var p parser
	emit := func(s, d1, d2 byte) { messages = append(messages, [3]byte{s, d1, d2}) }
	p.parse(packet, emit, emit)
	return messages, p.dropped()
}

func TestParserClock(t *testing.T) {
	tests := []struct {
		name    string
		packet  []byte
		want    [][3]byte
		dropped Dropped
	}{
		{"pulse", []byte{0xF8}, [][3]byte{{0xF8}}, Dropped{}},
		{"start, continue, stop", []byte{0xFA, 0xFB, 0xFC}, [][3]byte{{0xFA}, {0xFB}, {0xFC}}, Dropped{}},
		{"pulse inside a note", []byte{0x90, 60, 0xF8, 100}, [][3]byte{{0xF8}, {0x90, 60, 100}}, Dropped{}},
		{"pulse in SysEx", []byte{0xF0, 1, 0xF8, 2, 0xF7}, [][3]byte{{0xF8}}, Dropped{System: 1}},
		{"other real time", []byte{0xF9, 0xFD, 0xFE, 0xFF}, nil, Dropped{Realtime: 4}},
		{"song position", []byte{0xF2, 0x68, 7}, [][3]byte{{0xF2, 0x68, 7}}, Dropped{}},
		{"pulse inside a song position", []byte{0xF2, 1, 0xF8, 2}, [][3]byte{{0xF8}, {0xF2, 1, 2}}, Dropped{}},
		{"song position has no running status", []byte{0xF2, 1, 2, 3, 4, 0x90, 60, 1}, [][3]byte{{0xF2, 1, 2}, {0x90, 60, 1}}, Dropped{}},
		{"song position ends running status", []byte{0x90, 60, 1, 0xF2, 1, 2, 61, 1}, [][3]byte{{0x90, 60, 1}, {0xF2, 1, 2}}, Dropped{}},
		{"song position cut short", []byte{0xF2, 1, 0x90, 60, 1}, [][3]byte{{0x90, 60, 1}}, Dropped{Broken: 1}},
		{"song position cut by the end", []byte{0xF2}, nil, Dropped{Broken: 1}},
		{"song select", []byte{0xF3, 5}, nil, Dropped{System: 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, dropped := parseWithClock(test.packet)
			if !slices.Equal(got, test.want) || dropped != test.dropped {
				t.Errorf("% X:\ngot  % X %+v\nwant % X %+v", test.packet, got, dropped, test.want, test.dropped)
			}
		})
	}
}

func TestParser(t *testing.T) {
	sysex := append(append([]byte{0xF0}, bytes.Repeat([]byte{0x11}, 100_000)...), 0xF7)
	tests := []struct {
		name    string
		packet  []byte
		want    [][3]byte
		dropped Dropped
	}{
		{"nothing", nil, nil, Dropped{}},
		{"note on", []byte{0x90, 60, 100}, [][3]byte{{0x90, 60, 100}}, Dropped{}},
		{"two messages", []byte{0x91, 60, 100, 0x81, 60, 0}, [][3]byte{{0x91, 60, 100}, {0x81, 60, 0}}, Dropped{}},
		{"one data byte", []byte{0xC3, 7, 0xD3, 9}, [][3]byte{{0xC3, 7, 0}, {0xD3, 9, 0}}, Dropped{}},
		{"running status", []byte{0x90, 60, 100, 62, 90}, [][3]byte{{0x90, 60, 100}, {0x90, 62, 90}}, Dropped{}},
		{"running status, one byte", []byte{0xC0, 1, 2}, [][3]byte{{0xC0, 1, 0}, {0xC0, 2, 0}}, Dropped{}},
		{"truncated, then whole", []byte{0x90, 0x3C, 0x90, 0x40, 0x40}, [][3]byte{{0x90, 0x40, 0x40}}, Dropped{Broken: 1}},
		{"status alone", []byte{0x90}, nil, Dropped{Broken: 1}},
		{"truncated at the end", []byte{0x90, 60, 100, 62}, [][3]byte{{0x90, 60, 100}}, Dropped{Broken: 1}},
		{"data without status", []byte{60, 100, 62}, nil, Dropped{Broken: 1}},
		{"clock inside", []byte{0x90, 0xF8, 60, 0xFE, 100}, [][3]byte{{0x90, 60, 100}}, Dropped{Realtime: 2}},
		{"reset is no controller", []byte{0xFF}, nil, Dropped{Realtime: 1}},
		{"SysEx", []byte{0xF0, 1, 2, 3, 0xF7, 0x90, 60, 1}, [][3]byte{{0x90, 60, 1}}, Dropped{System: 1}},
		{"SysEx of 100 kB", sysex, nil, Dropped{System: 1}},
		{"SysEx without end", []byte{0xF0, 1, 2}, nil, Dropped{System: 1}},
		{"SysEx cut by a note", []byte{0xF0, 1, 0x90, 60, 1}, [][3]byte{{0x90, 60, 1}}, Dropped{System: 1}},
		{"clock in SysEx", []byte{0xF0, 1, 0xF8, 2, 0xF7}, nil, Dropped{Realtime: 1, System: 1}},
		{"end of no SysEx", []byte{0xF7}, nil, Dropped{Broken: 1}},
		{"system ends running status", []byte{0x90, 60, 1, 0xF6, 61, 1}, [][3]byte{{0x90, 60, 1}}, Dropped{System: 1}},
		{"song position", []byte{0xF2, 1, 2, 0x80, 60, 0}, [][3]byte{{0x80, 60, 0}}, Dropped{System: 1}},
		{"undefined", []byte{0xF4, 0xF5, 0xF9, 0xFD}, nil, Dropped{Realtime: 2, System: 2}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, dropped := parseAll(test.packet)
			if !slices.Equal(got, test.want) || dropped != test.dropped {
				t.Errorf("% X:\ngot  % X %+v\nwant % X %+v", test.packet[:min(20, len(test.packet))], got, dropped, test.want, test.dropped)
			}
		})
	}
	if got, dropped := parseAll([]byte{0x90, 60}, []byte{100}); got != nil || dropped.Broken != 2 {
		t.Errorf("a message over two packets became % X, %+v", got, dropped)
	}
}

// Whole messages come through whatever real-time bytes stand between and inside them.
func TestParserRealtimeAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want [][3]byte
		var packet []byte
		realtime := 0
		put := func(b byte) {
			for range rapid.IntRange(0, 2).Draw(t, "realtime") {
				packet = append(packet, rapid.ByteRange(0xF8, 0xFF).Draw(t, "byte"))
				realtime++
			}
			packet = append(packet, b)
		}
		for range rapid.IntRange(0, 5).Draw(t, "messages") {
			m := drawMessage(t)
			want = append(want, m)
			put(m[0])
			put(m[1])
			if DataBytes(m[0]) == 2 {
				put(m[2])
			}
		}
		got, dropped := parseAll(packet)
		if !slices.Equal(got, want) || dropped != (Dropped{Realtime: uint64(realtime)}) {
			t.Fatalf("% X: got % X, %+v", packet, got, dropped)
		}
	})
}

func drawMessage(t *rapid.T) [3]byte {
	m := [3]byte{rapid.ByteRange(0x80, 0xEF).Draw(t, "status"), rapid.ByteMax(0x7F).Draw(t, "data1")}
	if DataBytes(m[0]) == 2 {
		m[2] = rapid.ByteMax(0x7F).Draw(t, "data2")
	}
	return m
}

func FuzzParser(f *testing.F) {
	f.Add([]byte{0x90, 0x3C, 0x90, 0x40, 0x40})
	f.Add([]byte{0xF0, 1, 0xF8, 2, 0xF7, 0x90, 60, 0xFF, 100, 62, 90})
	f.Add([]byte{0xC0, 1, 2, 0xF2, 3, 4, 0x80})
	f.Fuzz(func(t *testing.T, packet []byte) {
		messages, dropped := parseAll(packet)
		used := 0
		for _, m := range messages {
			if m[0] < 0x80 || m[0] > 0xEF || m[1] > 0x7F || m[2] > 0x7F {
				t.Fatalf("% X gave % X", packet, m)
			}
			used += DataBytes(m[0])
		}
		if lost := dropped.Realtime + dropped.System + dropped.Broken; used > len(packet) || lost > uint64(len(packet)) {
			t.Fatalf("% X: %d data bytes used, %d dropped", packet, used, lost)
		}
		// A clock that is heard changes nothing for the others.
		all, _ := parseWithClock(packet)
		var others [][3]byte
		for _, m := range all {
			if !IsClock(m[0]) {
				others = append(others, m)
			}
			if m[1] > 0x7F || m[2] > 0x7F {
				t.Fatalf("% X gave % X", packet, m)
			}
		}
		if !slices.Equal(others, messages) {
			t.Fatalf("% X: % X beside a clock, % X without", packet, others, messages)
		}
	})
}
