//go:build cgo

package model

import (
	"path/filepath"

	ort "github.com/yalue/onnxruntime_go"
)

// cudaLibrary is where `make cuda` puts ONNX Runtime with CUDA, relative to the program. nvidiaLibraries is where NVIDIA's
// libraries are, relative to cudaLibrary.
const (
	cudaLibrary     = "cuda/onnxruntime/capi/libonnxruntime.so.*"
	nvidiaLibraries = "../../nvidia/*/lib/*.so*"
)

// appendCUDA makes the session run on the first CUDA device. library is the path of ONNX Runtime.
func appendCUDA(o *ort.SessionOptions, library string) error {
	nvidia, _ := filepath.Glob(filepath.Join(filepath.Dir(library), nvidiaLibraries)) // fails only for a malformed pattern
	preload(nvidia)
	cuda, err := ort.NewCUDAProviderOptions()
	if err != nil {
		return err
	}
	defer cuda.Destroy()
	// TF32 keeps 10 bits of the mantissa, too few for the same chords as on the CPU.
	if err := cuda.Update(map[string]string{"use_tf32": "0"}); err != nil {
		return err
	}
	return o.AppendExecutionProviderCUDA(cuda)
}

// preload loads libraries that ONNX Runtime's CUDA provider would otherwise look for in the system's folders: the loader uses
// those that are already loaded. Their names do not tell which needs which, so preload repeats as long as one of them loads.
// The provider's own error names what is missing in the end.
func preload(libraries []string) {
	for again := true; again; {
		again = false
		var left []string
		for _, path := range libraries {
			if loadLibrary(path) {
				again = true
			} else {
				left = append(left, path)
			}
		}
		libraries = left
	}
}
