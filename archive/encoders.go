package archive

import (
	"sync"

	"jamd/model"
	"jamd/session"
)

// Encoders are the networks that compute the Vendi score. An encoder is loaded when it is first needed, and used by one goroutine
// at a time. Encoders are safe for concurrent use, except Close.
type Encoders struct {
	library string
	mu      sync.Mutex
	free    []*model.Encoder
	err     error // why no encoder can be loaded
}

// NewEncoders makes encoders that use ONNX Runtime's library at the path library; "" for the library that is found. The caller
// must call Close.
func NewEncoders(library string) *Encoders { return &Encoders{library: library} }

// borrow returns an encoder, or nil if none can be loaded, and the function that returns it to e.
func (e *Encoders) borrow() (session.Encoder, func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return nil, func() {}
	}
	if len(e.free) == 0 {
		encoder, err := model.LoadEncoder(e.library)
		if err != nil {
			e.err = err
			return nil, func() {}
		}
		e.free = append(e.free, encoder)
	}
	encoder := e.free[len(e.free)-1]
	e.free = e.free[:len(e.free)-1]
	return encoder, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.free = append(e.free, encoder)
	}
}

// Why returns the reason that no encoder could be loaded, or "".
func (e *Encoders) Why() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

// Close frees the encoders. None may be in use.
func (e *Encoders) Close() {
	for _, encoder := range e.free {
		_ = encoder.Close()
	}
}
