package live

import (
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"jamd/jam"
	"jamd/model"
	"jamd/usage"
)

// WarmSteps is how many steps a policy takes before a jam, because its first steps are slow.
const WarmSteps = 64

// Policies opens policies and agents, all with the same runtime library.
type Policies struct {
	Library  string // path of ONNX Runtime's library; "" for the one that is found
	Provider model.Provider
	Log      zerolog.Logger
}

// Open opens a policy or an agent by its name or file. It logs what the user should know about its provider. The caller must
// close it.
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

// Warm opens a policy or an agent and runs WarmSteps steps. It returns how long each took. The caller must close the policy.
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

// PolicyNames returns the names of the policies: those that come with jamd and the user's own.
func PolicyNames() []string { return model.Names(model.Chords) }

// release closes a policy that no loop has taken. p may be nil.
func release(p jam.Policy) {
	if p, ok := p.(*model.Policy); ok {
		_ = p.Close()
	}
}
