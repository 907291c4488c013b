//go:build !linux

package main

// realTimeRights: jamd asks for none on this system.
func realTimeRights() finding {
	return finding{Part: "real-time rights", OK: true, Detail: "not used on this system"}
}
