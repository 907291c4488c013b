// RtMidi writes its warnings and errors to std::cerr as well, padded with empty lines, in the middle of what jamd prints. Errors come back
// as values all the same. Nothing else in jamd's program writes to std::cerr: ONNX Runtime is a library with a std::cerr of its own.
#include <iostream>

namespace {
struct Quiet {
	std::ios_base::Init first; // std::cerr exists from here on
	Quiet() { std::cerr.setstate(std::ios_base::failbit); }
} quiet;
} // namespace
