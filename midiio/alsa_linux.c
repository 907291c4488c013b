#include "alsa_linux.h"
#include <dlfcn.h>
#include <stdbool.h>

struct jamd_alsa jamd_alsa;

bool jamd_load_alsa(const char *name) {
	static bool loaded;
	if (loaded)
		return true;
	void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return false;
#define FIND(type, function, parameters, arguments) \
	if (!(jamd_alsa.function = (type(*) parameters)dlsym(library, #function))) \
		return false;
	JAMD_ALSA_EXTENDED(FIND)
	JAMD_ALSA_PASSED_ON(FIND)
	return loaded = true;
}

// Hidden, so that alsa-lib itself goes on calling its own functions.
#define PASS_ON(type, name, parameters, arguments) \
	__attribute__((visibility("hidden"))) type name parameters { return jamd_alsa.name arguments; }
JAMD_ALSA_PASSED_ON(PASS_ON)
