package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A driven browser does what a test says.
type driven interface {
	// open loads a page.
	open(url string) error
	// eval gives what a script promises, as JSON.
	eval(script string) (string, error)
	// press holds a key, such as "c", for a while.
	press(key string, held time.Duration) error
	picture() ([]byte, error)
}

// keyStroke is a key's stroke as the protocols of WebDriver have it.
func keyStroke(key string, held time.Duration) []any {
	return []any{map[string]any{"type": "key", "id": "keys", "actions": []any{
		map[string]any{"type": "keyDown", "value": key}, map[string]any{"type": "pause", "duration": held.Milliseconds()},
		map[string]any{"type": "keyUp", "value": key},
	}}}
}

// A webDriver is a session of the W3C's WebDriver, as WebKitGTK's driver has it.
type webDriver struct{ session string } // its URL

// openWebKit starts WebKitGTK's small browser, on a screen that nobody sees.
func openWebKit(t *testing.T) driven {
	t.Helper()
	browsers, _ := filepath.Glob("/usr/lib/*/webkit2gtk-4.*/MiniBrowser")
	driver, err := exec.LookPath("WebKitWebDriver")
	screen, err2 := exec.LookPath("Xvfb")
	if err != nil || err2 != nil || len(browsers) == 0 {
		t.Skip("there is no WebKit: apt-get install webkit2gtk-driver xvfb")
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	x := exec.Command(screen, "-displayfd", "3", "-screen", "0", "1280x1000x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{write}
	start(t, x)
	_ = write.Close()
	var display int
	if _, err := fmt.Fscan(read, &display); err != nil {
		t.Fatalf("Xvfb tells no display: %v", err)
	}
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	d := exec.Command(driver, "--port="+port)
	home := t.TempDir()
	d.Env = append(os.Environ(), fmt.Sprintf("DISPLAY=:%d", display), "HOME="+home, "XDG_RUNTIME_DIR="+home)
	start(t, d)
	w := &webDriver{"http://" + address}
	var made struct{ SessionID string }
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		err := w.ask(http.MethodPost, "/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
			"webkitgtk:browserOptions": map[string]any{"binary": browsers[0], "args": []string{"--automation"}},
		}}}, &made)
		if err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	w.session += "/session/" + made.SessionID
	t.Cleanup(func() { _ = w.ask(http.MethodDelete, "", nil, nil) })
	return w
}

func (w *webDriver) ask(method, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, w.session+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, &struct{ Value any }{into})
}

func (w *webDriver) open(url string) error {
	return w.ask(http.MethodPost, "/url", map[string]string{"url": url}, nil)
}

func (w *webDriver) eval(script string) (result string, err error) {
	err = w.ask(http.MethodPost, "/execute/async", map[string]any{
		"script": "const done = arguments[0]; " + asJSON(script) + ".then(done, (e) => done('error ' + e));", "args": []any{},
	}, &result)
	if text, failed := strings.CutPrefix(result, "error "); failed {
		err = errors.New(text)
	}
	return result, err
}

// asJSON is a script that promises what another one does, as JSON.
func asJSON(script string) string {
	return "(async () => JSON.stringify(await (" + script + ")) ?? 'null')()"
}

func (w *webDriver) press(key string, held time.Duration) error {
	return w.ask(http.MethodPost, "/actions", map[string]any{"actions": keyStroke(key, held)}, nil)
}

func (w *webDriver) picture() ([]byte, error) {
	var text string
	if err := w.ask(http.MethodGet, "/screenshot", nil, &text); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(text)
}

// start starts a program that ends with the test.
func start(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		gone := make(chan struct{})
		go func() {
			_ = cmd.Wait() // it was told to end
			close(gone)
		}()
		select {
		case <-gone:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-gone
		}
	})
}

// freeAddress returns an address of this machine that is not in use.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
