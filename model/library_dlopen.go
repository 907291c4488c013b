//go:build !windows

package model

/*
#cgo linux LDFLAGS: -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>

// The head of ONNX Runtime's ABI, the same in all its versions (OrtApiBase in onnxruntime_c_api.h).
typedef struct {
	const void *(*get_api)(unsigned int version);
	const char *(*get_version)(void);
} api_base;

// Fills in version and file (NULL where the system does not say) and returns NULL, or returns what went wrong.
static const char *probe(const char *path, const char **version, const char **file) {
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL) return dlerror();
	void *symbol = dlsym(handle, "OrtGetApiBase");
	if (symbol == NULL) return "it has no OrtGetApiBase, so it is another library";
	const api_base *base = ((const api_base *(*)(void))symbol)();
	if (base == NULL) return "OrtGetApiBase gave nothing";
	*version = base->get_version();
	Dl_info info;
	if (dladdr(symbol, &info) != 0) *file = info.dli_fname;
	return NULL;
}

static int load(const char *path) { return dlopen(path, RTLD_LAZY | RTLD_GLOBAL) != NULL; }
*/
import "C"

import (
	"errors"
	"unsafe"
)

// probe loads a library and asks what it is. The library stays loaded: the binding takes it from there, and the strings
// of one that was refused stay valid.
func probe(path string) (probed, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	var version, file *C.char
	if wrong := C.probe(name, &version, &file); wrong != nil {
		return probed{}, errors.New(C.GoString(wrong))
	}
	return probed{version: C.GoString(version), file: C.GoString(file)}, nil
}

// loadLibrary loads a library that others will need; it stays.
func loadLibrary(path string) bool {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	return C.load(name) != 0
}
