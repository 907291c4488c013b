package model

import (
	"fmt"

	ort "github.com/yalue/onnxruntime_go"
)

// A Provider is what ONNX Runtime computes on.
type Provider int

// Auto is CUDA where the library was built with it and a device answers, otherwise the CPU.
const (
	Auto Provider = iota
	CPU
	CUDA
)

var providerNames = [...]string{"auto", "cpu", "cuda"}

func (p Provider) String() string { return providerNames[p] }

// MarshalText writes the provider's name.
func (p Provider) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads auto, cpu or cuda.
func (p *Provider) UnmarshalText(text []byte) error {
	for i, name := range providerNames {
		if name == string(text) {
			*p = Provider(i)
			return nil
		}
	}
	return fmt.Errorf("unknown provider %q: there are auto, cpu and cuda", text)
}

// sessionOptions sets ONNX Runtime for one short run a frame: one thread, so that no pool has to be woken or spins
// between frames, and nothing printed. The caller destroys them.
func sessionOptions(provider Provider) (*ort.SessionOptions, error) {
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
			return appendCUDA(o)
		},
	} {
		if err := set(); err != nil {
			o.Destroy()
			return nil, err
		}
	}
	return o, nil
}

func appendCUDA(o *ort.SessionOptions) error {
	cuda, err := ort.NewCUDAProviderOptions()
	if err != nil {
		return err
	}
	defer cuda.Destroy()
	// TF32 keeps 10 bits of the mantissa: too few for the same chords as on the CPU.
	if err := cuda.Update(map[string]string{"use_tf32": "0"}); err != nil {
		return err
	}
	return o.AppendExecutionProviderCUDA(cuda)
}
