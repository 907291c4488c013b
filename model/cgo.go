//go:build !cgo

package model

// ONNX Runtime is called through C. Without cgo the files that do so are left out, and this name is what the compiler misses
// first.
var _ = jamd_needs_cgo__install_a_C_and_Cpp_compiler_and_set_CGO_ENABLED_to_1
