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

// openPage opens the sessions and the page's server, and publishes where the page is.
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
	go h.watchPorts(watching, o.Keyboard)
	if h.place, err = PagePlace(); err == nil {
		err = h.server.Publish(h.place)
	}
	if err != nil {
		o.Policies.Log.Warn().Msgf("'jamd ctl' will not find this jam: %v", err)
	}
	return nil
}

// PagePlace returns the path of the file that tells programs where the page is. It lies beside the user's sessions.
func PagePlace() (string, error) {
	root, err := session.DefaultRoot()
	if err != nil {
		return "", err
	}
	return filepath.Join(filepath.Dir(root), "page.json"), nil
}

// Link makes a link that opens the page in a browser. It works once. If there is no page, Link returns "".
func (h *Host) Link() string {
	if h.server == nil {
		return ""
	}
	return h.server.Link()
}

// Close closes the page. It also removes the file that says where the page is, unless another jamd has overwritten it.
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
