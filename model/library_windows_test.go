package model

import (
	"strings"
	"syscall"
	"testing"
)

// A library that is there and cannot be loaded, for want of another, is not told as missing itself.
func TestMissingRuntime(t *testing.T) {
	for err, want := range map[error]string{
		&syscall.DLLError{Err: syscall.ERROR_MOD_NOT_FOUND, ObjName: "onnxruntime.dll", Msg: "x"}: "Visual C++ Redistributable",
		&syscall.DLLError{Err: syscall.ERROR_ACCESS_DENIED, ObjName: "onnxruntime.dll", Msg: "x"}: "",
		nil: "",
	} {
		if got := missingPart(err); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%v: %q, want it to say %q", err, got, want)
		}
	}
}
