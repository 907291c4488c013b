package ui

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

//go:embed openapi.yaml
var openAPI []byte

// maxBody bounds a request's body, in bytes.
const maxBody = 4 << 10

// A Status is what `jamd ctl status` tells.
type Status struct {
	Jam     *Info  `json:"jam"` // null between two jams
	Started bool   `json:"started"`
	Pages   int    `json:"pages"` // open
	Lost    uint64 `json:"lost"`  // messages that pages had no room for
}

// A Value is what a Param is set to, as users write it.
type Value struct {
	Value string `json:"value"`
}

// routes are the API and the page's files.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, handler := range s.api() {
		mux.HandleFunc(pattern, handler)
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) { answer(w, nil, ErrUnknown) })
	mux.Handle("/", page())
	return mux
}

// api is what openapi.yaml describes; a test holds the two together.
func (s *Server) api() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /api/openapi.yaml": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/yaml")
			_, _ = w.Write(openAPI) // the asker has gone, where it fails
		},
		"GET /api/events": s.watch,
		"GET /api/status": func(w http.ResponseWriter, _ *http.Request) { answer(w, s.status(), nil) },
		"POST /api/link": func(w http.ResponseWriter, _ *http.Request) {
			answer(w, map[string]string{"link": s.Link()}, nil)
		},

		"GET /api/params":              s.soon(func(j Jam, _ *http.Request) (any, error) { return j.Params(), nil }),
		"PUT /api/params/{name}":       s.soon(s.setParam),
		"POST /api/params/{name}/keep": s.soon(func(j Jam, r *http.Request) (any, error) { return result(j.Keep(r.PathValue("name"))) }),
		"DELETE /api/kept":             s.soon(func(j Jam, _ *http.Request) (any, error) { return nil, j.Unkeep() }),
		"POST /api/start":              s.soon(func(j Jam, _ *http.Request) (any, error) { return nil, j.Start() }),
		"POST /api/stop":               s.atOnce(func(j Jam, _ *http.Request) (any, error) { return nil, j.Stop() }),
		"POST /api/panic":              s.postPanic,
		"POST /api/notes":              s.atOnce(s.postNote),
		"GET /api/latency":             s.atOnce(func(j Jam, _ *http.Request) (any, error) { return j.Latency(), nil }),

		"GET /api/sessions":               s.kept(func(k Sessions, _ *http.Request) (any, error) { return k.List() }),
		"GET /api/sessions/{id}/midi":     s.midi,
		"GET /api/sessions/{id}/report":   s.report,
		"PUT /api/sessions/{id}/name":     s.kept(rename),
		"PUT /api/sessions/{id}/rating":   s.kept(rate),
		"DELETE /api/sessions/{id}":       s.kept(func(k Sessions, r *http.Request) (any, error) { return nil, k.Delete(r.PathValue("id")) }),
		"POST /api/sessions/{id}/restore": s.kept(func(k Sessions, r *http.Request) (any, error) { return nil, k.Restore(r.PathValue("id")) }),
	}
}

// A jamHandler serves what needs a jam.
type jamHandler func(Jam, *http.Request) (any, error)

// soon serves what is as good for the next jam: between two it waits for that.
func (s *Server) soon(do jamHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { do.serve(w, r, s.await(r.Context())) }
}

// atOnce serves what is of this moment.
func (s *Server) atOnce(do jamHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		j, _ := s.current()
		do.serve(w, r, j)
	}
}

