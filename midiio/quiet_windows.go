package midiio

import "C" // for quiet_windows.cpp, which silences what RtMidi writes to stderr
