package live

import (
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"jamd/jam"
	"jamd/model"
	"jamd/usage"
)

// WarmSteps is how often a policy is stepped before a jam, because its first steps are slow.
const WarmSteps = 64

// Policies opens policies and agents.
type Policies struct {
	Library  string // ONNX Runtime's library; "" takes the one that is found
	Provider model.Provider
	Log      zerolog.Logger
}

// Open opens a policy or an agent by its name or file, and logs what the user should know about its provider.
func (o Policies) Open(spec string, plays model.Part) (*model.Policy, error) {
	p, err := model.Load(spec, model.Options{Plays: plays, Library: o.Library, Provider: o.Provider})
	if err != nil {
		return nil, usage.Error(err)
	}
	if note := p.ProviderNote(); note != "" {
		o.Log.Info().Msg(note)
	}
	return p, nil
}

// Warm opens a policy or an agent and steps it for a while. It returns how long each step took.
func (o Policies) Warm(spec string, plays model.Part) (*model.Policy, []time.Duration, error) {
	p, err := o.Open(spec, plays)
	if err != nil {
		return nil, nil, err
	}
	steps, err := p.Warm(WarmSteps)
	if err != nil {
		_ = p.Close()
		return nil, nil, fmt.Errorf("policy %s: %w", spec, err)
	}
	return p, steps, nil
}

// PolicyNames returns the names of the policies that come with jamd.
func PolicyNames() []string { return model.Names(model.Chords) }

// release closes a policy that no loop takes, if there is one.
func release(p jam.Policy) {
	if p, ok := p.(*model.Policy); ok {
		_ = p.Close()
	}
}
