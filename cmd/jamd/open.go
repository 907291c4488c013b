package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"sync"

	"github.com/cli/browser"
	"golang.org/x/term"

	"jamd/live"
	"jamd/usage"
)

// An openCmd opens the page. The desktop's menu entry starts it.
type openCmd struct {
	Play playCmd `embed:""`
}

func (c *openCmd) Run(ctx context.Context, to console, configured *configured) error {
	if c.Play.Live.Pages.Page == live.NoPage {
		return usage.Errorf("--page off: there is no page to open")
	}
	if link, err := pageLink(ctx); err == nil {
		if len(configured.given) > 0 {
			fmt.Fprintln(to.Err, "a jam is already running: its page opens, and the flags are ignored")
		}
		return openInBrowser(link)
	}
	c.Play.ready = opener(ctx, to)
	return c.Play.Run(ctx, to, configured)
}

// opener returns a function that opens the page of the running jam in the browser, the first time that it is called.
func opener(ctx context.Context, to console) func() {
	var once sync.Once
	return func() {
		once.Do(func() {
			go func() { // a browser may block the program that opens it
				link, err := pageLink(ctx)
				if err == nil {
					err = openInBrowser(link)
				}
				if err != nil {
					fmt.Fprintln(to.Err, "jamd:", err)
				}
			}()
		})
	}
}

// onDesktop reports whether the user sits at a terminal of a desktop, where a browser can open.
func onDesktop(to console) bool {
	if f, ok := to.Out.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return false
	}
	return hasDisplay()
}

// hasDisplay reports whether a program of jamd's can show a window.
func hasDisplay() bool {
	return runtime.GOOS != "linux" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// pageLink asks the running jam for a link that opens its page once.
func pageLink(ctx context.Context) (string, error) {
	var answer struct{ Link string }
	err := askJam(ctx, http.MethodPost, "link", nil, &answer)
	return answer.Link, err
}

// openInBrowser opens a link in the user's browser.
func openInBrowser(link string) error {
	browser.Stdout, browser.Stderr = nil, nil // a browser's own messages are not the user's concern
	if err := browser.OpenURL(link); err != nil {
		return fmt.Errorf("no browser could be started (%w): open %s yourself", err, link)
	}
	return nil
}
