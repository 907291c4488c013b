package ui

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// archived handles a request that needs the sessions.
func (s *Server) archived(do func(Sessions, *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.sessions == nil {
			answer(w, nil, errNoRecord)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		result, err := do(s.sessions, r)
		answer(w, result, err)
	}
}

func rename(k Sessions, r *http.Request) (any, error) {
	var v struct {
		Name string `json:"name"`
	}
	if err := body(r, &v); err != nil {
		return nil, err
	}
	if v.Name = strings.TrimSpace(v.Name); v.Name == "" || len(v.Name) > 200 {
		return nil, refused("a name must have 1 to 200 bytes")
	}
	return nil, k.Rename(r.PathValue("id"), v.Name)
}

func rate(k Sessions, r *http.Request) (any, error) {
	var v Rating
	if err := body(r, &v); err != nil {
		return nil, err
	}
	if !v.valid() {
		return nil, refused("each answer must be 1 to 5, or 0 for no answer, and one must be given")
	}
	return result(k.Rate(r.PathValue("id"), v))
}

// midi sends the MIDI file of a session.
func (s *Server) midi(w http.ResponseWriter, r *http.Request) {
	if s.sessions == nil {
		answer(w, nil, errNoRecord)
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
	_, _ = io.Copy(w, file) // an error means that the client has gone
}

// leadSheet sends the lead sheet of a session.
func (s *Server) leadSheet(w http.ResponseWriter, r *http.Request) {
	if s.sessions == nil {
		answer(w, nil, errNoRecord)
		return
	}
	var sheet bytes.Buffer
	if err := s.sessions.LeadSheet(&sheet, r.PathValue("id")); err != nil {
		answer(w, nil, err)
		return
	}
	w.Header().Set("Content-Type", "application/vnd.recordare.musicxml+xml")
	w.Header().Set("Content-Disposition", `attachment; filename="jam.musicxml"`)
	_, _ = sheet.WriteTo(w) // an error means that the client has gone
}

// policyOfReport lets a report use its own inline style and nothing else.
const policyOfReport = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// report sends the report of a session.
func (s *Server) report(w http.ResponseWriter, r *http.Request) {
	if s.sessions == nil {
		answer(w, nil, errNoRecord)
		return
	}
	var page bytes.Buffer
	if err := s.sessions.Report(&page, r.PathValue("id")); err != nil {
		answer(w, nil, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policyOfReport)
	_, _ = page.WriteTo(w) // an error means that the client has gone
}
