package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"jamd/atomicfile"
	"jamd/usage"
)

const (
	// patience is how long a request may take that has no deadline of its own.
	patience = 5 * time.Second
	// maxAnswer is the largest answer, in bytes.
	maxAnswer = 1 << 20
)

// A Place tells other programs of the same user how to reach the server.
type Place struct {
	Address string `json:"address"`
	Token   string `json:"token"`
	PID     int    `json:"pid"`
}

// Publish writes the server's place to a file that only this user can read.
func (s *Server) Publish(path string) error {
	text, err := json.Marshal(Place{s.Address(), s.Token(), os.Getpid()})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return atomicfile.WriteFile(path, text, 0o600)
}

var errNotRunning = errors.New("no jamd is running: start 'jamd play'")

// ReadPlace reads the place of the server that last called Publish.
func ReadPlace(path string) (Place, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return Place{}, errNotRunning
	}
	var place Place
	if err == nil {
		err = json.Unmarshal(text, &place)
	}
	if err != nil {
		return place, fmt.Errorf("%s: %w", path, err)
	}
	return place, nil
}

// Ask sends a request to the API. It encodes body and decodes the answer into `into`, both as JSON; either may be nil. A refusal
// by the server (4xx) is a usage error.
func (p Place) Ask(ctx context.Context, method, path string, body, into any) error {
	if _, own := ctx.Deadline(); !own {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	var text io.Reader = http.NoBody
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		text = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+p.Address+"/api/"+path, text)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+p.Token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultTransport.RoundTrip(request) // it follows no redirect, so nobody else gets the token
	if errors.Is(err, syscall.ECONNREFUSED) {                 // that jamd was killed
		return usage.Error(errNotRunning)
	}
	if err != nil {
		return usage.Errorf("jamd does not answer at %s: is it still running? %w", p.Address, err)
	}
	defer response.Body.Close()
	answer := io.LimitReader(response.Body, maxAnswer)
	switch {
	case response.StatusCode >= http.StatusBadRequest:
		return refusalOf(response.StatusCode, answer)
	case into == nil:
		return nil
	}
	return json.NewDecoder(answer).Decode(into)
}

// refusalOf returns the error that an answer of at least 400 describes.
func refusalOf(status int, answer io.Reader) error {
	text, _ := io.ReadAll(answer)
	var refusal struct{ Error string }
	if json.Unmarshal(text, &refusal) != nil {
		refusal.Error = strings.TrimSpace(string(text))
	}
	err := errors.New(refusal.Error)
	if status < http.StatusInternalServerError {
		return usage.Error(err)
	}
	return err
}
