package live

import (
	"context"
	"os"
	"path/filepath"

	"jamd/archive"
	"jamd/session"
	"jamd/ui"
	"jamd/usage"
)

// openPage opens the sessions and the server, and tells programs of this user where the page is.
func (h *Host) openPage() (err error) {
	o := &h.options
	if h.sessions, err = archive.Open(o.SessionDir, o.Policies.Library); err != nil {
		return usage.Error(err)
	}
	if h.server, err = ui.New(ui.Options{Address: o.Page, Remote: o.PageRemote, Sessions: h.sessions}); err != nil {
		h.sessions.Close()
		return usage.Error(err)
	}
	watching, unwatch := context.WithCancel(context.Background())
	h.unwatch = unwatch
	go h.ports.Watch(watching, h.server.Watched, func() { h.server.Changed(0) })
	if h.place, err = PagePlace(); err == nil {
		err = h.server.Publish(h.place)
	}
	if err != nil {
		o.Policies.Log.Warn().Msgf("'jamd ctl' will not find this jam: %v", err)
	}
	return nil
}

// PagePlace returns the path of the file that says where the page is: beside the user's sessions.
func PagePlace() (string, error) {
	root, err := session.DefaultRoot()
	if err != nil {
		return "", err
	}
	return filepath.Join(filepath.Dir(root), "page.json"), nil
}

// Link makes a link that opens the page; it works once. It returns "" if there is no page.
func (h *Host) Link() string {
	if h.server == nil {
		return ""
	}
	return h.server.Link()
}

// Close ends the page. It removes the file that says where the page is, unless another jamd has written it since.
func (h *Host) Close() {
	if h.server == nil {
		return
	}
	h.unwatch()
	_ = h.server.Close()
	h.sessions.Close()
	if place, err := ui.ReadPlace(h.place); err == nil && place.PID == os.Getpid() {
		_ = os.Remove(h.place)
	}
}
