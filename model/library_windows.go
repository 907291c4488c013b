package model

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"
)

// The beginning of ONNX Runtime's ABI, the same in all versions (OrtApiBase in onnxruntime_c_api.h).
type apiBase struct {
	getAPI     uintptr
	getVersion uintptr
}

// probe loads a library and asks for its version. The library stays loaded: the binding uses it from there.
func probe(path string) (probed, error) {
	library, err := syscall.LoadDLL(path)
	if err != nil {
		return probed{}, err
	}
	get, err := library.FindProc("OrtGetApiBase")
	if err != nil {
		return probed{}, fmt.Errorf("it has no OrtGetApiBase, so it is another library")
	}
	address, _, _ := get.Call()
	if address == 0 {
		return probed{}, fmt.Errorf("OrtGetApiBase gave nothing")
	}
	base := *(**apiBase)(unsafe.Pointer(&address))
	text, _, _ := syscall.SyscallN(base.getVersion)
	var version []byte
	for p := *(**byte)(unsafe.Pointer(&text)); *p != 0; p = (*byte)(unsafe.Add(unsafe.Pointer(p), 1)) {
		version = append(version, *p)
	}
	return probed{version: string(version)}, nil
}

// missingPart returns what to do if a library is there and what it needs is not; "" for any other error.
func missingPart(err error) string {
	if !errors.Is(err, syscall.ERROR_MOD_NOT_FOUND) {
		return ""
	}
	return "install the Microsoft Visual C++ Redistributable (https://aka.ms/vs/17/release/vc_redist.x64.exe), which it needs"
}

// loadLibrary loads a library that others will need. It stays loaded.
func loadLibrary(path string) bool {
	_, err := syscall.LoadDLL(path)
	return err == nil
}
