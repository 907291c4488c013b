//go:build !linux && !windows

package realtime

import "jamd/jam"

// Rights are not asked for on this system.
type Rights struct{}

// New asks for nothing on this system.
func New() *Rights { return &Rights{} }

// Raise returns false: the thread stays as it is.
func (*Rights) Raise(jam.Duty) bool { return false }

// Detail says that no rights are used.
func (*Rights) Detail() string { return "not used on this system" }

// Close has nothing to end.
func (*Rights) Close() {}

// Renice changes nothing on this system.
func Renice(int) {}

// Check reports that nothing is missing: jamd asks for no rights on this system.
func Check() (granted bool, detail string) { return true, (*Rights)(nil).Detail() }