func (do jamHandler) serve(w http.ResponseWriter, r *http.Request, j Jam) {
	if j == nil {
		answer(w, nil, ErrNoJam)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	result, err := do(j, r)
	answer(w, result, err)
}

// kept serves what needs the sessions.
func (s *Server) kept(do func(Sessions, *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.sessions == nil {
			answer(w, nil, ErrNoRecord)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		result, err := do(s.sessions, r)
		answer(w, result, err)
	}
}

// answer writes a result as JSON, 204 where there is none, or an error as {"error": "..."}.
func answer(w http.ResponseWriter, result any, err error) {
	code := http.StatusOK
	switch {
	case err == nil && result == nil:
		w.WriteHeader(http.StatusNoContent)
		return
	case errors.Is(err, ErrUnknown):
		code = http.StatusNotFound
	case errors.Is(err, ErrRefused):
		code = http.StatusBadRequest
	case errors.Is(err, ErrNoJam), errors.Is(err, ErrNoRecord):
		code = http.StatusConflict
	case err != nil:
		code = http.StatusInternalServerError
	}
	if err != nil {
		result = map[string]string{"error": err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(result) // the asker has gone, where it fails
}

// body reads a request's JSON, which must be one object and nothing else. An error wraps ErrRefused.
func body(r *http.Request, into any) error {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/json" {
		return refused("Content-Type must be application/json")
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return refused("the body is not what openapi.yaml says: " + err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return refused("the body must be one JSON object")
	}
	return nil
}

type refusal string

func (r refusal) Error() string { return string(r) }
func (refusal) Unwrap() error   { return ErrRefused }

func refused(why string) error { return refusal(why) }

func (s *Server) status() Status {
	s.mu.Lock()
	st := Status{Started: s.started && s.jam != nil, Pages: len(s.clients)}
	j := s.jam
	s.mu.Unlock()
	if j != nil {
		info := j.Info()
		st.Jam = &info
	}
	st.Lost = s.lost()
	return st
}

// setParam asks for a setting. The jam tells when it holds, but one that waits for its first note does so only then: it is
// told what will hold from the start on.
func (s *Server) setParam(j Jam, r *http.Request) (any, error) {
	var v Value
	if err := body(r, &v); err != nil {
		return nil, err
	}
	err := j.Set(r.PathValue("name"), v.Value)
	s.mu.Lock()
	waits := !s.started
	s.mu.Unlock()
	if err == nil && waits {
		s.Changed(0)
	}
	return nil, err
}

func (s *Server) postNote(_ Jam, r *http.Request) (any, error) {
	var n pageNote
	if err := body(r, &n); err != nil {
		return nil, err
	}
	if !n.valid() {
		return nil, refused("a note has a pitch of 0 to 127 and, where it is on, a velocity of 1 to 127")
	}
	s.play(0, n)
	return nil, nil
}

// postPanic lets every note go, in the jam and in every page; between two jams in the pages, as nothing else sounds.
func (s *Server) postPanic(w http.ResponseWriter, _ *http.Request) {
	var err error
	if j, _ := s.current(); j != nil {
		err = j.Panic()
	}
	s.broadcast([]byte(`{"type":"panic"}`))
	answer(w, nil, err)
}

func rename(k Sessions, r *http.Request) (any, error) {
	var v struct {
		Name string `json:"name"`
	}
	if err := body(r, &v); err != nil {
		return nil, err
	}
	if v.Name = strings.TrimSpace(v.Name); v.Name == "" || len(v.Name) > 200 {
		return nil, refused("a name has 1 to 200 bytes")
	}
	return nil, k.Rename(r.PathValue("id"), v.Name)
}

func rate(k Sessions, r *http.Request) (any, error) {
	var v Rating
	if err := body(r, &v); err != nil {
		return nil, err
	}
	if !v.valid() {
		return nil, refused("each answer is 1 to 5, or 0 where skipped, and one must be given")
	}
	return result(k.Rate(r.PathValue("id"), v))
}

// result is one to answer with, where there is no error.
func result[T any](v T, err error) (any, error) { return v, err }

// midi sends a session's music.
func (s *Server) midi(w http.ResponseWriter, r *http.Request) {
	if s.sessions == nil {
		answer(w, nil, ErrNoRecord)
		return
	}
	file, err := s.sessions.MIDI(r.PathValue("id"))
	if err != nil {
		answer(w, nil, err)
		return
	}
	defer file.Close()
	w.Header().Set("Content-Type", "audio/midi")
	w.Header().Set("Content-Disposition", `attachment; filename="jam.mid"`)
	_, _ = io.Copy(w, file) // the asker has gone, where it fails
}

// policyOfReport lets a session's report have its own style, and nothing else.
const policyOfReport = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// report sends what was measured of a session, as a page.
func (s *Server) report(w http.ResponseWriter, r *http.Request) {
	if s.sessions == nil {
		answer(w, nil, ErrNoRecord)
		return
	}
	var page bytes.Buffer
	if err := s.sessions.Report(&page, r.PathValue("id")); err != nil {
		answer(w, nil, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policyOfReport)
	_, _ = page.WriteTo(w) // the asker has gone, where it fails
}
