//go:build !windows

package model

/*
#cgo linux LDFLAGS: -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>

// The beginning of ONNX Runtime's ABI, the same in all versions (OrtApiBase in onnxruntime_c_api.h).
typedef struct {
	const void *(*get_api)(unsigned int version);
	const char *(*get_version)(void);
} api_base;

// Sets version and file (NULL if the system does not say) and returns NULL, or returns an error message.
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

// probe loads a library and asks for its version. The library stays loaded: the binding uses it from there, and the strings of
// a refused one stay valid.
func probe(path string) (probed, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	var version, file *C.char
	if wrong := C.probe(name, &version, &file); wrong != nil {
		return probed{}, errors.New(C.GoString(wrong))
	}
	return probed{version: C.GoString(version), file: C.GoString(file)}, nil
}

// missingPart returns "": here the loader's own message names what is missing.
func missingPart(error) string { return "" }

// loadLibrary loads a library that others will need. It stays loaded.
func loadLibrary(path string) bool {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	return C.load(name) != 0
}
