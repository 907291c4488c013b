package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// A biDi is a session of WebDriver BiDi with one tab, as Firefox has it without any driver of its own.
type biDi struct {
	conn *websocket.Conn
	tab  string
	last int // command's number
}

// openFirefox starts Firefox without a screen. If PulseAudio is installed, Firefox has sound, into a sink that nobody hears.
func openFirefox(t *testing.T) driven {
	t.Helper()
	firefox, err := exec.LookPath("firefox-esr")
	if err != nil {
		if firefox, err = exec.LookPath("firefox"); err != nil {
			t.Skip("there is no Firefox: apt-get install firefox-esr pulseaudio")
		}
	}
	home := t.TempDir()
	env := append(os.Environ(), "HOME="+home, "XDG_RUNTIME_DIR="+home)
	if pulse, err := exec.LookPath("pulseaudio"); err == nil {
		server := exec.Command(pulse, "-n", "--daemonize=no", "--exit-idle-time=-1", "--load=module-null-sink", "--load=module-native-protocol-unix")
		server.Env = env
		start(t, server)
		for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
			if _, err := os.Stat(filepath.Join(home, "pulse", "native")); err == nil || time.Now().After(end) {
				break
			}
		}
	}
	cmd := exec.Command(firefox, "--headless", "--no-remote", "--profile", filepath.Join(home, "profile"), "--remote-debugging-port", "0")
	if err := os.Mkdir(filepath.Join(home, "profile"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd.Env = env
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, cmd)
	address := ""
	lines := bufio.NewScanner(stderr)
	for address == "" && lines.Scan() {
		_, address, _ = strings.Cut(lines.Text(), "BiDi listening on ")
	}
	go func() { _, _ = io.Copy(io.Discard, stderr) }()
	conn, response, err := websocket.Dial(t.Context(), address+"/session", nil)
	if err != nil {
		t.Fatalf("Firefox at %q: %v", address, err)
	}
	if response.Body != nil {
		_ = response.Body.Close()
	}
	conn.SetReadLimit(64 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	b := &biDi{conn: conn}
	var tree struct{ Contexts []struct{ Context string } }
	if err := errors.Join(b.ask("session.new", map[string]any{"capabilities": map[string]any{}}, nil),
		b.ask("browsingContext.getTree", map[string]any{}, &tree)); err != nil || len(tree.Contexts) == 0 {
		t.Fatal(tree, err)
	}
	b.tab = tree.Contexts[0].Context
	if err := b.ask("browsingContext.setViewport", map[string]any{"context": b.tab, "viewport": map[string]int{"width": 1280, "height": 900}}, nil); err != nil {
		t.Fatal(err)
	}
	return b
}

// ask sends a command and waits for its answer.
func (b *biDi) ask(method string, params map[string]any, into any) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	b.last++
	text, err := json.Marshal(map[string]any{"id": b.last, "method": method, "params": params})
	if err != nil {
		return err
	}
	if err := b.conn.Write(ctx, websocket.MessageText, text); err != nil {
		return err
	}
	for {
		_, text, err := b.conn.Read(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
		var answer struct {
			ID             int
			Error, Message string
			Result         json.RawMessage
		}
		switch err := json.Unmarshal(text, &answer); {
		case err != nil:
			return err
		case answer.ID != b.last: // an event
		case answer.Error != "":
			return fmt.Errorf("%s: %s: %s", method, answer.Error, answer.Message)
		case into == nil:
			return nil
		default:
			return json.Unmarshal(answer.Result, into)
		}
	}
}

func (b *biDi) open(url string) error {
	return b.ask("browsingContext.navigate", map[string]any{"context": b.tab, "url": url, "wait": "complete"}, nil)
}

func (b *biDi) eval(script string) (string, error) {
	var r struct {
		Result           struct{ Value string }
		ExceptionDetails struct{ Text string }
	}
	err := b.ask("script.evaluate", map[string]any{
		"expression": asJSON(script), "target": map[string]string{"context": b.tab}, "awaitPromise": true,
	}, &r)
	if err == nil && r.ExceptionDetails.Text != "" {
		err = errors.New(r.ExceptionDetails.Text)
	}
	return r.Result.Value, err
}

func (b *biDi) press(key string, held time.Duration) error {
	return b.ask("input.performActions", map[string]any{"context": b.tab, "actions": keyStroke(key, held)}, nil)
}

func (b *biDi) picture() ([]byte, error) {
	var r struct{ Data string }
	if err := b.ask("browsingContext.captureScreenshot", map[string]any{"context": b.tab}, &r); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(r.Data)
}
