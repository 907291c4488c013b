package main

import (
	"net"
	"path/filepath"
	"testing"
	"time"
)

// notifySocket stands for systemd: it receives what this process, or one that it starts, tells of itself.
func notifySocket(t *testing.T) *net.UnixConn {
	t.Helper()
	place := &net.UnixAddr{Name: filepath.Join(t.TempDir(), "notify"), Net: "unixgram"}
	socket, err := net.ListenUnixgram("unixgram", place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	t.Setenv("NOTIFY_SOCKET", place.Name)
	t.Setenv("WATCHDOG_USEC", "200000")
	return socket
}

// hears waits for a message of the service. Only a hang meets the limit.
func hears(t *testing.T, socket *net.UnixConn, want string) {
	t.Helper()
	if err := socket.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	var said [64]byte
	n, err := socket.Read(said[:])
	if err != nil || string(said[:n]) != want {
		t.Fatalf("systemd is told %q (%v), want %q", said[:n], err, want)
	}
}

// A jam that waits for its first note tells systemd that it is ready, and then that it is alive, again and again.
func TestUnitOfSystemd(t *testing.T) {
	socket := notifySocket(t)
	startPage(t, "--policy", "../../model/testdata/tiny.onnx")
	hears(t, socket, "READY=1")
	for range 3 {
		hears(t, socket, "WATCHDOG=1")
	}
}

// A loop that hangs is not reported alive, and is again when it goes on.
func TestWatchdogHearsTheLoop(t *testing.T) {
	socket := notifySocket(t)
	asked, answers := make(chan struct{}), make(chan bool)
	go feedWatchdog(t.Context(), func() bool {
		select {
		case asked <- struct{}{}:
			return <-answers
		case <-t.Context().Done():
			return false
		}
	})
	for _, alive := range []bool{true, false, false, true} {
		<-asked
		answers <- alive
	}
	<-asked // all that was to be told has been told
	for range 2 {
		hears(t, socket, "WATCHDOG=1")
	}
	if err := socket.SetReadDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	if n, err := socket.Read(make([]byte, 64)); err == nil {
		t.Errorf("a third message, of %d bytes", n)
	}
}
