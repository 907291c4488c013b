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
	if v.Name = strings.TrimSpace(v.Name); v.Name == "" {
		return nil, refused("a name must have a character")
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

// midi sends the MIDI file of a session. A name in the header would win over the name that the page gives the file.
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
	w.Header().Set("Content-Disposition", "attachment")
	_, _ = io.Copy(w, file) // an error means that the client has gone
}

// leadSheet sends the lead sheet of a session.
func (s *Server) leadSheet(w http.ResponseWriter, r *http.Request) {
	s.document(w, r, Sessions.LeadSheet, "application/vnd.recordare.musicxml+xml", "Content-Disposition", "attachment")
}

// policyOfReport lets a report use its own inline style and nothing else.
const policyOfReport = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// report sends the report of a session.
func (s *Server) report(w http.ResponseWriter, r *http.Request) {
	s.document(w, r, Sessions.Report, "text/html; charset=utf-8", "Content-Security-Policy", policyOfReport)
}

// document sends a document that write makes of a session, whole or not at all, with its content type and one more header.
func (s *Server) document(w http.ResponseWriter, r *http.Request, write func(Sessions, io.Writer, string) error, kind, header, value string) {
	if s.sessions == nil {
		answer(w, nil, errNoRecord)
		return
	}
	var text bytes.Buffer
	if err := write(s.sessions, &text, r.PathValue("id")); err != nil {
		answer(w, nil, err)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set(header, value)
	_, _ = text.WriteTo(w) // an error means that the client has gone
}
