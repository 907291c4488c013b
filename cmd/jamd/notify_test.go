package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/rs/zerolog"
)

// A notification is one that a desktop was asked to show.
type notification struct {
	replaces      uint32
	icon          string
	summary, body string
	actions       []string
	hints         map[string]dbus.Variant
}

// A desktop stands for the service that shows notifications.
type desktop struct {
	able    []string
	refuses *dbus.Error // nil if it shows what it is asked to
	got     chan notification
	last    uint32 // id
}

func (d *desktop) GetCapabilities() ([]string, *dbus.Error) { return d.able, d.refuses }

func (d *desktop) Notify(_ string, replaces uint32, icon, summary, body string, actions []string, hints map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	if d.refuses != nil {
		return 0, d.refuses
	}
	if replaces == 0 {
		d.last++
	}
	d.got <- notification{replaces, icon, summary, body, actions, hints}
	return d.last, nil
}

// next waits for a notification. Only a hang meets the limit.
func (d *desktop) next(t *testing.T) notification {
	t.Helper()
	select {
	case s := <-d.got:
		return s
	case <-time.After(time.Minute):
		t.Fatal("no notification")
	}
	return notification{}
}

// A session bus on which any program may do anything, and no service is started.
const busConfiguration = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=DIR</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

// sessionBus starts a bus of the test's own and returns its address.
func sessionBus(t *testing.T) string {
	t.Helper()
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("there is no dbus-daemon: apt-get install dbus-daemon")
	}
	dir := t.TempDir()
	configuration := filepath.Join(dir, "bus.conf")
	if err := os.WriteFile(configuration, []byte(strings.ReplaceAll(busConfiguration, "DIR", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(daemon, "--nofork", "--print-address", "--config-file="+configuration)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal("dbus-daemon: ", err)
	}
	return strings.TrimSpace(address)
}

// showOn lets a desktop show the notifications of a bus. It returns its connection.
func showOn(t *testing.T, address string, d *desktop) *dbus.Conn {
	t.Helper()
	bus, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bus.Close() })
	if err := bus.Export(d, "/org/freedesktop/Notifications", notifications); err != nil {
		t.Fatal(err)
	}
	if reply, err := bus.RequestName(notifications, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatal("the name of the service: ", reply, err)
	}
	return bus
}

func TestNotifyKeyboard(t *testing.T) {
	t.Setenv(busVariable, sessionBus(t))
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	d := &desktop{able: []string{"body", "actions"}, got: make(chan notification, 8)}
	showOn(t, os.Getenv(busVariable), d)
	tell := tellDesktop(t.Context(), newConsole(&bytes.Buffer{}, &bytes.Buffer{}, nil), true)
	tell("Keystation 49:Keystation 49 MIDI 1", true)
	s := d.next(t)
	if s.summary != "Keystation 49" || s.body != "Play: jamd listens." || s.icon != "jamd" || s.replaces != 0 {
		t.Errorf("shown: %+v", s)
	}
	if s.hints["desktop-entry"].Value() != "jamd" || s.hints["category"].Value() != "device.added" || s.hints["transient"].Value() != true {
		t.Errorf("hints: %v", s.hints)
	}
	if len(s.actions) > 0 {
		t.Errorf("actions %q, though no browser can open", s.actions)
	}
	tell("Nord", false)
	if s := d.next(t); s.summary != "Nord" || !strings.Contains(s.body, "choose it on the page") || s.replaces != 1 {
		t.Errorf("a keyboard that nobody hears: %+v", s)
	}
}

