package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"jamd/archive"
	"jamd/atomicfile"
	"jamd/jam"
	"jamd/ports"
	"jamd/session"
	"jamd/ui"
)

const (
	noPage = "off"
	// pageMelody is how the page is named where it alone is heard.
	pageMelody = "page"
	// pageFile tells programs of this user where the page is: see ctl.go.
	pageFile = "page.json"
)

// pageFlags say where the page is served.
type pageFlags struct {
	Page       string `default:"127.0.0.1:0" placeholder:"ADDRESS|off" help:"Serve the page at this address and port, 0 for a free port (${default})."`
	PageRemote bool   `help:"Let --page be an address that others on the network can reach; they still need the link."`
}

// A page is the server of a process that jams, through all its jams.
type page struct {
	*ui.Server
	file  string // that tells where it is; "" where there is none
	kept  *archive.Sessions
	ports *ports.List
	end   func() // of looking round
}

// pagePlace is what pageFile holds.
type pagePlace struct {
	Address string `json:"address"`
	Token   string `json:"token"`
	PID     int    `json:"pid"`
}

// openPage starts the server; nil where none is wanted.
func (l *liveFlags) openPage(to console) (*page, error) {
	f := &l.Pages
	if f.Page == noPage {
		return nil, nil
	}
	kept, err := archive.Open(l.SessionDir, l.Music.OrtLib)
	if err != nil {
		return nil, asInput(err)
	}
	server, err := ui.New(ui.Options{Address: f.Page, Remote: f.PageRemote, Sessions: kept})
	if err != nil {
		return nil, asInput(err)
	}
	p := &page{Server: server, kept: kept, ports: ports.NewList()}
	looking, end := context.WithCancel(context.Background())
	p.end = end
	go p.ports.Watch(looking, server.Watched, func() { server.Changed(0) })
	if p.file, err = p.publish(); err != nil {
		to.Log.Warn().Msgf("'jamd ctl' will not find this jam: %v", err)
	}
	return p, nil
}

// publish writes where the page is, for this user's eyes only.
func (p *page) publish() (string, error) {
	path, err := pagePath()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(pagePlace{p.Address(), p.Token(), os.Getpid()})
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	return path, atomicfile.WriteFile(path, text, 0o600)
}

// pagePath is where pageFile lies: beside the user's sessions.
func pagePath() (string, error) {
	root, err := session.DefaultRoot()
	if err != nil {
		return "", err
	}
	return filepath.Join(filepath.Dir(root), pageFile), nil
}

// readPlace reads where the last page was opened.
func readPlace() (pagePlace, error) {
	path, err := pagePath()
	if err != nil {
		return pagePlace{}, err
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return pagePlace{}, errors.New("no jamd is running: start 'jamd play'")
	}
	var place pagePlace
	if err == nil {
		err = json.Unmarshal(text, &place)
	}
	if err != nil {
		return place, fmt.Errorf("%s: %w", path, err)
	}
	return place, nil
}

// close ends the server, and takes back what publish told, unless another jamd has told of itself since.
func (p *page) close() {
	if p == nil {
		return
	}
	p.end()
	_ = p.Close()
	p.kept.Close()
	if place, err := readPlace(); err == nil && place.PID == os.Getpid() {
		_ = os.Remove(p.file)
	}
}

// attach lets the pages see, hear and steer a jam. The context it returns ends when a page stops the jam.
// dir is the session's folder, "" where there is none.
func (p *page) attach(ctx context.Context, l *live, h hearing, dir string, again func(restart)) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if p == nil {
		return ctx, cancel
	}
	l.config.Output = p.Sounding(l.config.Output, l.clock.Now)
	l.config.Readers = append(l.config.Readers, p.Entries())
	j := &pageJam{live: l, hearing: h, ports: p.ports, changed: p.Changed, session: idOf(dir), began: l.config.Start == jam.StartAtOnce, end: func(r restart) {
		again(r)
		cancel()
	}}
	l.setup.begin(j)
	p.Begin(j, l.clock.Now)
	return ctx, cancel
}

// notice tells the player what befell the jam, where a page is open.
func (p *page) notice(text string) {
	if p != nil {
		p.Notice(text)
	}
}

// over says that the jam sounds no more.
func (p *page) over() {
	if p != nil {
		p.Over()
	}
}

// detach ends what attach began; dir is the session's folder where it is kept, "" where it is not.
func (p *page) detach(dir string) {
	if p != nil {
		p.End(idOf(dir))
	}
}

// idOf is the id of the session in a folder.
func idOf(dir string) string {
	if dir == "" {
		return ""
	}
	return filepath.Base(dir)
}
