//go:build cgo

package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	ort "github.com/yalue/onnxruntime_go"
)

// A Provider is what ONNX Runtime computes on.
type Provider int

// The providers. Auto measures the steps of both, if there is a choice, and uses the faster one. CUDA falls back to the CPU;
// OnlyCUDA is an error if CUDA cannot be used.
const (
	Auto Provider = iota
	CPU
	CUDA
	OnlyCUDA
)

var providerNames = [...]string{"auto", "cpu", "cuda", "cuda!"}

// ProviderNames returns the names that UnmarshalText reads.
func ProviderNames() []string { return slices.Clone(providerNames[:]) }

func (p Provider) String() string { return providerNames[p] }

// MarshalText returns the provider's name.
func (p Provider) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads auto, cpu, cuda or cuda!.
func (p *Provider) UnmarshalText(text []byte) error {
	for i, name := range providerNames {
		if name == string(text) {
			*p = Provider(i)
			return nil
		}
	}
	return fmt.Errorf("unknown provider %q: there are auto, cpu, cuda and cuda! (or nothing)", text)
}

// sessionOptions configures ONNX Runtime for one short run per frame: one thread, so that no pool must be woken or spins
// between frames, and no printing. library is the path of ONNX Runtime. The caller destroys the options.
func sessionOptions(provider Provider, library string) (*ort.SessionOptions, error) {
	o, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	for _, set := range []func() error{
		func() error { return o.SetIntraOpNumThreads(1) },
		func() error { return o.SetInterOpNumThreads(1) },
		func() error { return o.SetExecutionMode(ort.ExecutionModeSequential) },
		func() error { return o.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll) },
		func() error { return o.SetLogSeverityLevel(ort.LoggingLevelFatal) },
		func() error {
			if provider != CUDA {
				return nil
			}
			return appendCUDA(o, library)
		},
	} {
		if err := set(); err != nil {
			o.Destroy()
			return nil, err
		}
	}
	return o, nil
}

// choose opens the session on the provider asked for. If it uses another one, the note says why.
func (p *Policy) choose(data []byte, asked Provider) error {
	if asked != CPU {
		err := p.open(data, CUDA)
		switch {
		case err == nil && asked == Auto:
			return p.faster(data)
		case err == nil:
			return nil
		case asked == OnlyCUDA:
			return errors.New(cannot(err))
		case asked == CUDA:
			p.note = cannot(err) + ": running on the CPU"
		}
	}
	if err := p.open(data, CPU); err != nil {
		return fmt.Errorf("ONNX Runtime cannot run it: %w", err)
	}
	return nil
}

// cannot says why CUDA cannot be used; if a library is missing, it names the library.
func cannot(err error) string {
	reason := oneLine(err.Error())
	if _, missing, found := strings.Cut(reason, "with error: "); found {
		reason = missing
	}
	return "CUDA cannot be used (" + strings.TrimSuffix(reason, ".") + ")"
}

// trial is the number of steps that measure a provider. The first half is for warming up.
const trial = 128

// faster finds out whether CUDA, on which the session is open, or the CPU takes less time for all but one in a hundred steps,
// and leaves the session there. If it cannot tell, it chooses the CPU.
func (p *Policy) faster(data []byte) error {
	cuda, cudaErr := p.Warm(trial)
	p.Close()
	if err := p.open(data, CPU); err != nil {
		return fmt.Errorf("ONNX Runtime cannot run it: %w", err)
	}
	cpu, cpuErr := p.Warm(trial)
	if cudaErr != nil || cpuErr != nil {
		return nil
	}
	onCUDA, onCPU := tail(cuda), tail(cpu)
	p.note = fmt.Sprintf("a step takes up to %.2f ms with CUDA and %.2f ms on the CPU: running on ", inMS(onCUDA), inMS(onCPU))
	if onCPU <= onCUDA {
		p.note += "the CPU"
		return nil
	}
	p.Close()
	p.note += "CUDA"
	return p.open(data, CUDA)
}

// tail returns the time that all but one in a hundred steps of the second half do not exceed.
func tail(steps []time.Duration) time.Duration {
	warm := slices.Sorted(slices.Values(steps[len(steps)/2:]))
	return warm[len(warm)-1-len(warm)/100]
}

func inMS(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