// A cable that comes and goes is told of once in a while, in place of the last time.
func TestNotifyBadCable(t *testing.T) {
	address := sessionBus(t)
	d := &desktop{got: make(chan notification, 8)}
	showOn(t, address, d)
	n := newNotifier(address, zerolog.Nop())
	clock := time.Unix(0, 0)
	n.now = func() time.Time { return clock }
	for _, tt := range []struct {
		at   time.Duration
		name string
		want bool
	}{{0, "A:1", true}, {time.Second, "A:1", false}, {time.Second, "A:2", false}, {2 * time.Second, "B", true}, {notifyAgain, "A:1", true}} {
		clock = time.Unix(0, 0).Add(tt.at)
		if err := n.show(t.Context(), keyboard{tt.name, true}); err != nil {
			t.Fatal(err)
		}
		if got := len(d.got) > 0; got != tt.want {
			t.Errorf("%s after %v: shown %t, want %t", tt.name, tt.at, got, tt.want)
		}
		if tt.want {
			if s, first := <-d.got, tt.at == 0; (s.replaces == 0) != first {
				t.Errorf("%s after %v replaces %d", tt.name, tt.at, s.replaces)
			}
		}
	}
	n.leave()
}

// A click on the notification opens the page; one on another program's does not.
func TestNotifyClick(t *testing.T) {
	address := sessionBus(t)
	d := &desktop{able: []string{"actions"}, got: make(chan notification, 8), last: 6}
	bus := showOn(t, address, d)
	n := newNotifier(address, zerolog.Nop())
	opened := make(chan struct{}, 8)
	n.open = func() { opened <- struct{}{} }
	go n.run(t.Context())
	n.tell("Nord", true)
	if s := d.next(t); !slices.Equal(s.actions, []string{"default", "Open the page"}) {
		t.Errorf("actions: %q", s.actions)
	}
	n.tell("Clavia", true) // once it is shown, the id of the first is known
	d.next(t)
	for _, id := range []uint32{5, 7} {
		if err := bus.Emit("/org/freedesktop/Notifications", notifications+".ActionInvoked", id, "default"); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-opened:
	case <-time.After(time.Minute):
		t.Fatal("the page does not open")
	}
	n.tell("Yamaha", true)
	d.next(t) // what came before has been read
	if len(opened) > 0 {
		t.Error("the page opens for the notification of another program")
	}
}

// Where no page can open, a click that another program makes up opens none.
func TestNotifyClickWithoutPage(t *testing.T) {
	n := newNotifier("", zerolog.Nop())
	clicks := make(chan *dbus.Signal)
	n.clicks, n.id = clicks, 7
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		n.run(ctx)
		close(ended)
	}()
	for range 2 { // run has read the first one to its end when it takes the second
		clicks <- &dbus.Signal{Name: notifications + ".ActionInvoked", Body: []any{uint32(7), openAction}}
	}
	end()
	<-ended
}

// Without a desktop nothing happens but for one line of the log; when a desktop has started, it shows the next keyboard.
func TestNotifyWithoutDesktop(t *testing.T) {
	var log bytes.Buffer
	t.Setenv(busVariable, "")
	if tell := tellDesktop(t.Context(), newConsole(&bytes.Buffer{}, &bytes.Buffer{}, &log), true); tell != nil || strings.Count(log.String(), "\n") != 1 {
		t.Errorf("without a session bus: %t, log %q", tell != nil, log.String())
	}
	n := newNotifier("unix:path="+filepath.Join(t.TempDir(), "none"), zerolog.Nop())
	if err := n.show(t.Context(), keyboard{"Nord", true}); err == nil {
		t.Error("shown without a bus")
	}
	n = newNotifier(sessionBus(t), zerolog.Nop())
	if err := n.show(t.Context(), keyboard{"Nord", true}); err == nil {
		t.Error("shown without a desktop")
	}
	n.leave()
	refusing := showOn(t, n.address, &desktop{refuses: dbus.MakeFailedError(errors.New("the desktop is locked"))})
	if err := n.show(t.Context(), keyboard{"Nord", true}); err == nil || !strings.Contains(err.Error(), "locked") {
		t.Error("a desktop that refuses: ", err)
	}
	n.leave()
	if _, err := refusing.ReleaseName(notifications); err != nil {
		t.Fatal(err)
	}
	d := &desktop{got: make(chan notification, 8)}
	showOn(t, n.address, d)
	if err := n.show(t.Context(), keyboard{"Nord", true}); err != nil || d.next(t).summary != "Nord" {
		t.Error("not shown when the desktop has started: ", err)
	}
	n.leave()
}
