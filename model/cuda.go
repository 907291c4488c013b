package model

import (
	"path/filepath"

	ort "github.com/yalue/onnxruntime_go"
)

// cudaLibrary is where `make cuda` puts ONNX Runtime with CUDA, beside the program; nvidiaLibraries, from there, where
// NVIDIA's libraries lie.
const (
	cudaLibrary     = "cuda/onnxruntime/capi/libonnxruntime.so.*"
	nvidiaLibraries = "../../nvidia/*/lib/*.so*"
)

// appendCUDA has the session run on CUDA's first device. library is the path of ONNX Runtime's.
func appendCUDA(o *ort.SessionOptions, library string) error {
	nvidia, _ := filepath.Glob(filepath.Join(filepath.Dir(library), nvidiaLibraries)) // fails for a malformed pattern only
	preload(nvidia)
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

// preload loads libraries that ONNX Runtime's CUDA provider would look for in the system's folders: the loader takes
// those that are there already. They need each other in no order that their names tell, so it goes on while one loads.
// What is missing in the end, the provider's own error says.
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
