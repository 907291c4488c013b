//go:build !linux

package main

import "jamd/jam"

// Rights are not asked for on this system.
type rights struct{}

func newRights() (*rights, func())  { return &rights{}, func() {} }
func (*rights) seize(jam.Duty) bool { return false }
func (*rights) detail() string      { return "not used on this system" }
func renice(int)                    {}

// realTimeRights: jamd asks for none on this system.
func realTimeRights() finding {
	return finding{Part: "real-time rights", OK: true, Detail: (*rights)(nil).detail()}
}
