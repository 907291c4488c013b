package ui

import (
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

//go:embed openapi.yaml
var openAPI []byte

// maxBody bounds the body of a request, in bytes.
const maxBody = 4 << 10

// A Status is the server's state, as `jamd ctl status` shows it.
type Status struct {
	Jam     *Info  `json:"jam"` // null between two jams
	Started bool   `json:"started"`
	Pages   int    `json:"pages"` // number of open pages
	Lost    uint64 `json:"lost"`  // number of messages that the queues to the pages dropped
}

// A Value is the value of a Param, as users write it.
type Value struct {
	Value string `json:"value"`
}

// routes returns the API and the files of the page.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, handler := range s.api() {
		mux.HandleFunc(pattern, handler)
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) { answer(w, nil, ErrUnknown) })
	mux.Handle("/", page())
	return mux
}

// api returns the handlers by method and path. A test compares them with openapi.yaml.
func (s *Server) api() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /api/openapi.yaml": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/yaml")
			_, _ = w.Write(openAPI) // an error means that the client has gone
		},
		"GET /api/events": s.watch,
		"GET /api/status": func(w http.ResponseWriter, _ *http.Request) { answer(w, s.status(), nil) },
		"POST /api/link": func(w http.ResponseWriter, _ *http.Request) {
			link := s.Link()
			code, err := QR(link)
			answer(w, map[string]any{"link": link, "qr": code}, err)
		},

		"GET /api/params":                 s.soon(func(j Jam, _ *http.Request) (any, error) { return j.Params(), nil }),
		"PUT /api/params/{name}":          s.soon(s.setParam),
		"POST /api/undo":                  s.soon(func(j Jam, _ *http.Request) (any, error) { return result(j.Undo()) }),
		"GET /api/presets":                s.soon(func(j Jam, _ *http.Request) (any, error) { return result(j.Presets()) }),
		"POST /api/presets/{name}":        s.soon(func(j Jam, r *http.Request) (any, error) { return result(j.Preset(r.PathValue("name"))) }),
		"PUT /api/presets/{name}":         s.soon(func(j Jam, r *http.Request) (any, error) { return result(j.KeepPreset(r.PathValue("name"))) }),
		"POST /api/params/{name}/default": s.soon(func(j Jam, r *http.Request) (any, error) { return result(j.SaveDefault(r.PathValue("name"))) }),
		"DELETE /api/default":             s.soon(func(j Jam, _ *http.Request) (any, error) { return nil, j.UndoSave() }),
		"GET /api/learned":                s.soon(func(j Jam, _ *http.Request) (any, error) { return j.Learned(), nil }),
		"POST /api/learned":               s.soon(learn),
		"DELETE /api/learned/{trigger}":   s.soon(func(j Jam, r *http.Request) (any, error) { return result(j.Forget(r.PathValue("trigger"))) }),
		"POST /api/learned/undo":          s.soon(func(j Jam, _ *http.Request) (any, error) { return result(j.UndoLearn()) }),
		"POST /api/start":                 s.soon(func(j Jam, _ *http.Request) (any, error) { return nil, j.Start() }),
		"POST /api/demo":                  s.soon(func(j Jam, _ *http.Request) (any, error) { return nil, j.Demo() }),
		"POST /api/stop":                  s.atOnce(func(j Jam, _ *http.Request) (any, error) { return nil, j.Stop() }),
		"POST /api/panic":                 s.postPanic,
		"POST /api/notes":                 s.atOnce(s.postNote),
		"GET /api/latency":                s.atOnce(func(j Jam, _ *http.Request) (any, error) { return j.Latency(), nil }),

		"GET /api/sessions":                s.archived(func(k Sessions, _ *http.Request) (any, error) { return k.List() }),
		"GET /api/sessions/{id}/midi":      s.midi,
		"GET /api/sessions/{id}/leadsheet": s.leadSheet,
		"GET /api/sessions/{id}/chart":     s.archived(func(k Sessions, r *http.Request) (any, error) { return result(k.Chart(r.PathValue("id"))) }),
		"GET /api/sessions/{id}/report":    s.report,
		"PUT /api/sessions/{id}/name":      s.archived(rename),
		"PUT /api/sessions/{id}/rating":    s.archived(rate),
		"DELETE /api/sessions/{id}":        s.archived(func(k Sessions, r *http.Request) (any, error) { return nil, k.Delete(r.PathValue("id")) }),
		"POST /api/sessions/{id}/restore":  s.archived(func(k Sessions, r *http.Request) (any, error) { return nil, k.Restore(r.PathValue("id")) }),
	}
}

// A jamHandler handles a request that needs a jam.
type jamHandler func(Jam, *http.Request) (any, error)

// soon handles a request that the next jam can also serve. Between two jams it waits for the next one, at most Server.pause.
func (s *Server) soon(do jamHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { do.serve(w, r, s.await(r.Context())) }
}

// atOnce handles a request for the current jam. Between two jams it answers errNoJam without waiting.
func (s *Server) atOnce(do jamHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		j, _ := s.current()
		do.serve(w, r, j)
	}
}

func (do jamHandler) serve(w http.ResponseWriter, r *http.Request, j Jam) {
	if j == nil {
		answer(w, nil, errNoJam)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	result, err := do(j, r)
	answer(w, result, err)
}

// answer writes result as JSON with status 200, or status 204 if result is nil. An error becomes a [Problem] with a 4xx or 5xx
// status.
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
	case errors.Is(err, errNoJam), errors.Is(err, errNoRecord):
		code = http.StatusConflict
	case err != nil:
		code = http.StatusInternalServerError
	}
	if err != nil {
		result = ProblemOf(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(result) // an error means that the client has gone
}

// body decodes the body of a request, which must be one JSON object without unknown fields. Its errors wrap ErrRefused.
func body(r *http.Request, into any) error {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/json" {
		return refused("Content-Type must be application/json")
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return refused("the body does not match openapi.yaml: " + err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return refused("the body must be one JSON object")
	}
	return nil
}

type refusal string

func (r refusal) Error() string { return string(r) }
func (refusal) Unwrap() error   { return ErrRefused }

// refused makes an error that wraps ErrRefused.
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

// setParam asks the jam to change a setting. The jam calls Changed when the setting takes effect. A jam that waits for its first
// note calls it only then, so setParam tells the pages at once.
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
		return nil, refused("a note needs a pitch from 0 to 127, and a velocity from 1 to 127 if it is on; a control needs controller 64, 66, 120 or 123 to 127, and a value from 0 to 127")
	}
	(&player{server: s}).take(pageMessage{pageNote: n})
	return nil, nil
}

// postPanic ends every note, in the jam and on every page. Between two jams only the pages can sound.
func (s *Server) postPanic(w http.ResponseWriter, _ *http.Request) {
	var err error
	if j, _ := s.current(); j != nil {
		err = j.Panic()
	}
	s.broadcast([]byte(`{"type":"panic"}`))
	answer(w, nil, err)
}

// result returns v as an untyped value, as answer takes it.
func result[T any](v T, err error) (any, error) { return v, err }
