package model

import (
	"fmt"

	ort "github.com/yalue/onnxruntime_go"
)

// A Provider is what ONNX Runtime computes on.
type Provider int

// The providers. Auto takes the provider whose steps are measured faster, if there is a choice. CUDA falls back to the CPU;
// OnlyCUDA is an error if CUDA cannot be used.
const (
	Auto Provider = iota
	CPU
	CUDA
	OnlyCUDA
)

var providerNames = [...]string{"auto", "cpu", "cuda", "cuda!"}

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
