package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/rs/zerolog"
	"golang.org/x/term"

	"jamd/jam"
)

// A jam in the background, such as that of the systemd unit, tells of keyboards in notifications of the desktop
// (https://specifications.freedesktop.org/notification-spec). A terminal shows the same in its own lines.

const (
	busVariable   = "DBUS_SESSION_BUS_ADDRESS"
	notifications = "org.freedesktop.Notifications"
	notifyWait    = 10 * time.Second // the desktop may have to start the service first
	notifyAgain   = 5 * time.Second  // a bad cable is told of once in this time
	keyboardsTold = 8                // wait for a slow desktop; more are dropped
	openAction    = "default"        // a click on the notification itself
)

// A keyboard is a port that has come.
type keyboard struct {
	name  string
	heard bool // jamd listens to it
}

// A notifier shows notifications on the desktop. It replaces its last one, so that they never pile up.
type notifier struct {
	address string // of the session bus
	log     zerolog.Logger
	open    func() // opens the page; nil if that is not possible
	now     func() time.Time
	came    *jam.Queue[keyboard]

	bus    *dbus.Conn           // nil before the first notification, and after an error
	clicks chan *dbus.Signal    // closed when the bus ends
	id     uint32               // of the last notification; 0 for none
	told   map[string]time.Time // when, by the keyboard's name
}

// tellDesktop returns a function that shows a notification for a keyboard, and never blocks. Without a desktop session, or where a
// terminal tells of keyboards, it returns nil. page says whether the jam has a page.
func tellDesktop(ctx context.Context, to console, page bool) func(name string, heard bool) {
	if f, ok := to.Out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return nil
	}
	address := os.Getenv(busVariable)
	if address == "" {
		to.Log.Debug().Msgf("no notifications: there is no desktop session (%s is not set)", busVariable)
		return nil
	}
	n := newNotifier(address, to.Log)
	if page && hasDisplay() {
		n.open = func() { opener(ctx, to)() }
	}
	go n.run(ctx)
	return n.tell
}

func newNotifier(address string, log zerolog.Logger) *notifier {
	return &notifier{address: address, log: log, now: time.Now, came: jam.NewQueue[keyboard](keyboardsTold), told: map[string]time.Time{}}
}

func (n *notifier) tell(name string, heard bool) { n.came.TrySend(keyboard{name, heard}) }

// run shows notifications until ctx ends.
func (n *notifier) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			n.leave()
			return
		case k := <-n.came.C():
			if err := n.show(ctx, k); err != nil {
				n.log.Debug().Msgf("no notification of %q: %v", k.name, err)
				n.leave() // the next keyboard tries again: the desktop may start after jamd
			}
		case s, open := <-n.clicks:
			if !open { // the bus has ended
				n.leave()
			} else if n.open != nil && n.isOpen(s) { // any program of the user's can send a signal
				n.open()
			}
		}
	}
}

// show shows a keyboard, unless it was shown a moment ago.
func (n *notifier) show(ctx context.Context, k keyboard) error {
	k.name, _, _ = strings.Cut(k.name, ":") // ALSA says "Keystation 49:Keystation 49 MIDI 1"
	now := n.now()
	maps.DeleteFunc(n.told, func(_ string, at time.Time) bool { return now.Sub(at) >= notifyAgain })
	if _, again := n.told[k.name]; again {
		return nil
	}
	if err := n.join(ctx); err != nil {
		return err
	}
	ctx, done := context.WithTimeout(ctx, notifyWait)
	defer done()
	service := n.bus.Object(notifications, "/org/freedesktop/Notifications")
	var able []string
	if err := service.CallWithContext(ctx, notifications+".GetCapabilities", 0).Store(&able); err != nil {
		return err
	}
	actions := []string{}
	if n.open != nil && slices.Contains(able, "actions") {
		actions = []string{openAction, "Open the page"}
	}
	text := "Play: jamd listens."
	if !k.heard {
		text = "To play it with jamd, choose it on the page (Jam in the menu)."
	}
	hints := map[string]dbus.Variant{
		"desktop-entry": dbus.MakeVariant("jamd"), // by which the desktop's settings switch jamd's notifications off
		"category":      dbus.MakeVariant("device.added"),
		"transient":     dbus.MakeVariant(true), // it is of no use later
	}
	const desktopDecides = int32(-1) // how long it stays
	err := service.CallWithContext(ctx, notifications+".Notify", 0, "jamd", n.id, "jamd", k.name, text, actions, hints, desktopDecides).Store(&n.id)
	if err == nil {
		n.told[k.name] = now
	}
	return err
}

// join connects to the bus, if it is not connected.
func (n *notifier) join(ctx context.Context) error {
	if n.bus != nil {
		return nil
	}
	bus, err := dbus.Connect(n.address, dbus.WithContext(ctx))
	if err != nil {
		return fmt.Errorf("the session bus: %w", err)
	}
	n.bus, n.clicks = bus, make(chan *dbus.Signal, keyboardsTold)
	bus.Signal(n.clicks)
	if n.open == nil {
		return nil
	}
	return bus.AddMatchSignalContext(ctx, dbus.WithMatchSender(notifications), dbus.WithMatchInterface(notifications),
		dbus.WithMatchMember("ActionInvoked"))
}

// leave ends the connection to the bus.
func (n *notifier) leave() {
	if n.bus != nil {
		_ = n.bus.Close()
	}
	n.bus, n.clicks, n.id = nil, nil, 0
}

// isOpen reports whether a signal says that the user has clicked on the notification.
func (n *notifier) isOpen(s *dbus.Signal) bool {
	var id uint32
	var action string
	return s.Name == notifications+".ActionInvoked" && dbus.Store(s.Body, &id, &action) == nil && id == n.id && action == openAction
}
