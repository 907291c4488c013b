package midiio

// The driver's devices, as the rest of the package uses them.
type (
	device interface {
		PortCount() (int, error)
		PortName(int) (string, error)
		OpenPort(port int, name string) error
		OpenVirtualPort(name string) error
		Close() error
		// peers returns the addresses that the device's port is connected to. It returns false if the system cannot say.
		peers() ([]string, bool)
	}
	inputDevice interface {
		device
		// listen sets the function that receives every packet. Call it before a port is opened. An empty packet means that the
		// driver's queue overran and its content is lost.
		listen(func(packet []byte)) error
	}
	outputDevice interface {
		device
		SendMessage([]byte) error
	}
)
