package main

import (
	"bytes"
	"net"
	"path/filepath"
	"testing"
)

// systemd learns when a jam is ready.
func TestReadyTellsSystemd(t *testing.T) {
	place := &net.UnixAddr{Name: filepath.Join(t.TempDir(), "notify"), Net: "unixgram"}
	socket, err := net.ListenUnixgram("unixgram", place)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	t.Setenv("NOTIFY_SOCKET", place.Name)
	(&terminal{json: true}).Ready(nil)
	var said [64]byte
	n, err := socket.Read(said[:])
	if err != nil || !bytes.Equal(said[:n], []byte("READY=1")) {
		t.Errorf("said %q, %v", said[:n], err)
	}
}
