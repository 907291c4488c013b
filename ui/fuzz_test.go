package ui

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Whatever is asked for, with any body, the answer is JSON or nothing, and never says that jamd itself failed.
func FuzzAPI(f *testing.F) {
	s, b := serve(f)
	var patterns []string
	for pattern := range s.api() {
		if method, path, _ := strings.Cut(pattern, " "); path != "/api/events" { // the WebSocket
			patterns = append(patterns, method+" "+path)
		}
	}
	slices.Sort(patterns)
	for i := range patterns {
		f.Add(uint8(i), "one", `{"value":"0.5"}`)
		f.Add(uint8(i), "temperature", `{"type":"note","on":true,"pitch":60,"velocity":64}`)
		f.Add(uint8(i), "../one", `{"name":"<b>"} {"control":5,"enjoyment":1}`)
	}
	routes := s.routes()
	f.Fuzz(func(t *testing.T, route uint8, name, body string) {
		method, path, _ := strings.Cut(patterns[int(route)%len(patterns)], " ")
		path = strings.NewReplacer("{name}", name, "{id}", name).Replace(path)
		r := httptest.NewRequest(method, "/", strings.NewReader(body))
		r.URL = &url.URL{Path: path}
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		routes.ServeHTTP(w, r)
		kind := w.Header().Get("Content-Type")
		switch {
		case w.Code >= http.StatusInternalServerError:
			t.Fatalf("%s %q with %q: %d %s", method, path, body, w.Code, w.Body)
		case kind == "application/json" && !json.Valid(w.Body.Bytes()):
			t.Fatalf("%s %q with %q: %s is no JSON", method, path, body, w.Body)
		case w.Code == http.StatusNoContent && w.Body.Len() > 0:
			t.Fatalf("%s %q with %q: %s", method, path, body, w.Body)
		}
		b.mu.Lock()
		b.calls = b.calls[:0]
		b.mu.Unlock()
	})
}
